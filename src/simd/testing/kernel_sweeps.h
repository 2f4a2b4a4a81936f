// A table of kernels against the oracle: every length of a tail, unaligned rows, an unreadable page
// behind every operand, extreme values. Each sweep tells the first difference in words, or nothing.
// Knows no test framework, so that a program for another kind of machine can run them emulated.
#pragma once

#include "simd/kernels.h"

#include <cstring>
#include <string>
#include <vector>

namespace sokkuri::simd::testing {

/// dot_and_norm, squared_l2 against float64 within the stated roundings; decide_* bit for bit.
std::string sweep_floats(const Kernels& table);
/// multiply within its roundings, and the same for a row alone and in company.
std::string sweep_multiply(const Kernels& table);
/// dot_* and score_* bit for bit, with and without ordinals.
std::string sweep_codes(const Kernels& table);
/// pack_* and dot_tile bit for bit, and the dots of a tile are those of its rows.
std::string sweep_tiles(const Kernels& table);
/// rows_within bit for bit, and right against float64 wherever roundings leave no doubt.
std::string sweep_bounds(const Kernels& table);
/// take_unmarked, with the marks that it leaves.
std::string sweep_marks(const Kernels& table);
std::string sweep_hamming(const Kernels& table);

/// 1 … 130 and lengths that features have.
std::vector<std::size_t> lengths();

/// Where two rows of values differ in their bits, in words; nothing where they do not.
template <class T>
std::string difference(const std::string& what, const std::vector<T>& values,
                       const std::vector<T>& wanted) {
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        if (std::memcmp(&values[i], &wanted[i], sizeof(T)) == 0) continue;
        return what + ": [" + std::to_string(i) + "] is " + std::to_string(values[i]) +
               " instead of " + std::to_string(wanted[i]);
    }
    return "";
}

}  // namespace sokkuri::simd::testing
