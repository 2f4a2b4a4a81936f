#include "service/picture_files.h"

#include "image/thumbnail.h"
#include "service/opened_picture.h"

#include <algorithm>
#include <utility>

namespace sokkuri::service {
namespace {

constexpr int kPictureQuality = 90;

/// A kept picture is compared with its name before it is given.
Result<OriginalFile> file_in(OpenedPicture picture);
std::string_view media_type_of(image::Format format);
std::string tag_of(const OpenedPicture& picture);
struct Rendering {
    std::uint32_t side = 0;
    int quality = 0;
};
Result<EncodedPicture> render(const Library& library, const std::string& id,
                              const Rendering& rendering, const image::DecodeLimits& limits);

}  // namespace

Result<OriginalFile> original_file(const Library& library, const std::string& id) {
    OpenedPicture picture = TRY(open_picture(library, id));
    if (!picture.is_thumbnail) return file_in(std::move(picture));
    return fail(ErrorCode::kNotFound, "picture of {:?}: only a thumbnail of it is kept", id);
}

Result<OriginalFile> best_file(const Library& library, const std::string& id) {
    OpenedPicture picture = TRY(open_picture(library, id));
    return file_in(std::move(picture));
}

bool is_shown_by_browsers(std::string_view media_type) {
    constexpr std::string_view kShown[] = {"image/jpeg", "image/png",  "image/webp",
                                           "image/gif",  "image/avif", "image/bmp"};
    return std::ranges::find(kShown, media_type) != std::end(kShown);
}

Result<EncodedPicture> picture_as_jpeg(const Library& library, const std::string& id,
                                       std::uint32_t longer_side_max,
                                       const image::DecodeLimits& limits) {
    if (longer_side_max == 0) {
        return fail(ErrorCode::kInvalidArgument, "longer_side_max = 0: must be at least 1");
    }
    return render(library, id, {longer_side_max, kPictureQuality}, limits);
}

Result<EncodedPicture> thumbnail(const Library& library, const std::string& id, std::uint32_t side,
                                 const image::DecodeLimits& limits) {
    if (std::ranges::find(kThumbnailSides, side) == std::end(kThumbnailSides)) {
        return fail(ErrorCode::kInvalidArgument, "size = {}: must be one of {}", side,
                    fmt::join(kThumbnailSides, ", "));
    }
    return render(library, id, {side, kThumbnailQuality}, limits);
}

namespace {

Result<OriginalFile> file_in(OpenedPicture picture) {
    const bool is_kept = picture.document.path.empty();
    if (is_kept) TRY(read_picture(picture, picture.status.size_bytes));
    OriginalFile file{.size_bytes = picture.status.size_bytes,
                      .media_type = std::string(media_type_of(picture.format)),
                      .name = picture.name,
                      .tag = tag_of(picture)};
    file.file = std::move(picture.file);
    return file;
}

std::string_view media_type_of(image::Format format) {
    switch (format) {
        case image::Format::kJpeg:
            return "image/jpeg";
        case image::Format::kPng:
            return "image/png";
        case image::Format::kWebp:
            return "image/webp";
        case image::Format::kGif:
            return "image/gif";
        case image::Format::kTiff:
            return "image/tiff";
        case image::Format::kBmp:
            return "image/bmp";
        case image::Format::kHeif:
            return "image/heif";
        case image::Format::kAvif:
            return "image/avif";
        case image::Format::kUnknown:
            break;
    }
    return "application/octet-stream";
}

std::string tag_of(const OpenedPicture& picture) {
    const std::string_view ending = picture.is_thumbnail ? "-thumbnail" : "";
    if (const auto content = picture.known_content()) return hex(*content) + std::string(ending);
    return fmt::format("{:x}-{:x}-{:x}", picture.status.inode, picture.status.size_bytes,
                       static_cast<std::uint64_t>(picture.status.modified_ns));
}

/// Keyed by what the file holds now: a file that has changed since it was indexed shows its new
/// content, and never under the old one's name.
Result<EncodedPicture> render(const Library& library, const std::string& id,
                              const Rendering& rendering, const image::DecodeLimits& limits) {
    const OpenedPicture picture = TRY(open_picture(library, id));
    std::vector<std::byte> bytes;  // read at once where the content is not known without
    std::optional<Hash128> content = picture.known_content();
    if (!content) {
        bytes = TRY(read_picture(picture, limits.file_bytes_max));
        content = xxh128(bytes);
    }
    const auto make = [&]() -> Result<RenderedPictures::Bytes> {
        if (bytes.empty()) bytes = TRY(read_picture(picture, limits.file_bytes_max));
        return image::thumbnail_jpeg(bytes, rendering.side, rendering.quality, limits);
    };
    EncodedPicture encoded{.media_type = "image/jpeg",
                           .tag = fmt::format("{}-{}", hex(*content), rendering.side),
                           .content = *content};
    encoded.bytes = TRY(library.rendered().get(
        {.content = *content, .side = rendering.side, .quality = rendering.quality}, make));
    return encoded;
}

}  // namespace
}  // namespace sokkuri::service
