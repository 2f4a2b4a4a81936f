// Preview: a picture small enough to be shown among others, for terminals.
#pragma once

#include "base/file_system.h"
#include "base/result.h"
#include "image/decode.h"
#include "image/picture.h"
#include "service/library.h"

#include <cstdint>
#include <span>
#include <string>

namespace sokkuri::service {

/// The picture, upright, its longer side at most `longer_side_max` pixels; never enlarged. Safe
/// from any number of threads.
Result<image::Picture> preview(const FileSystem& files, const std::string& file,
                               std::uint32_t longer_side_max, const image::DecodeLimits& limits);

/// Likewise of a picture file's bytes, …
Result<image::Picture> preview(std::span<const std::byte> bytes, std::uint32_t longer_side_max,
                               const image::DecodeLimits& limits);
/// … and of an item's picture, a file or one that is kept; kNotFound without one.
Result<image::Picture> preview_of_item(const Library& library, const std::string& id,
                                       std::uint32_t longer_side_max,
                                       const image::DecodeLimits& limits);

}  // namespace sokkuri::service
