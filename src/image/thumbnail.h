// Thumbnails: a small JPEG of a picture, for terminals and pages.
#pragma once

#include "base/result.h"
#include "image/decode.h"

#include <cstdint>
#include <vector>

namespace sokkuri::image {

/// The picture shrunk (never enlarged) so that its longer side is at most `longer_side_max` pixels.
Result<Picture> shrink_to_fit(const Picture& picture, std::uint32_t longer_side_max);

/// Likewise, but a pixel is the mean of a few samples only, at most 8 × 8: for previews of a few
/// pixels, at a fraction of the cost.
Picture shrink_roughly(const Picture& picture, std::uint32_t longer_side_max);

/// Decodes, shrinks and re-encodes as baseline JPEG of the given quality (1–100).
Result<std::vector<std::byte>> thumbnail_jpeg(std::span<const std::byte> file,
                                              std::uint32_t longer_side_max, int quality,
                                              const DecodeLimits& limits);

/// Baseline JPEG, 4:2:0.
Result<std::vector<std::byte>> encode_jpeg(const Picture& picture, int quality);

}  // namespace sokkuri::image
