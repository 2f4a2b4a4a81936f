#include "service/query_vector.h"

#include "base/hash.h"
#include "base/out_of_memory.h"
#include "features/preprocess.h"
#include "service/item_lookup.h"
#include "service/query_handle.h"
#include "service/stopwatch.h"
#include "service/uploaded_picture.h"
#include "service/vector_fields.h"

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
                                   const FieldSpec& field, SearchTimings& timings);
Result<QueryVector> vector_of_query(const Library& library, const std::string& handle,
                                    const FieldSpec& field);
Result<void> check_model(const Library& library, const ModelChoice& choice, const FieldSpec& field);
/// Of the field of that name; of the main one, if there is one yet, when it is empty.
Result<std::optional<features::ModelCard>> model_for(const Library& library,
                                                     const std::string& field);

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
    TRY(check_model(library, query.model, field));
    if (const auto* upload = std::get_if<ByUpload>(&query.what)) {
        return vector_of_upload(library, upload->picture, field,
                                {query.model, query.limits, query.field}, timings);
    }
    return vector_of_file(library, query, field, timings);
}

Result<EmbeddedQuery> embed_query(const Library& library, std::span<const std::byte> picture,
                                  const EmbedOptions& options, SearchTimings& timings) {
    const auto indexed_with = TRY(model_for(library, options.field));
    const features::Model model = TRY(choose_model(library.files(), options.model, indexed_with));
    Result<PreparedPicture> preparing;
    std::jthread decoder([&] {
        const auto prepare = [&] {
            return prepare_picture(picture, model.card, options.limits, timings.decode_ms);
        };
        preparing = or_out_of_memory(prepare, ErrorCode::kUnavailable);
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
                                   const FieldSpec& field, SearchTimings& timings) {
    const std::string& file = std::get<ByPicture>(query.what).file;
    const std::vector<std::byte> bytes =
        TRY(read_file(library.files(), file, query.limits.file_bytes_max));
    std::optional<StoredVector> stored =
        TRY(find_stored_vector(library, xxh128(bytes), field.name));
    if (stored) return QueryVector{.values = std::move(stored->values), .item_id = stored->id};
    if (query.embed_elsewhere && query.field.empty()) {
        const Stopwatch inferring;
        auto values = query.embed_elsewhere(bytes);
        timings.infer_ms = inferring.ms();
        if (values) return QueryVector{.values = std::move(*values)};
    }
    const EmbedOptions options{query.model, query.limits, query.field};
    EmbeddedQuery embedded = TRY(in_context(file, embed_query(library, bytes, options, timings)));
    return QueryVector{.values = std::move(embedded.values)};
}

Result<QueryVector> vector_of_query(const Library& library, const std::string& handle,
                                    const FieldSpec& field) {
    std::optional<collection::StoredQuery> query = TRY(library.queries().find(handle));
    if (!query) return tl::unexpected(no_such_query(handle));
    if (query->fingerprint != field.fingerprint || query->vector.size() != field.dimension) {
        return fail(ErrorCode::kConflict,
                    "query {:?}: its vector is of the model with fingerprint {}, but field {:?} "
                    "holds vectors of the one with fingerprint {:?}",
                    handle, query->fingerprint, field.name, field.fingerprint);
    }
    return QueryVector{
        .values = std::move(query->vector), .item_id = std::move(query->item_id), .handle = handle};
}

/// Asked for by name: a model that does not fit is an error, even when none is needed.
Result<void> check_model(const Library& library, const ModelChoice& choice,
                         const FieldSpec& field) {
    if (choice.name.empty()) return {};
    const features::ModelCard indexed_with = TRY(model_of(field));
    TRY(choose_model(library.files(), choice, indexed_with));
    return {};
}

Result<std::optional<features::ModelCard>> model_for(const Library& library,
                                                     const std::string& field) {
    if (field.empty()) return indexed_model(library.collection());
    const FieldSpec spec = TRY(field_meant(library, field));
    features::ModelCard card = TRY(model_of(spec));
    return card;
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
