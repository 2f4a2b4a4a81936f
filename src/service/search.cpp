#include "service/search.h"

#include "features/preprocess.h"
#include "service/item_lookup.h"
#include "service/picture_document.h"

#include <chrono>
#include <cmath>
#include <thread>
#include <utility>

namespace sokkuri::service {
namespace {

using collection::FieldSpec;

/// Distances are rounded to float32 on their way to us: what lies this close to the cut is fetched,
/// and its score decides.
constexpr double kDistanceSlack = 1e-6;

struct QueryVector {
    std::vector<float> values;
    std::string item_id;  // empty: no item of the collection
};

class Stopwatch {
 public:
    double ms() const {
        const auto elapsed = std::chrono::steady_clock::now() - started_;
        return std::chrono::duration<double, std::milli>(elapsed).count();
    }

 private:
    const std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
};

Result<void> validate(const SearchQuery& query);
Result<FieldSpec> searched_field(const Library& library);
Result<QueryVector> query_vector(const Library& library, const SearchQuery& query,
                                 const FieldSpec& field, SearchTimings& timings);
Result<QueryVector> vector_of_item(const Library& library, const ByItem& item);
Result<QueryVector> vector_of_picture(const Library& library, const SearchQuery& query,
                                      const std::string& file, SearchTimings& timings);
Result<std::vector<float>> embed_picture(const Library& library, const SearchQuery& query,
                                         std::span<const std::byte> bytes, SearchTimings& timings);
Result<image::Picture> prepare_picture(std::span<const std::byte> bytes,
                                       const features::ModelCard& card,
                                       const image::DecodeLimits& limits, double& decode_ms);
Result<features::Bands> bands_of(const FieldSpec& field, std::string& model_name);
double score_of(index::Metric metric, float distance);
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

Result<SearchAnswer> search(const Library& library, const SearchQuery& query) {
    const Stopwatch total;
    TRY(validate(query));
    const FieldSpec field = TRY(searched_field(library));
    SearchAnswer answer;
    const features::Bands bands = TRY(bands_of(field, answer.model));
    QueryVector vector = TRY(query_vector(library, query, field, answer.timings));
    answer.query_id = vector.item_id;

    const Stopwatch searching;
    collection::SearchRequest request{
        .field = field.name, .query = std::move(vector.values), .k = query.k};
    if (query.score_min) {
        request.distance_max = distance_at(field.metric, *query.score_min) + kDistanceSlack;
    }
    if (std::holds_alternative<ByItem>(query.what) && query.self == SelfHit::kLeaveOut) {
        request.excluded_ids.push_back(vector.item_id);
    }
    collection::SearchAnswer found = TRY(library.collection().search(request));
    for (collection::Hit& hit : found.hits) {
        const double score = score_of(field.metric, hit.distance);
        if (query.score_min && score < *query.score_min) continue;
        const auto file = file_of(hit.document);  // not one of ours: a record that is no file
        answer.hits.push_back({.rank = static_cast<std::uint32_t>(answer.hits.size() + 1),
                               .id = std::move(hit.id),
                               .path = file ? file->path : std::string(),
                               .score = score,
                               .distance = hit.distance,
                               .band = band_of(score, bands),
                               .document = std::move(hit.document)});
    }
    answer.items = TRY(library.collection().count());
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
    if (query.score_min && !std::isfinite(*query.score_min)) {
        return fail(ErrorCode::kInvalidArgument, "score_min = {}: must be a number",
                    *query.score_min);
    }
    return {};
}

Result<FieldSpec> searched_field(const Library& library) {
    std::vector<FieldSpec> fields = TRY(library.collection().fields());
    for (FieldSpec& field : fields) {
        if (field.name == kPictureField) return std::move(field);
    }
    return fail(ErrorCode::kNotFound, "{}: no picture has been indexed yet", library.folder());
}

Result<QueryVector> query_vector(const Library& library, const SearchQuery& query,
                                 const FieldSpec& field, SearchTimings& timings) {
    if (const auto* vector = std::get_if<ByVector>(&query.what)) {
        if (vector->values.size() == field.dimension) return QueryVector{vector->values, {}};
        return fail(ErrorCode::kInvalidArgument,
                    "query vector: {} components, but the field has {}", vector->values.size(),
                    field.dimension);
    }
    if (const auto* item = std::get_if<ByItem>(&query.what)) return vector_of_item(library, *item);
    return vector_of_picture(library, query, std::get<ByPicture>(query.what).file, timings);
}

Result<QueryVector> vector_of_item(const Library& library, const ByItem& item) {
    QueryVector vector;
    vector.item_id = TRY(resolve_item(library, item));
    vector.values = TRY(library.collection().vector_of(vector.item_id, kPictureField));
    return vector;
}

Result<QueryVector> vector_of_picture(const Library& library, const SearchQuery& query,
                                      const std::string& file, SearchTimings& timings) {
    if (!query.model.name.empty()) {
        // Asked for by name: a model that does not fit is an error, even when none is needed.
        const auto indexed_with = TRY(indexed_model(library.collection()));
        TRY(choose_model(library.files(), query.model, indexed_with));
    }
    const std::vector<std::byte> bytes =
        TRY(read_file(library.files(), file, query.limits.file_bytes_max));
    std::optional<StoredVector> stored = TRY(find_stored_vector(library, xxh128(bytes)));
    if (stored) return QueryVector{std::move(stored->values), std::move(stored->id)};
    QueryVector vector;
    vector.values = TRY(in_context(file, embed_picture(library, query, bytes, timings)));
    return vector;
}

/// Loads the model while the picture is being decoded: together they are nearly all of a cold
/// start.
Result<std::vector<float>> embed_picture(const Library& library, const SearchQuery& query,
                                         std::span<const std::byte> bytes, SearchTimings& timings) {
    const auto indexed_with = TRY(indexed_model(library.collection()));
    const features::Model model = TRY(choose_model(library.files(), query.model, indexed_with));
    Result<image::Picture> prepared;
    std::jthread preparing(
        [&] { prepared = prepare_picture(bytes, model.card, query.limits, timings.decode_ms); });
    const Stopwatch loading;
    auto loaded = library.extractors().get(model, query.model);
    timings.load_ms = loading.ms();
    preparing.join();
    image::Picture input = TRY(std::move(prepared));
    const std::shared_ptr<features::Extractor> extractor = TRY(std::move(loaded));
    const Stopwatch inferring;
    auto embedding = extractor->embed(std::move(input));
    timings.infer_ms = inferring.ms();
    return embedding;
}

Result<image::Picture> prepare_picture(std::span<const std::byte> bytes,
                                       const features::ModelCard& card,
                                       const image::DecodeLimits& limits, double& decode_ms) {
    const Stopwatch decoding;
    const image::Decoded decoded =
        TRY(image::decode(bytes, features::decode_options(card, limits)));
    auto prepared = features::prepare(decoded.picture, decoded.original, card);
    decode_ms = decoding.ms();
    return prepared;
}

/// The model's own cut-offs; a card's defaults for vectors that no model of ours has made.
Result<features::Bands> bands_of(const FieldSpec& field, std::string& model_name) {
    if (field.model.empty()) return features::Bands{};
    features::ModelCard card =
        TRY(in_context("model card of the collection", features::parse_model_card(field.model)));
    model_name = std::move(card.name);
    return card.bands;
}

double score_of(index::Metric metric, float distance) {
    switch (metric) {
        case index::Metric::kCosine:
            return 1.0 - static_cast<double>(distance);
        case index::Metric::kL2:
            return 1.0 / (1.0 + static_cast<double>(distance));
        case index::Metric::kInnerProduct:
            return -static_cast<double>(distance);
    }
    return 0;
}

/// The largest distance with at least that score.
double distance_at(index::Metric metric, double score) {
    switch (metric) {
        case index::Metric::kCosine:
            return 1.0 - score;
        case index::Metric::kL2:
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
