// What an item looks like: its file, something that a browser can show, or a thumbnail. The file is
// looked for anew each time, through links, and never served from outside the indexed folder. Safe
// from any number of threads.
#pragma once

#include "base/file_system.h"
#include "base/hash.h"
#include "base/result.h"
#include "image/decode.h"
#include "service/library.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sokkuri::service {

struct OriginalFile {
    std::unique_ptr<File> file;
    std::uint64_t size_bytes = 0;
    std::string media_type;  // "image/jpeg"
    std::string name;        // the last part of its path
    std::string tag;         // changes with the content
};

/// kNotFound when there is no such item, it has no picture, only a thumbnail of it is kept, or its
/// file has vanished or now lies outside the folder.
Result<OriginalFile> original_file(const Library& library, const std::string& id);

/// Likewise the best that there is: where only a thumbnail is kept, that.
Result<OriginalFile> best_file(const Library& library, const std::string& id);

struct EncodedPicture {
    std::shared_ptr<const std::vector<std::byte>> bytes;
    std::string media_type;
    std::string tag;
    Hash128 content{};  // xxh128 of the file that it shows
};

/// Formats that browsers show as they are (JPEG, PNG, WebP, GIF, AVIF, BMP).
bool is_shown_by_browsers(std::string_view media_type);

/// The picture as JPEG, upright, its longer side at most `longer_side_max`.
Result<EncodedPicture> picture_as_jpeg(const Library& library, const std::string& id,
                                       std::uint32_t longer_side_max,
                                       const image::DecodeLimits& limits);

/// Longer side, in pixels, of what is kept of a picture that is not (PictureKeeping::kThumbnails).
inline constexpr std::uint32_t kKeptThumbnailSide = 640;

/// Of the JPEGs that thumbnails are.
inline constexpr int kThumbnailQuality = 82;

/// Longer sides that thumbnails come in, in pixels.
inline constexpr std::uint32_t kThumbnailSides[] = {160, 320, 640, 1280};
/// All thumbnails of a collection on disk; the least recently used go first.
inline constexpr std::uint64_t kThumbnailBytesMax = RenderedPictures::kBytesMax;

/// Made when first asked for, kept in `.sokkuri/thumbs/` by content. `side`: one of
/// kThumbnailSides, else kInvalidArgument.
Result<EncodedPicture> thumbnail(const Library& library, const std::string& id, std::uint32_t side,
                                 const image::DecodeLimits& limits);

}  // namespace sokkuri::service
