#include "service/search.h"

#include "service/groups.h"
#include "service/item_vectors.h"
#include "service/picture_document.h"
#include "service/query_vector.h"
#include "service/several_parts.h"
#include "service/stopwatch.h"
#include "service/vector_fields.h"

#include <cmath>
#include <utility>

namespace sokkuri::service {
namespace {

using collection::FieldSpec;

/// Distances are rounded to float32 on their way to us: what lies this close to the cut is fetched,
/// and its score decides.
constexpr double kDistanceSlack = 1e-6;
/// More items than these are left out by a filter: hits are compared with each of the others.
constexpr std::size_t kExcludedById = 128;

Result<void> validate(const SearchQuery& query);
Result<features::Bands> bands_of(const FieldSpec& field, std::string& model_name);
/// Where and by what to search, and which items not to find. Says in `answer` what that was.
Result<collection::SearchRequest> request_by(const Library& library, const SearchQuery& query,
                                             const FieldSpec& field, SearchAnswer& answer);
/// Adds what must not be among the hits, besides the item that is asked about.
Result<void> leave_out(const Library& library, const SearchQuery& query,
                       collection::SearchRequest& request);
double distance_at(index::Metric metric, double score);
Band band_of(double score, const features::Bands& bands);

}  // namespace

std::string_view name_of(Band band) {
    switch (band) {
        case Band::kIdentical:
            return "identical";
        case Band::kNear:
            return "near";
        case Band::kSimilar:
            return "similar";
        case Band::kWeak:
            return "weak";
    }
    return "weak";
}

double score_of(index::Metric metric, float distance) {
    switch (metric) {
        case index::Metric::kCosine:
            return 1.0 - static_cast<double>(distance);
        case index::Metric::kL2:
        case index::Metric::kL1:
        case index::Metric::kLinf:
        case index::Metric::kHamming:
            return 1.0 / (1.0 + static_cast<double>(distance));
        case index::Metric::kInnerProduct:
            return -static_cast<double>(distance);
    }
    return 0;
}

Result<SearchAnswer> search(const Library& library, const SearchQuery& query) {
    const Stopwatch total;
    TRY(validate(query));
    const FieldSpec field = TRY(field_meant(library, query.field));
    SearchAnswer answer;
    const features::Bands bands = TRY(bands_of(field, answer.model));
    answer.field = field.name;
    WantedVectors wanted;
    if (!query.vectors.empty()) wanted = TRY(wanted_vectors(library, query.vectors, query.k));
    collection::SearchRequest request = TRY(request_by(library, query, field, answer));
    TRY(leave_out(library, query, request));
    const Stopwatch searching;
    request.k = query.k;
    request.offset = query.offset;
    request.group_cap = query.group_cap;
    request.order = query.order;
    request.diversity = query.diversity;
    request.facets = query.facets;
    request.effort = query.effort;
    if (query.score_min) {
        request.distance_max = distance_at(field.metric, *query.score_min) + kDistanceSlack;
    }
    collection::SearchAnswer found = TRY(library.collection().search(request));
    for (collection::Hit& hit : found.hits) {
        const double score = score_of(field.metric, hit.distance);
        if (query.score_min && score < *query.score_min) continue;
        const auto file = file_of(hit.document);  // not one of ours: a record that is no file
        answer.hits.push_back(
            {.rank = static_cast<std::uint32_t>(query.offset + answer.hits.size() + 1),
             .id = std::move(hit.id),
             .path = file ? file->path : std::string(),
             .score = score,
             .distance = hit.distance,
             .band = band_of(score, bands),
             .document = std::move(hit.document)});
    }
    for (SearchHit& hit : answer.hits)
        TRY(add_vectors(library, wanted, hit));
    const std::uint64_t items = TRY(library.collection().count());
    answer.items = request.filter ? found.rows_searched : items;
    answer.facets = std::move(found.facets);
    answer.method = found.method;
    answer.timings.search_ms = searching.ms();
    answer.timings.total_ms = total.ms();
    return answer;
}

namespace {

Result<void> validate(const SearchQuery& query) {
    if (query.k < 1 || query.k > collection::SearchRequest::kKMax) {
        return fail(ErrorCode::kInvalidArgument, "k = {}: must be 1 to {}", query.k,
                    collection::SearchRequest::kKMax);
    }
    if (query.offset > collection::SearchRequest::kKMax - query.k) {
        return fail(ErrorCode::kInvalidArgument, "offset = {}: with k = {}, must be at most {}",
                    query.offset, query.k, collection::SearchRequest::kKMax - query.k);
    }
    if (query.score_min && !std::isfinite(*query.score_min)) {
        return fail(ErrorCode::kInvalidArgument, "score_min = {}: must be a number",
                    *query.score_min);
    }
    if (query.self == SelfHit::kOnly && !std::holds_alternative<ByGroup>(query.what)) {
        return fail(ErrorCode::kInvalidArgument, "only members: asked for of what is no group");
    }
    const auto* several = std::get_if<BySeveral>(&query.what);
    const bool is_farthest =
        several != nullptr && several->combine == collection::SeveralVectors::Combine::kFarthest;
    if (is_farthest && query.score_min) {
        return fail(ErrorCode::kInvalidArgument,
                    "score_min = {}: what is least alike has no least score", *query.score_min);
    }
    return {};
}

/// The model's own cut-offs; a card's defaults for vectors that no model of ours has made.
Result<features::Bands> bands_of(const FieldSpec& field, std::string& model_name) {
    if (field.model.empty()) return features::Bands{};
    features::ModelCard card =
        TRY(in_context("model card of the collection", features::parse_model_card(field.model)));
    model_name = std::move(card.name);
    return card.bands;
}

Result<collection::SearchRequest> request_by(const Library& library, const SearchQuery& query,
                                             const FieldSpec& field, SearchAnswer& answer) {
    collection::SearchRequest request{.field = field.name};
    request.filter = query.filter;
    const bool leaves_out = query.self == SelfHit::kLeaveOut;
    if (std::holds_alternative<BySeveral>(query.what)) {
        SeveralParts parts = TRY(vectors_of_parts(library, query, field, answer.timings));
        request.several = std::move(parts.vectors);
        if (leaves_out) request.excluded_ids = std::move(parts.item_ids);
        return request;
    }
    if (const auto* group = std::get_if<ByGroup>(&query.what)) {
        GroupVector vector = TRY(vector_of_group(library, *group, field.name));
        request.query = std::move(vector.values);
        if (query.self == SelfHit::kOnly) {
            std::vector<collection::Filter> both = {std::move(vector.members)};
            if (request.filter) both.push_back(*std::move(request.filter));
            request.filter = collection::all_of(std::move(both));
        } else if (leaves_out) {
            request.excluded = std::move(vector.members);
        }
        return request;
    }
    QueryVector vector = TRY(query_vector(library, query, field, answer.timings));
    request.query = std::move(vector.values);
    if (leaves_out && std::holds_alternative<ByItem>(query.what)) {
        request.excluded_ids.push_back(vector.item_id);
    }
    answer.query_id = std::move(vector.item_id);
    answer.query_handle = std::move(vector.handle);
    return request;
}

Result<void> leave_out(const Library& library, const SearchQuery& query,
                       collection::SearchRequest& request) {
    if (query.excluded.size() > kExcludedMax) {
        return fail(ErrorCode::kInvalidArgument, "{} items to leave out: at most {}",
                    query.excluded.size(), kExcludedMax);
    }
    std::vector<std::string> ids;
    for (const std::string& item : query.excluded) {
        auto id = resolve_item(library,
                               {.id_or_path = item, .working_directory = query.working_directory});
        if (id) ids.push_back(std::move(*id));
        if (!id && id.error().code() != ErrorCode::kNotFound) return tl::unexpected(id.error());
    }
    if (ids.size() > kExcludedById) {
        collection::BoolFilter either;
        either.should.push_back({collection::IdsFilter{std::move(ids)}});
        if (request.excluded) either.should.push_back(*std::move(request.excluded));
        request.excluded = collection::Filter{std::move(either)};
        return {};
    }
    request.excluded_ids.insert(request.excluded_ids.end(), ids.begin(), ids.end());
    return {};
}

/// The largest distance with at least that score.
double distance_at(index::Metric metric, double score) {
    switch (metric) {
        case index::Metric::kCosine:
            return 1.0 - score;
        case index::Metric::kL2:
        case index::Metric::kL1:
        case index::Metric::kLinf:
        case index::Metric::kHamming:
            return score > 0 ? 1.0 / score - 1.0 : HUGE_VAL;
        case index::Metric::kInnerProduct:
            return -score;
    }
    return 0;
}

Band band_of(double score, const features::Bands& bands) {
    if (score >= static_cast<double>(bands.identical)) return Band::kIdentical;
    if (score >= static_cast<double>(bands.near)) return Band::kNear;
    if (score >= static_cast<double>(bands.similar)) return Band::kSimilar;
    return Band::kWeak;
}

}  // namespace
}  // namespace sokkuri::service
