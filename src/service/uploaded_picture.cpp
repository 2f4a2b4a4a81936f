#include "service/uploaded_picture.h"

#include "image/thumbnail.h"
#include "service/item_lookup.h"
#include "service/query_handle.h"
#include "service/stopwatch.h"

#include <optional>
#include <utility>

namespace sokkuri::service {
namespace {

constexpr int kPreviewQuality = 80;

/// What is known of an uploaded picture once it was looked at.
struct SeenPicture {
    std::vector<float> vector;
    image::Picture picture;  // upright, perhaps shrunk
    image::Size original;
};

Result<SeenPicture> seen_stored(std::span<const std::byte> bytes, std::vector<float> vector,
                                const image::DecodeLimits& limits, SearchTimings& timings);
Result<SeenPicture> seen_by_model(const Library& library, std::span<const std::byte> bytes,
                                  const EmbedOptions& options, SearchTimings& timings);
Result<void> keep(const Library& library, const QueryVector& vector, const std::string& fingerprint,
                  const SeenPicture& seen);

}  // namespace

Result<QueryVector> vector_of_upload(const Library& library, std::span<const std::byte> picture,
                                     const collection::FieldSpec& field,
                                     const EmbedOptions& options, SearchTimings& timings) {
    const Hash128 content = xxh128(picture);
    std::optional<StoredVector> stored = TRY(find_stored_vector(library, content, field.name));
    QueryVector vector{.handle = QueryShelf::id_of(content, field.fingerprint)};
    if (stored) vector.item_id = stored->id;
    std::optional<collection::StoredQuery> known = TRY(library.queries().find(vector.handle));
    if (known && known->item_id == vector.item_id && library.queries().is_fresh(*known)) {
        vector.values = std::move(stored ? stored->values : known->vector);
        return vector;
    }
    SeenPicture seen =
        TRY(stored ? seen_stored(picture, std::move(stored->values), options.limits, timings)
                   : seen_by_model(library, picture, options, timings));
    TRY(keep(library, vector, field.fingerprint, seen));
    vector.values = std::move(seen.vector);
    return vector;
}

namespace {

Result<SeenPicture> seen_stored(std::span<const std::byte> bytes, std::vector<float> vector,
                                const image::DecodeLimits& limits, SearchTimings& timings) {
    const Stopwatch decoding;
    image::Decoded decoded = TRY(
        as_sent(image::decode(bytes, {.limits = limits, .shorter_side_min = kQueryPreviewSide})));
    timings.decode_ms = decoding.ms();
    return SeenPicture{.vector = std::move(vector),
                       .picture = std::move(decoded.picture),
                       .original = decoded.original};
}

Result<SeenPicture> seen_by_model(const Library& library, std::span<const std::byte> bytes,
                                  const EmbedOptions& options, SearchTimings& timings) {
    EmbeddedQuery embedded = TRY(embed_query(library, bytes, options, timings));
    return SeenPicture{.vector = std::move(embedded.values),
                       .picture = std::move(embedded.picture),
                       .original = embedded.original};
}

Result<void> keep(const Library& library, const QueryVector& vector, const std::string& fingerprint,
                  const SeenPicture& seen) {
    collection::StoredQuery query{.id = vector.handle,
                                  .width = seen.original.width,
                                  .height = seen.original.height,
                                  .item_id = vector.item_id,
                                  .fingerprint = fingerprint,
                                  .vector = seen.vector};
    const image::Picture preview = TRY(image::shrink_to_fit(seen.picture, kQueryPreviewSide));
    query.preview = TRY(image::encode_jpeg(preview, kPreviewQuality));
    return library.queries().keep(std::move(query));
}

}  // namespace
}  // namespace sokkuri::service
