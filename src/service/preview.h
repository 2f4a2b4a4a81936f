// Preview: a picture file small enough to be shown among others, for terminals.
#pragma once

#include "base/file_system.h"
#include "base/result.h"
#include "image/decode.h"
#include "image/picture.h"

#include <cstdint>
#include <string>

namespace sokkuri::service {

/// The picture, upright, its longer side at most `longer_side_max` pixels; never enlarged. Safe
/// from any number of threads.
Result<image::Picture> preview(const FileSystem& files, const std::string& file,
                               std::uint32_t longer_side_max, const image::DecodeLimits& limits);

}  // namespace sokkuri::service
