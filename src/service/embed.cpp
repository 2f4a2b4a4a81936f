#include "service/embed.h"

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

}  // namespace
}  // namespace sokkuri::service
