// Collection: records (an id, a JSON document, vectors by field) that can be put, got and searched.
// The one interface to records that service sees; local_collection.h is the embedded backend. Safe
// from any number of threads: readers answer from one snapshot each and never wait for a writer;
// writers of one collection take turns.
#pragma once

#include "base/result.h"
#include "collection/compaction.h"
#include "collection/groups.h"
#include "collection/index_stats.h"
#include "collection/load.h"
#include "collection/record_changes.h"
#include "collection/record_scan.h"
#include "collection/search.h"
#include "collection/summary.h"
#include "collection/vector_comparison.h"
#include "index/metric.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace sokkuri::collection {

inline constexpr std::size_t kIdBytesMax = 512;
inline constexpr std::size_t kDocumentBytesMax = 1U << 20;
inline constexpr std::size_t kPutRecordsMax = 10'000;
inline constexpr std::uint32_t kDimensionMax = 16'000;
inline constexpr std::size_t kFieldsMax = 16;

/// A named kind of vector that records may carry. Vectors of different fingerprints never mix.
struct FieldSpec {
    std::string name;
    std::uint32_t dimension = 0;
    index::Metric metric = index::Metric::kCosine;
    std::string model;        // the model card, JSON; empty for vectors of the user's own
    std::string fingerprint;  // of model and preprocessing; empty likewise
};

/// Records in the order in which they were first put.
struct RecordPage {
    std::vector<Record> records;
    std::string next;  // cursor of the page behind; empty: this was the last
};

inline constexpr std::size_t kPageRecordsMax = 1'000;
inline constexpr std::size_t kSampleRecordsMax = 1'000;

struct SampleRequest {
    std::size_t count = 0;  // at most kSampleRecordsMax
    std::uint64_t seed = 0;
    std::optional<Filter> filter = {};
};

struct CollectionStats {
    std::uint64_t records = 0;
    std::uint64_t generation = 0;
    std::uint64_t bytes_on_disk = 0;  // of records, vectors and what is known of files
    struct Field {
        FieldSpec spec;
        std::uint64_t vectors = 0;     // live
        std::uint64_t tombstones = 0;  // dead slots, until compacted
        IndexStats index;
    };
    std::vector<Field> fields;
};

struct OptimizeRequest {
    /// `share` of the whole that is done, 0 to 1. Called from another thread, one call at a time.
    std::function<void(double share, std::string_view stage)> progress = nullptr;
    std::stop_token stop;
    /// Segment files, as verification names them, that are not to be believed any more: searches
    /// do without them from now on, and they are built anew. Vector files: records whose vectors
    /// lie beyond the end of one have none from now on. Names of other files are passed over.
    std::vector<std::string> damaged = {};
};

/// What a backend can do; what it cannot is a kUnsupported error that says so.
struct Capabilities {
    bool conditional_put = false;
    bool pinned_scan = false;
    bool exact_search = false;
};

class Collection {
 public:
    virtual ~Collection() = default;

    virtual Capabilities capabilities() const = 0;

    virtual Result<std::vector<FieldSpec>> fields() const = 0;
    /// kAlreadyExists when the name is taken; no error when the very same field exists.
    virtual Result<void> add_field(const FieldSpec& field) = 0;
    /// With all of its vectors; the records stay. kNotFound. O(its vectors).
    virtual Result<void> drop_field(const std::string& name) = 0;
    /// In one step: `name` is dropped, and `by` takes its name. Queries see the one or the other.
    virtual Result<void> replace_field(const std::string& name, const std::string& by) = 0;

    /// All or none; durable when it returns. At most kPutRecordsMax records. kConflict, naming
    /// both, for a vector of another model than its field's.
    virtual Result<std::vector<PutOutcome>> put(std::span<const PutRecord> records) = 0;
    /// Rows of one field, all or none; durable when it returns. O(rows · log records).
    virtual Result<LoadOutcome> load(const LoadBatch& batch) = 0;
    /// What the last batch with a mark of that name has left; empty when there is none.
    virtual Result<std::optional<std::string>> load_mark(const std::string& name) const = 0;
    /// 32 hexadecimal digits: with the same ones, the same version of a record is the same record.
    /// A backup has those of its original, what is restored from one has its own; empty before the
    /// first write.
    virtual Result<std::string> identity() const = 0;
    /// Changes documents alone and touches no vector. kNotFound (nothing changed) when an id is
    /// missing.
    virtual Result<std::vector<PutOutcome>> put_documents(std::span<const PutRecord> records) = 0;
    /// Merges documents (RFC 7396) and sets the vectors that come along, no other: all or none. A
    /// patch without vectors that changes nothing gives no new version. kNotFound when an id is
    /// missing, kConflict when a version is not the one asked for, kInvalidArgument when a document
    /// would be too large or a vector does not fit its field.
    virtual Result<std::vector<PatchOutcome>> patch(std::span<const PatchRecord> patches) = 0;
    /// Sets vectors of records that exist (else kNotFound), all or none; documents, versions and
    /// vectors of other fields stay.
    virtual Result<void> put_vectors(std::span<const PutVectors> puts) = 0;
    /// Ids that do not exist are no error. Returns how many were removed.
    virtual Result<std::size_t> remove(std::span<const std::string> ids) = 0;
    /// The record, if it has that version: else kConflict, or kNotFound.
    virtual Result<void> remove_if(const std::string& id, std::uint64_t version) = 0;

    /// In the order of `ids`; empty where there is no such record.
    virtual Result<std::vector<std::optional<Record>>> get(
        std::span<const std::string> ids) const = 0;
    /// The raw vector of a record; kNotFound when there is no such record or it has none in that
    /// field.
    virtual Result<std::vector<float>> vector_of(const std::string& id,
                                                 const std::string& field) const = 0;
    /// Tells given vectors that are stored already from those that have to be written.
    virtual std::unique_ptr<VectorComparison> begin_comparison() const = 0;

    /// min(k, records with a vector) hits, unless distance_max leaves out some. kInvalidArgument
    /// when the dimension differs, a component is not finite (Hamming: no byte) or k is out of
    /// range.
    virtual Result<SearchAnswer> search(const SearchRequest& request) const = 0;
    /// Many queries of one generation in one call, for throughput; `shared.query` is not used. At
    /// most kQueriesMax.
    virtual Result<std::vector<SearchAnswer>> search_many(
        const SearchRequest& shared, std::span<const std::vector<float>> queries) const = 0;
    /// Builds now what would be built in the background, and waits: seals the tails that are long
    /// enough, merges what is due. kExhausted (with the numbers of the plan) when memory does not
    /// suffice: then search stays exact. kCancelled; nothing is lost by either.
    virtual Result<void> optimize(const OptimizeRequest& request) = 0;
    /// Gives the room of what was removed back to the disk, then builds what `optimize` builds.
    /// Puts wait for the first of the two, queries for nothing. kCorruption, and nothing changed,
    /// when rows are not what they were.
    virtual Result<CompactReport> compact(const CompactRequest& request) = 0;
    /// All records of one generation by record number. kCorruption at the first damaged vector.
    virtual Result<void> scan(const ScanRequest& request, const ScanVisitor& visit) const = 0;
    /// Likewise for whoever asks for them one by one.
    virtual Result<std::unique_ptr<RecordScan>> begin_scan(const ScanRequest& request) const = 0;

    /// At most `limit` (1 to kPageRecordsMax) records from `cursor` on: empty for the first page,
    /// else the `next` of another one; kInvalidArgument for anything else. O(limit).
    virtual Result<RecordPage> page(const std::string& cursor, std::size_t limit) const = 0;
    /// As `page`, of the records that have no vector in `field`. O(records passed over).
    virtual Result<RecordPage> page_without(const std::string& field, const std::string& cursor,
                                            std::size_t limit) const = 0;
    /// min(count, records) records drawn without repetition, the same ones for the same seed and
    /// generation. O(count) without a filter; where long runs of records were removed, those behind
    /// the gaps are drawn more often. Under a filter all are drawn alike.
    virtual Result<std::vector<Record>> sample(const SampleRequest& request) const = 0;
    /// How many records a filter lets through, and how many of these have which values.
    virtual Result<Summary> summarize(const SummaryRequest& request) const = 0;

    /// Records by a value of theirs (groups.h). The first question about an attribute costs a pass
    /// over the vectors, later ones what has changed since. kExhausted for too many groups.
    virtual Result<GroupPage> groups(const GroupsRequest& request) const = 0;
    /// The groups whose vectors are nearest to a group's: min(k, others) of them. kNotFound.
    virtual Result<SimilarGroups> similar_groups(const SimilarGroupsRequest& request) const = 0;
    /// The centroid of its records' vectors: the mean; under cosine that of their directions, at
    /// unit length. kNotFound.
    virtual Result<std::vector<float>> vector_of_group(const GroupName& group) const = 0;

    virtual Result<std::uint64_t> count() const = 0;
    virtual Result<CollectionStats> stats() const = 0;
};

}  // namespace sokkuri::collection
