// Lanes: element by element over arrays, in groups of 16 that pass through local memory, so that
// compilers need not fear that arrays overlap and turn them into vector instructions (those of the
// base instruction set: what is worth wider ones is a kernel).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>

namespace sokkuri::index {

inline constexpr std::size_t kLanes = 16;

/// out[i] = function(in[i]). May be in place. `function` is also called with zeros.
template <typename In, typename Out, typename Function>
void transform_lanes(const In* in, std::size_t count, Out* out, Function function) {
    std::size_t i = 0;
    const auto step = [&](std::size_t size) {
        In from[kLanes] = {};
        Out to[kLanes];
        std::memcpy(from, in + i, size * sizeof(In));
        for (std::size_t lane = 0; lane < kLanes; ++lane) {
            to[lane] = function(from[lane]);
        }
        std::memcpy(out + i, to, size * sizeof(Out));
    };
    for (; i + kLanes <= count; i += kLanes) {
        step(kLanes);
    }
    if (i < count) step(count - i);
}

/// out[i] = function(a[i], b[i]); likewise.
template <typename A, typename B, typename Out, typename Function>
void transform_lanes(const A* a, const B* b, std::size_t count, Out* out, Function function) {
    std::size_t i = 0;
    const auto step = [&](std::size_t size) {
        A first[kLanes] = {};
        B second[kLanes] = {};
        Out to[kLanes];
        std::memcpy(first, a + i, size * sizeof(A));
        std::memcpy(second, b + i, size * sizeof(B));
        for (std::size_t lane = 0; lane < kLanes; ++lane) {
            to[lane] = function(first[lane], second[lane]);
        }
        std::memcpy(out + i, to, size * sizeof(Out));
    };
    for (; i + kLanes <= count; i += kLanes) {
        step(kLanes);
    }
    if (i < count) step(count - i);
}

}  // namespace sokkuri::index
