// Picture: what every decoder gives and every consumer takes: 8-bit sRGB, interleaved, upright,
// opaque. A value; move it. No color spaces, no alpha, no metadata: decoding has dealt with them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace sokkuri::image {

struct Size {
    std::uint32_t width = 0;
    std::uint32_t height = 0;

    bool operator==(const Size&) const = default;
};

struct Picture {
    Size size;
    std::vector<std::uint8_t> rgb;  // row-major, 3 bytes a pixel, no padding
};

}  // namespace sokkuri::image
