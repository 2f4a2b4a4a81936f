// What of a PNG file makes its pixels. Texts, profiles and other extras are where PNG bombs hide (a
// chunk of 57 bytes may claim 2 GB, a compressed text may unfold to 1 GB), and we need none of
// them, so libpng never sees them. Safe from any number of threads.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace sokkuri::image {

/// A copy of `file` (which begins as a PNG) with its critical chunks, transparency and EXIF only,
/// up to IEND or to the first chunk that claims more bytes than the file has: whether the pixels
/// are all there by then is for libpng to say.
std::vector<std::byte> essential_png(std::span<const std::byte> file);

}  // namespace sokkuri::image
