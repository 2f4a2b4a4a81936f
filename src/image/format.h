// Picture formats, told by content and never by file name.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace sokkuri::image {

enum class Format { kUnknown, kJpeg, kPng, kWebp, kGif, kTiff, kBmp, kHeif, kAvif };

/// Looks at no more than the first 64 bytes.
Format sniff(std::span<const std::byte> file);

/// "jpeg", "png", …; "unknown".
std::string_view name_of(Format format);

/// Whether a file of this name is worth opening as a picture (by its ending, case ignored): for
/// walks over folders.
bool has_picture_extension(std::string_view file_name);

}  // namespace sokkuri::image
