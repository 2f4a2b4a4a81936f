// Pictures made up for this floor's tests.
#pragma once

#include "image/picture.h"

#include <cstdint>

namespace sokkuri::image {

/// Smooth waves of every color: like a photograph, and unlike noise, it survives JPEG.
Picture waves(Size size);

/// Independent random bytes: what a filter can do worst with.
Picture noise(Size size, std::uint64_t seed);

/// Largest and mean absolute difference over all bytes. Sizes must agree.
struct Difference {
    double mean = 0;
    int largest = 0;
};
Difference difference(const Picture& one, const Picture& other);

}  // namespace sokkuri::image
