// Crop and resize in one step: bicubic with a = -0.5 (Catmull-Rom; PIL's), antialiased when
// shrinking. zimg does it, across first and then down, rounded to 8 bits in between: what models
// were trained and judged with (docs/decisions/0002-decoders.md).
#pragma once

#include "base/result.h"
#include "image/picture.h"

namespace sokkuri::image {

/// A part of a picture in its own pixels; fractions are allowed.
struct Crop {
    double left = 0;
    double top = 0;
    double width = 0;
    double height = 0;

    bool operator==(const Crop&) const = default;
};

/// The whole of `size`.
Crop whole(Size size);

/// kInvalidArgument when the crop is empty or leaves the picture, or `target` is empty.
Result<Picture> resize(const Picture& picture, const Crop& crop, Size target);

}  // namespace sokkuri::image
