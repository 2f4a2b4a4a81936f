// Marks of ordinals, a bit each, for sets without instructions that look at several of them at
// once.
//
// All in an unnamed namespace: no symbol of a file compiled for wide registers may be shared.
#pragma once

#include "simd/kernels_parts.h"

namespace sokkuri::simd {

namespace {

/// Kernels::take_unmarked. Without branches on what is marked: that is a coin toss to a processor.
std::size_t take_one_by_one(const std::uint32_t* ordinals, std::size_t count, std::uint32_t end,
                            std::uint64_t* marks, std::uint32_t* fresh) {
    std::size_t found = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint32_t ordinal = ordinals[i];
        if (ordinal >= end) continue;
        const std::uint64_t word = marks[ordinal / 64];
        const std::uint64_t bit = std::uint64_t{1} << (ordinal % 64);
        fresh[found] = ordinal;
        found += (word & bit) == 0 ? 1 : 0;
        marks[ordinal / 64] = word | bit;
    }
    return found;
}

}  // namespace

}  // namespace sokkuri::simd
