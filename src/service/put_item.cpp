// Putting and forgetting single items. What needs the model happens before the change's turn, what
// must see an unchanging item within it.
#include "image/thumbnail.h"
#include "service/document_vectors.h"
#include "service/items.h"
#include "service/main_field.h"
#include "service/picture_behind.h"
#include "service/picture_document.h"
#include "service/picture_files.h"
#include "service/query_vector.h"
#include "service/uploaded_picture.h"
#include "service/vector_fields.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace sokkuri::service {
namespace {

using collection::KeptPicture;
using collection::PutRecord;

/// What the new item is found by, ready to be written.
struct NewSource {
    std::string field;
    std::vector<float> vector;
    std::string fingerprint;             // of what made it; empty: it was given
    std::string document;                // of a picture: what we say of it; else empty
    Hash128 content{};                   // of a picture
    std::span<const std::byte> picture;  // empty: none
    std::vector<std::byte> thumbnail;    // what is kept of it, if not the picture itself
};

/// What its own document says of it, and what is kept.
struct SeenPicture {
    std::span<const std::byte> bytes;
    image::Size original;
    image::Picture picture;
};

/// Times that a picture is looked at while models change.
constexpr int kModelsTried = 3;

Result<void> require_writer(const Library& library);
Result<bool> has_other_model(const Library& library, const NewSource& source);
Result<void> validate(const PutItemRequest& request);
/// Empty where the document has none.
Result<std::optional<PutItemRequest>> with_vectors_cut(const Library& library,
                                                       const PutItemRequest& request);
Result<NewSource> prepare(const Library& library, const PutItemRequest& request);
Result<NewSource> prepare_picture(const Library& library, std::span<const std::byte> bytes,
                                  const EmbedOptions& options);
Result<NewSource> prepare_vector(const Library& library, const std::vector<float>& vector);
Result<void> add_picture(const Library& library, const SeenPicture& seen,
                         const image::DecodeLimits& limits, NewSource& source);
/// The name of the main field; the first vector says what it is like.
Result<std::string> require_field(const Library& library, const collection::FieldSpec& first);
Result<void> store_picture(const Library& library, const NewSource& source);
Result<PutItemAnswer> put_in_turn(const Library& library, const PutItemRequest& request,
                                  const NewSource& source);
/// An imported document may speak of a file that is another item's, or nobody's.
Result<bool> is_indexed_file(const Library& library,
                             const std::optional<collection::Record>& known);
PutItemAnswer refused(const std::optional<collection::Record>& known);
Result<void> check_vectors(const Library& library, std::span<const collection::FieldVector> vectors,
                           bool may_replace_main);
Result<void> add_source(const Library& library, const NewSource& source, PutRecord& record);
Result<std::string> document_of(const PutItemRequest& request, const NewSource& source,
                                const std::optional<collection::Record>& known);
Result<collection::PutOutcome> put_source(const Library& library, const PutRecord& record,
                                          const NewSource& source,
                                          std::optional<Hash128> former_content);
Result<bool> forget_in_turn(const Library& library, const std::string& id,
                            const ItemCondition& condition);
Result<void> exclude_file(const Library& library, const std::string& id, const std::string& path);
Result<std::optional<collection::Record>> find_record(const Library& library,
                                                      const std::string& id);

}  // namespace

Result<PutItemAnswer> put_item(Library& library, const PutItemRequest& asked) {
    TRY(require_writer(library));
    TRY(validate(asked));
    const std::optional<PutItemRequest> cut = TRY(with_vectors_cut(library, asked));
    const PutItemRequest& request = cut ? *cut : asked;
    for (int attempt = 1;; ++attempt) {
        const NewSource source = TRY(prepare(library, request));
        auto answer = library.in_turn([&] { return put_in_turn(library, request, source); });
        // Another model may have taken over while this one was looking: then that one looks too.
        const bool is_outdated = TRY(has_other_model(library, source));
        if (answer || !is_outdated || attempt == kModelsTried) return answer;
    }
}

Result<bool> forget_item(Library& library, const std::string& id, const ItemCondition& condition) {
    TRY(require_writer(library));
    return library.in_turn([&] { return forget_in_turn(library, id, condition); });
}

namespace {

Result<void> require_writer(const Library& library) {
    if (library.access() == LibraryAccess::kWrite) return {};
    return fail(ErrorCode::kUnsupported, "{}: opened for reading only", library.place());
}

Result<bool> has_other_model(const Library& library, const NewSource& source) {
    if (source.fingerprint.empty()) return false;
    const collection::FieldSpec field = TRY(field_meant(library, source.field));
    return field.fingerprint != source.fingerprint;
}

Result<void> validate(const PutItemRequest& request) {
    if (request.id.empty() || request.id.size() > collection::kIdBytesMax ||
        request.id.find('\0') != std::string::npos) {
        return fail(ErrorCode::kInvalidArgument, "id of {} bytes: must be 1 to {}, none of them 0",
                    request.id.size(), collection::kIdBytesMax);
    }
    if (request.document && request.document->size() > collection::kDocumentBytesMax) {
        return fail(ErrorCode::kExhausted, "document of {} bytes: at most {}",
                    request.document->size(), collection::kDocumentBytesMax);
    }
    const bool has_source = !std::holds_alternative<std::monostate>(request.source);
    if (request.document || has_source || !request.vectors.empty()) return {};
    return fail(ErrorCode::kInvalidArgument,
                "nothing to put: neither document, picture nor vector");
}

Result<std::optional<PutItemRequest>> with_vectors_cut(const Library& library,
                                                       const PutItemRequest& request) {
    if (!request.document) return std::nullopt;
    const std::vector<collection::FieldSpec> fields = TRY(fields_of(library));
    CutDocument cut = TRY(cut_vectors(*request.document, fields));
    if (cut.vectors.empty()) return std::nullopt;
    PutItemRequest whole = request;
    whole.document = std::move(cut.document);
    std::ranges::move(cut.vectors, std::back_inserter(whole.vectors));
    return whole;
}

Result<NewSource> prepare(const Library& library, const PutItemRequest& request) {
    if (const auto* picture = std::get_if<std::vector<std::byte>>(&request.source)) {
        return prepare_picture(library, *picture, {request.model, request.limits});
    }
    if (const auto* both = std::get_if<PictureWithVector>(&request.source)) {
        NewSource source = TRY(prepare_vector(library, both->vector));
        image::Decoded decoded = TRY(as_sent(image::decode(
            both->picture, {.limits = request.limits, .shorter_side_min = kPreviewSide})));
        const SeenPicture seen{both->picture, decoded.original, std::move(decoded.picture)};
        TRY(add_picture(library, seen, request.limits, source));
        return source;
    }
    if (const auto* vector = std::get_if<std::vector<float>>(&request.source)) {
        return prepare_vector(library, *vector);
    }
    return NewSource();
}

Result<NewSource> prepare_picture(const Library& library, std::span<const std::byte> bytes,
                                  const EmbedOptions& options) {
    SearchTimings timings;
    EmbeddedQuery embedded = TRY(embed_query(library, bytes, options, timings));
    NewSource source;
    source.field =
        TRY(require_field(library, {.name = kPictureField,
                                    .dimension = embedded.card.dimension,
                                    .metric = index::Metric::kCosine,
                                    .model = features::to_json(embedded.card),
                                    .fingerprint = features::fingerprint(embedded.card)}));
    source.vector = std::move(embedded.values);
    source.fingerprint = features::fingerprint(embedded.card);
    const SeenPicture seen{bytes, embedded.original, std::move(embedded.picture)};
    TRY(add_picture(library, seen, options.limits, source));
    return source;
}

Result<NewSource> prepare_vector(const Library& library, const std::vector<float>& vector) {
    NewSource source{.vector = vector};
    source.field =
        TRY(require_field(library, {.name = kPictureField,
                                    .dimension = static_cast<std::uint32_t>(vector.size()),
                                    .metric = index::Metric::kCosine}));
    return source;
}

Result<void> add_picture(const Library& library, const SeenPicture& seen,
                         const image::DecodeLimits& limits, NewSource& source) {
    source.picture = seen.bytes;
    source.content = xxh128(seen.bytes);
    source.document =
        to_json({.size = seen.original,
                 .format = image::sniff(seen.bytes),
                 .size_bytes = seen.bytes.size(),
                 .content = source.content,
                 .photograph = image::photograph_of(seen.bytes, image::sniff(seen.bytes)),
                 .preview = image::shrink_roughly(seen.picture, kPreviewSide)});
    if (library.keeping() == PictureKeeping::kOriginals) return {};
    source.thumbnail =
        TRY(image::thumbnail_jpeg(seen.bytes, kKeptThumbnailSide, kThumbnailQuality, limits));
    return {};
}

Result<std::string> require_field(const Library& library, const collection::FieldSpec& first) {
    const auto known = TRY(main_field(library.collection()));
    if (known) return known->name;
    auto added = library.collection().add_field(first);
    // Somebody else was faster: the put itself finds out whether theirs fits.
    if (added || added.error().code() == ErrorCode::kAlreadyExists) return first.name;
    return tl::unexpected(added.error());
}

Result<PutItemAnswer> put_in_turn(const Library& library, const PutItemRequest& request,
                                  const NewSource& source) {
    const std::optional<collection::Record> known = TRY(find_record(library, request.id));
    if (!request.condition.holds(known)) return refused(known);
    const bool is_source_new = !source.vector.empty();
    if (!known && !is_source_new && request.vectors.empty()) {
        return fail(ErrorCode::kNotFound,
                    "item {:?}: there is none; a new one needs a picture or a vector", request.id);
    }
    DocumentFile former;
    if (known) former = TRY(file_of(known->document));
    const bool is_file = TRY(is_indexed_file(library, known));
    if (is_source_new && is_file) {
        return fail(ErrorCode::kConflict,
                    "item {:?}: is the file {:?}, and looks like what that holds", request.id,
                    former.path);
    }
    PutRecord record{.id = request.id};
    record.document = TRY(document_of(request, source, known));
    collection::PutOutcome outcome;
    record.others = collection::OtherVectors::kKeep;
    record.vectors = request.vectors;
    TRY(check_vectors(library, record.vectors, is_source_new || !is_file));
    if (is_source_new) {
        TRY(add_source(library, source, record));
        outcome = TRY(put_source(library, record, source, former.content));
    } else if (!record.vectors.empty()) {
        const auto outcomes = TRY(library.collection().put(std::span(&record, 1)));
        outcome = outcomes.front();
    } else {
        const auto outcomes = TRY(library.collection().put_documents(std::span(&record, 1)));
        outcome = outcomes.front();
    }
    return PutItemAnswer{.item = {.id = request.id,
                                  .document = std::move(record.document),
                                  .version = outcome.version,
                                  .seq = outcome.seq},
                         .was_created = outcome.was_created};
}

Result<bool> is_indexed_file(const Library& library,
                             const std::optional<collection::Record>& known) {
    if (!known) return false;
    const PictureBehind behind = TRY(picture_behind(library, *known));
    return behind == PictureBehind::kFile;
}

/// By name, since none is meant twice; of a file the main one follows from what it holds.
Result<void> check_vectors(const Library& library, std::span<const collection::FieldVector> vectors,
                           bool may_replace_main) {
    for (const collection::FieldVector& vector : vectors) {
        const collection::FieldSpec field = TRY(field_meant(library, vector.field));
        const auto main = TRY(main_field(library.collection()));
        if (may_replace_main || !main || field.name != main->name) continue;
        return fail(ErrorCode::kConflict,
                    "field {:?}: of an item that is a file, its vector follows from the picture",
                    field.name);
    }
    return {};
}

/// What models have made of the picture before goes, unless it is given anew.
Result<void> add_source(const Library& library, const NewSource& source, PutRecord& record) {
    record.vectors.push_back(
        {.field = source.field, .values = source.vector, .fingerprint = source.fingerprint});
    const std::vector<collection::FieldSpec> fields = TRY(library.collection().fields());
    for (const collection::FieldSpec& field : fields) {
        const bool is_given = std::ranges::any_of(
            record.vectors, [&](const auto& given) { return given.field == field.name; });
        if (!is_given && !field.fingerprint.empty()) {
            record.vectors.push_back({.field = field.name});
        }
    }
    return {};
}

PutItemAnswer refused(const std::optional<collection::Record>& known) {
    PutItemAnswer answer{.is_refused = true};
    if (known) answer.item = {known->id, known->document, known->version, known->seq};
    return answer;
}

/// What we say of the picture, new or as it was, and what the user says, new or as it was.
Result<std::string> document_of(const PutItemRequest& request, const NewSource& source,
                                const std::optional<collection::Record>& known) {
    DocumentFile former;
    if (known) former = TRY(file_of(known->document));
    const bool had_picture = !former.path.empty() || former.content;
    std::string users = request.document.value_or(known ? known->document : "{}");
    if (!request.document && had_picture) users = TRY(with_members("{}", users));
    if (!source.picture.empty()) return with_members(source.document, users);
    const bool keeps_picture = source.vector.empty() && had_picture;
    return keeps_picture ? with_members(known->document, users) : without_claims(users);
}

/// The picture is there before the record that refers to it, and the old one as long as there was
/// one that did.
Result<collection::PutOutcome> put_source(const Library& library, const PutRecord& record,
                                          const NewSource& source,
                                          std::optional<Hash128> former_content) {
    std::vector<KeptPicture> doubtful;
    if (!source.picture.empty()) doubtful.push_back({record.id, source.content});
    const bool is_replaced =
        former_content && (source.picture.empty() || *former_content != source.content);
    if (is_replaced) doubtful.push_back({record.id, *former_content});
    TRY(library.identity().check(library.files(), library.home()));
    TRY(library.workspace().kept_pictures().doubt(doubtful));
    TRY(store_picture(library, source));
    const auto outcomes = library.collection().put(std::span(&record, 1));
    auto settled = settle_pictures(library, doubtful);
    if (!outcomes) return tl::unexpected(outcomes.error());
    // What is put is put: doubts that remain are looked into when the collection is opened next.
    static_cast<void>(settled);
    return outcomes->front();
}

Result<void> store_picture(const Library& library, const NewSource& source) {
    if (source.picture.empty()) return {};
    if (source.thumbnail.empty()) return library.pictures().write(source.content, source.picture);
    return library.pictures().write_thumbnail(source.content, source.thumbnail);
}

Result<bool> forget_in_turn(const Library& library, const std::string& id,
                            const ItemCondition& condition) {
    const std::optional<collection::Record> known = TRY(find_record(library, id));
    if (!condition.holds(known)) return false;
    if (!known) return fail(ErrorCode::kNotFound, "item {:?}: there is none", id);
    const DocumentFile file = TRY(file_of(known->document));
    std::vector<KeptPicture> doubtful;
    const bool is_file = TRY(is_indexed_file(library, known));
    if (is_file) {
        TRY(exclude_file(library, id, file.path));
    } else if (file.content && file.path.empty()) {
        doubtful.push_back({id, *file.content});
        TRY(library.workspace().kept_pictures().doubt(doubtful));
    }
    TRY(library.collection().remove(std::span(&id, 1)));
    static_cast<void>(settle_pictures(library, doubtful));  // as in put_source
    return true;
}

/// What another item's file is stays one.
Result<void> exclude_file(const Library& library, const std::string& id, const std::string& path) {
    const auto owner = TRY(library.workspace().file(library.root(), path));
    const bool is_anothers = owner && !owner->id.empty() && owner->id != id;
    if (is_anothers) return {};
    return library.workspace().exclude(library.root(), path);
}

Result<std::optional<collection::Record>> find_record(const Library& library,
                                                      const std::string& id) {
    auto records = TRY(library.collection().get(std::span(&id, 1)));
    if (records.empty()) return std::nullopt;
    return std::move(records.front());
}

}  // namespace
}  // namespace sokkuri::service
