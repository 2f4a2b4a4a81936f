// Picture files for this floor's tests: made with libvips, or from the folder of test data
// (SOKKURI_TEST_DATA, by default
// ../shared/data beside the source).
#pragma once

#include "image/picture.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace sokkuri::image {

using FileBytes = std::vector<std::byte>;

/// How samples lie in memory: `bands` values a pixel, of 8 or 16 bits, meant as "srgb", "b-w",
/// "cmyk", "rgb16" or "grey16".
struct Samples {
    Size size;
    int bands = 3;
    int bits = 8;
    const char* meaning = "srgb";
    std::span<const std::byte> bytes;
};

/// Saves as the format of `suffix`, which may carry libvips' options: ".png", ".webp[lossless]",
/// ".jpg[Q=95,interlace]". CHECKs that libvips can.
FileBytes saved(const Samples& samples, const std::string& suffix);
FileBytes saved(const Picture& picture, const std::string& suffix);

/// Whether this machine's libvips can write the format (encoders for HEIF and AVIF are optional).
bool can_save(const std::string& suffix);

/// Folder of the test data; may not exist.
std::string test_data();

/// Every file below `folder`, sorted; none when it does not exist.
std::vector<std::string> files_below(const std::string& folder);

/// CHECKs that the file can be read.
FileBytes bytes_of(const std::string& path);

}  // namespace sokkuri::image
