#include "service/embed.h"

#include "service/main_field.h"
#include "service/npy_file.h"
#include "service/picture_embedder.h"
#include "service/query_vector.h"
#include "service/stopwatch.h"

#include <deque>
#include <future>
#include <memory>
#include <optional>
#include <utility>

namespace sokkuri::service {
namespace {

/// Pictures asked for and not yet taken: enough to keep decoders and model busy past a slow one.
constexpr std::size_t kAheadMax = 64;

using FutureFile = std::future<Result<EmbeddedFile>>;

FutureFile start(const FileSystem& files, const std::string& picture, PictureEmbedder& embedder,
                 const image::DecodeLimits& limits);
Result<EmbeddedPicture> wait(const std::string& picture, FutureFile file);
Result<collection::FieldSpec> exported_field(const collection::Collection& collection);
Result<void> append_id(AtomicFile& file, const std::string& id);

}  // namespace

Result<void> embed(FileSystem& files, const EmbedRequest& request,
                   const std::function<bool(const EmbeddedPicture&)>& take) {
    const features::Model model = TRY(choose_model(files, request.model, std::nullopt));
    const auto urgency =
        request.pictures.size() > 1 ? features::Urgency::kBulk : features::Urgency::kInteractive;
    const auto extractor = TRY(load_extractor(model, request.model, urgency));
    PictureEmbedder embedder(*extractor, {.limits = request.limits});
    std::deque<FutureFile> ahead;
    std::size_t started = 0;
    for (const std::string& picture : request.pictures) {
        while (started < request.pictures.size() && ahead.size() < kAheadMax) {
            ahead.push_back(start(files, request.pictures[started++], embedder, request.limits));
        }
        const EmbeddedPicture embedded = TRY(wait(picture, std::move(ahead.front())));
        ahead.pop_front();
        if (!take(embedded)) break;
    }
    return {};
}

Result<EmbeddedUpload> embed_upload(const Library& library, const ByUpload& upload,
                                    const ModelChoice& choice, const image::DecodeLimits& limits) {
    const Stopwatch total;
    EmbeddedUpload result;
    EmbeddedQuery embedded =
        TRY(embed_query(library, upload.picture, {choice, limits}, result.timings));
    result.vector = std::move(embedded.values);
    result.model = std::move(embedded.card.name);
    result.timings.total_ms = total.ms();
    return result;
}

Result<ExportReport> export_vectors(const Library& library, const ExportRequest& request) {
    const collection::FieldSpec field = TRY(exported_field(library.collection()));
    NpyFile npy = TRY(NpyFile::create(library.files(), request.npy_file, field.dimension));
    std::optional<AtomicFile> ids;
    if (!request.ids_file.empty()) {
        AtomicFile created = TRY(AtomicFile::create(library.files(), request.ids_file));
        ids.emplace(std::move(created));
    }
    Result<void> written;
    const collection::ScanRequest scan{.field = field.name,
                                       .documents = collection::Documents::kOmit};
    TRY(library.collection().scan(scan, [&](const collection::ScannedRecord& scanned) {
        if (scanned.vector.empty()) return true;
        written = npy.append(scanned.vector);
        if (written && ids) written = append_id(*ids, scanned.record.id);
        return written.has_value();
    }));
    TRY(std::move(written));
    TRY(npy.finish());
    if (ids) TRY(ids->commit());
    return ExportReport{.items = npy.rows(), .dimension = field.dimension};
}

namespace {

FutureFile start(const FileSystem& files, const std::string& picture, PictureEmbedder& embedder,
                 const image::DecodeLimits& limits) {
    // Shared because the callback must be copyable.
    const auto promise = std::make_shared<std::promise<Result<EmbeddedFile>>>();
    FutureFile file = promise->get_future();
    auto bytes = read_file(files, picture, limits.file_bytes_max);
    if (!bytes) {
        promise->set_value(tl::unexpected(std::move(bytes).error()));
        return file;
    }
    embedder.submit(std::move(*bytes), [promise](Result<EmbeddedFile> embedded) {
        promise->set_value(std::move(embedded));
    });
    return file;
}

/// The error of the whole call when it is the program that failed, and not the file.
Result<EmbeddedPicture> wait(const std::string& picture, FutureFile file) {
    Result<EmbeddedFile> embedded = file.get();
    if (embedded) return EmbeddedPicture{picture, std::move(embedded->vector)};
    if (embedded.error().code() == ErrorCode::kUnavailable) {
        return tl::unexpected(std::move(embedded).error());
    }
    return EmbeddedPicture{picture, tl::unexpected(std::move(embedded).error())};
}

Result<collection::FieldSpec> exported_field(const collection::Collection& collection) {
    std::optional<collection::FieldSpec> field = TRY(main_field(collection));
    if (field) return std::move(*field);
    return fail(ErrorCode::kNotFound, "the collection is empty: there are no vectors");
}

Result<void> append_id(AtomicFile& file, const std::string& id) {
    if (id.find('\n') != std::string::npos) {
        return fail(ErrorCode::kUnsupported,
                    "id {:?}: holds a line end and cannot stand in a file of one id a line", id);
    }
    const std::string line = id + '\n';
    return file.append(std::as_bytes(std::span(line)));
}

}  // namespace
}  // namespace sokkuri::service
