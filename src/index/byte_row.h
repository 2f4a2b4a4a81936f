// Rows of bytes: what metrics over bits and bytes have, as the floats that a field keeps. Of a
// damaged file these may be anything.
#pragma once

#include <algorithm>
#include <cstdint>

namespace sokkuri::index {

/// The byte that a component is; the nearest one where it is none, 0 for what is no number.
inline std::uint8_t byte_of(float component) {
    return component > 0 ? static_cast<std::uint8_t>(std::min(component, 255.0F)) : 0;
}

}  // namespace sokkuri::index
