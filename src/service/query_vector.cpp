#include "service/query_vector.h"

#include "base/hash.h"
#include "features/preprocess.h"
#include "service/item_lookup.h"
#include "service/query_handle.h"
#include "service/stopwatch.h"
#include "service/uploaded_picture.h"

#include <optional>
#include <thread>
#include <utility>

namespace sokkuri::service {
namespace {

using collection::FieldSpec;

Result<QueryVector> vector_given(const std::vector<float>& values, const FieldSpec& field);
Result<QueryVector> vector_of_item(const Library& library, const ByItem& item,
                                   const FieldSpec& field);
Result<QueryVector> vector_of_file(const Library& library, const SearchQuery& query,
                                   const std::string& file, SearchTimings& timings);
Result<QueryVector> vector_of_query(const Library& library, const std::string& handle,
                                    const FieldSpec& field);
Result<void> check_model(const Library& library, const ModelChoice& choice);

struct PreparedPicture {
    image::Picture input;    // as the model wants it
    image::Picture picture;  // as decoded
    image::Size original;
};
Result<PreparedPicture> prepare_picture(std::span<const std::byte> bytes,
                                        const features::ModelCard& card,
                                        const image::DecodeLimits& limits, double& decode_ms);

}  // namespace

Result<QueryVector> query_vector(const Library& library, const SearchQuery& query,
                                 const FieldSpec& field, SearchTimings& timings) {
    if (const auto* vector = std::get_if<ByVector>(&query.what)) {
        return vector_given(vector->values, field);
    }
    if (const auto* item = std::get_if<ByItem>(&query.what)) {
        return vector_of_item(library, *item, field);
    }
    if (const auto* earlier = std::get_if<ByQuery>(&query.what)) {
        return vector_of_query(library, earlier->handle, field);
    }
    TRY(check_model(library, query.model));
    if (const auto* upload = std::get_if<ByUpload>(&query.what)) {
        return vector_of_upload(library, upload->picture, field, {query.model, query.limits},
                                timings);
    }
    return vector_of_file(library, query, std::get<ByPicture>(query.what).file, timings);
}

Result<EmbeddedQuery> embed_query(const Library& library, std::span<const std::byte> picture,
                                  const EmbedOptions& options, SearchTimings& timings) {
    const auto indexed_with = TRY(indexed_model(library.collection()));
    const features::Model model = TRY(choose_model(library.files(), options.model, indexed_with));
    Result<PreparedPicture> preparing;
    std::jthread decoder([&] {
        preparing = prepare_picture(picture, model.card, options.limits, timings.decode_ms);
    });
    const Stopwatch loading;
    auto loaded = library.extractors().get(model, options.model, features::Urgency::kInteractive);
    timings.load_ms = loading.ms();
    decoder.join();
    PreparedPicture prepared = TRY(std::move(preparing));
    const std::shared_ptr<features::Extractor> extractor = TRY(std::move(loaded));
    const Stopwatch inferring;
    auto embedding = extractor->embed(std::move(prepared.input));
    timings.infer_ms = inferring.ms();
    EmbeddedQuery embedded{
        .picture = std::move(prepared.picture), .original = prepared.original, .card = model.card};
    embedded.values = TRY(std::move(embedding));
    return embedded;
}

namespace {

Result<QueryVector> vector_given(const std::vector<float>& values, const FieldSpec& field) {
    if (values.size() == field.dimension) return QueryVector{.values = values};
    return fail(ErrorCode::kInvalidArgument, "query vector: {} components, but the field has {}",
                values.size(), field.dimension);
}

Result<QueryVector> vector_of_item(const Library& library, const ByItem& item,
                                   const FieldSpec& field) {
    QueryVector vector;
    vector.item_id = TRY(resolve_item(library, item));
    vector.values = TRY(library.collection().vector_of(vector.item_id, field.name));
    return vector;
}

Result<QueryVector> vector_of_file(const Library& library, const SearchQuery& query,
                                   const std::string& file, SearchTimings& timings) {
    const std::vector<std::byte> bytes =
        TRY(read_file(library.files(), file, query.limits.file_bytes_max));
    std::optional<StoredVector> stored = TRY(find_stored_vector(library, xxh128(bytes)));
    if (stored) return QueryVector{.values = std::move(stored->values), .item_id = stored->id};
    if (query.embed_elsewhere) {
        const Stopwatch inferring;
        auto values = query.embed_elsewhere(bytes);
        timings.infer_ms = inferring.ms();
        if (values) return QueryVector{.values = std::move(*values)};
    }
    EmbeddedQuery embedded =
        TRY(in_context(file, embed_query(library, bytes, {query.model, query.limits}, timings)));
    return QueryVector{.values = std::move(embedded.values)};
}

Result<QueryVector> vector_of_query(const Library& library, const std::string& handle,
                                    const FieldSpec& field) {
    std::optional<collection::StoredQuery> query = TRY(library.queries().find(handle));
    if (!query) return tl::unexpected(no_such_query(handle));
    if (query->fingerprint != field.fingerprint || query->vector.size() != field.dimension) {
        return fail(ErrorCode::kConflict,
                    "query {:?}: its vector is not of the model that the collection has now",
                    handle);
    }
    return QueryVector{
        .values = std::move(query->vector), .item_id = std::move(query->item_id), .handle = handle};
}

/// Asked for by name: a model that does not fit is an error, even when none is needed.
Result<void> check_model(const Library& library, const ModelChoice& choice) {
    if (choice.name.empty()) return {};
    const auto indexed_with = TRY(indexed_model(library.collection()));
    TRY(choose_model(library.files(), choice, indexed_with));
    return {};
}

Result<PreparedPicture> prepare_picture(std::span<const std::byte> bytes,
                                        const features::ModelCard& card,
                                        const image::DecodeLimits& limits, double& decode_ms) {
    const Stopwatch decoding;
    image::Decoded decoded =
        TRY(as_sent(image::decode(bytes, features::decode_options(card, limits))));
    PreparedPicture prepared{.picture = std::move(decoded.picture), .original = decoded.original};
    prepared.input = TRY(features::prepare(prepared.picture, prepared.original, card));
    decode_ms = decoding.ms();
    return prepared;
}

}  // namespace
}  // namespace sokkuri::service
