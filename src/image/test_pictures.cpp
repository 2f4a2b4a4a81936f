#include "image/test_pictures.h"

#include "base/check.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <random>

namespace sokkuri::image {

Picture waves(Size size) {
    Picture picture{.size = size, .rgb = {}};
    picture.rgb.reserve(std::size_t{3} * size.width * size.height);
    for (std::uint32_t y = 0; y < size.height; ++y) {
        for (std::uint32_t x = 0; x < size.width; ++x) {
            for (int channel = 0; channel < 3; ++channel) {
                const double phase = x * (0.031 + 0.012 * channel) + y * (0.023 - 0.009 * channel);
                picture.rgb.push_back(static_cast<std::uint8_t>(127.5 + 120 * std::sin(phase)));
            }
        }
    }
    return picture;
}

Picture noise(Size size, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::uniform_int_distribution<int> byte(64, 191);
    Picture picture{.size = size,
                    .rgb = std::vector<std::uint8_t>(std::size_t{3} * size.width * size.height)};
    std::ranges::generate(picture.rgb, [&] { return static_cast<std::uint8_t>(byte(random)); });
    return picture;
}

Difference difference(const Picture& one, const Picture& other) {
    CHECK(one.size == other.size);
    Difference result;
    for (std::size_t i = 0; i < one.rgb.size(); ++i) {
        const int distance = std::abs(one.rgb[i] - other.rgb[i]);
        result.largest = std::max(result.largest, distance);
        result.mean += distance;
    }
    if (!one.rgb.empty()) result.mean /= static_cast<double>(one.rgb.size());
    return result;
}

}  // namespace sokkuri::image
