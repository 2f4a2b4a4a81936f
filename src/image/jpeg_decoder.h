// JPEG by libjpeg-turbo: nine pictures in ten. Shrinks while decoding (the inverse cosine transform
// yields 1, 2, 4 or 8 samples a block side), turns upright by EXIF, and gives gray and CMYK
// pictures as RGB. Safe from any number of threads. Color profiles are not applied: an RGB picture
// is taken as sRGB, and CMYK is mixed the plain way.
#pragma once

#include "base/result.h"
#include "image/decode.h"

#include <cstddef>
#include <span>

namespace sokkuri::image {

/// As `decode`, for a file that begins as a JPEG. A file that ends before its picture does is
/// kCorruption.
Result<Decoded> decode_jpeg(std::span<const std::byte> file, const DecodeOptions& options);

}  // namespace sokkuri::image
