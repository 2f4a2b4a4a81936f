// Search: a picture, an item or a vector in; described hits out. The only place where a score is
// made: cosine cos, L2 1/(1+d), inner product dot (from the distance of collection/collection.h).
#pragma once

#include "base/result.h"
#include "image/decode.h"
#include "service/library.h"
#include "service/model_choice.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace sokkuri::service {

enum class Band { kIdentical, kNear, kSimilar, kWeak };
std::string_view name_of(Band band);  // "identical", …

/// A picture file anywhere on this machine. When its bytes are those of an indexed file, the stored
/// vector is used and no model is loaded.
struct ByPicture {
    std::string file;
};
/// An item of the collection: its id, or its path (relative to the folder, absolute, or relative to
/// `working_directory`).
struct ByItem {
    std::string id_or_path;
    std::string working_directory;
};
struct ByVector {
    std::vector<float> values;
};
/// The bytes of a picture that somebody sent. The answer has a `query_handle` (query_handle.h).
struct ByUpload {
    std::vector<std::byte> picture;
};
/// A handle of an earlier answer.
struct ByQuery {
    std::string handle;
};

/// The vector of a group of items: those whose attribute `by` has that value (groups.h).
struct ByGroup {
    std::string by;
    std::string value;
};

/// Several of these as one search: near their weighted mean, near to any of them, or far from all.
struct BySeveral {
    struct Part {
        std::variant<ByPicture, ByItem, ByVector, ByQuery> what;
        float weight = 1;  // negative: away from it; of the mean alone
    };
    std::vector<Part> parts;  // at most SeveralVectors::kVectorsMax
    collection::SeveralVectors::Combine combine = collection::SeveralVectors::Combine::kMean;
};

/// What becomes of what is asked about: the item (also as a part of BySeveral), the members of the
/// group.
enum class SelfHit {
    kLeaveOut,
    kInclude,
    kOnly,  // ByGroup alone: its members and nothing else
};

inline constexpr std::size_t kExcludedMax = 10'000;

/// The vector of a picture's bytes, made elsewhere: where the model is loaded already.
using EmbedElsewhere =
    std::function<Result<std::vector<float>>(std::span<const std::byte> picture)>;

struct SearchQuery {
    std::variant<ByPicture, ByItem, ByVector, ByUpload, ByQuery, ByGroup, BySeveral> what;
    std::string field = {};    // whose vectors are searched; empty: the main one's
    std::string vectors = {};  // of the hits that are wanted (item_vectors.h); empty: none
    std::size_t k = 10;
    std::size_t offset = 0;  // hits to pass over: the next page of the same query
    std::optional<double> score_min;
    /// How good the answer must be. With score_min no hit above it is missed, unless ef is asked
    /// for.
    index::Effort effort;
    SelfHit self = SelfHit::kLeaveOut;
    /// Ids or paths of items that must not be hits, at most kExcludedMax: those that have been
    /// seen. What does not exist is passed over.
    std::vector<std::string> excluded = {};
    std::string working_directory = {};  // of `excluded`, as in ByItem
    std::optional<collection::Filter> filter = {};
    std::optional<collection::GroupCap> group_cap = {};
    std::optional<collection::HitOrder> order = {};
    std::optional<collection::Diversity> diversity = {};
    std::vector<collection::FacetRequest> facets = {};
    ModelChoice model;
    image::DecodeLimits limits;
    /// ByPicture in the main field: asked before a model is loaded here; if it fails, one is.
    EmbedElsewhere embed_elsewhere = nullptr;
};

struct SearchHit {
    std::uint32_t rank = 0;  // from 1, counting what was passed over
    std::string id;
    std::string path;  // bytes, relative to the folder; empty for records that are not files
    double score = 0;
    float distance = 0;
    Band band = Band::kWeak;
    std::string document;                               // JSON
    std::vector<collection::FieldVector> vectors = {};  // those that were asked for, and are there
};

struct SearchTimings {  // milliseconds; 0 when the step was not needed
    double load_ms = 0;
    double decode_ms = 0;
    double infer_ms = 0;
    double search_ms = 0;
    double total_ms = 0;
};

struct SearchAnswer {
    std::vector<SearchHit> hits;
    SearchTimings timings;
    std::string query_id;      // ByItem, or an identical indexed file; else empty
    std::string query_handle;  // ByUpload and ByQuery
    std::string field;         // that was searched
    std::string model;  // name of the model of the vectors; empty for vectors of the user's own
    std::uint64_t items = 0;                // searched: those that the filter lets through
    std::vector<collection::Facet> facets;  // one a request
    collection::SearchMethod method;
};

Result<SearchAnswer> search(const Library& library, const SearchQuery& query);

/// What people see of a distance.
double score_of(index::Metric metric, float distance);

/// The id of an item named by id or path; kNotFound says what was tried.
Result<std::string> resolve_item(const Library& library, const ByItem& item);

}  // namespace sokkuri::service
