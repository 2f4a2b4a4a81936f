// What the tables are made of: the functions of each instruction set, each set in a namespace of
// its own, so that a table can be spread over several files and borrow from a lesser set. Included
// by kernels_*.cpp only; everybody else goes through a table.
#pragma once

#include "simd/kernels.h"

namespace sokkuri::simd {

// The types of the functions in Kernels, so that a set declares them in a line each.
using DotAndNormOf = DotAndNorm(const float*, const float*, std::size_t);
using SquaredL2Of = float(const float*, const float*, std::size_t);
using DecideDot = DotAndNorm64(const float*, const float*, std::size_t);
using DecideSquaredL2 = double(const float*, const float*, std::size_t);
using Multiply = void(const float*, std::size_t, std::size_t, std::size_t, const float*,
                      std::size_t, float*);
using DotCodes = void(const CodeRows&, const std::int8_t*, std::int32_t*);
using ScoreCodes = void(const CodeRows&, const std::int8_t*, float, float*);
using PackCodes = void(const CodeRows&, std::uint8_t*);
using DotTile = void(const std::int8_t*, std::size_t, std::size_t, const std::uint8_t*, std::size_t,
                     std::size_t, std::int32_t*, std::size_t);
using RowsWithin = std::size_t(const std::int32_t*, const BoundRows&, std::size_t,
                               const BoundQuery&, std::uint32_t*);
using TakeUnmarked = std::size_t(const std::uint32_t*, std::size_t, std::uint32_t, std::uint64_t*,
                                 std::uint32_t*);
using Hamming = std::uint32_t(const std::uint8_t*, const std::uint8_t*, std::size_t);

namespace scalar {
DotAndNormOf dot_and_norm;
SquaredL2Of squared_l2;
DecideDot decide_dot;
DecideSquaredL2 decide_squared_l2;
Multiply multiply;
DotCodes dot_bytes;
DotCodes dot_nibbles;
ScoreCodes score_bytes;
ScoreCodes score_nibbles;
PackCodes pack_bytes;
PackCodes pack_nibbles;
DotTile dot_tile;
RowsWithin rows_within;
TakeUnmarked take_unmarked;
Hamming hamming;
}  // namespace scalar

namespace avx2 {
DotAndNormOf dot_and_norm;
SquaredL2Of squared_l2;
DecideDot decide_dot;
DecideSquaredL2 decide_squared_l2;
Multiply multiply;
DotCodes dot_bytes;
DotCodes dot_nibbles;
ScoreCodes score_bytes;
ScoreCodes score_nibbles;
PackCodes pack_bytes;
PackCodes pack_nibbles;
DotTile dot_tile;
RowsWithin rows_within;
TakeUnmarked take_unmarked;
Hamming hamming;
}  // namespace avx2

namespace avx512 {
DotAndNormOf dot_and_norm;
SquaredL2Of squared_l2;
DecideDot decide_dot;
DecideSquaredL2 decide_squared_l2;
Multiply multiply;
DotCodes dot_bytes;
DotCodes dot_nibbles;
ScoreCodes score_bytes;
ScoreCodes score_nibbles;
PackCodes pack_bytes;
PackCodes pack_nibbles;
DotTile dot_tile;
RowsWithin rows_within;
TakeUnmarked take_unmarked;
Hamming hamming;
}  // namespace avx512

namespace avx512vnni {
DotCodes dot_bytes;
DotCodes dot_nibbles;
ScoreCodes score_bytes;
ScoreCodes score_nibbles;
DotTile dot_tile;
}  // namespace avx512vnni

namespace amx {
DotTile dot_tile;
}  // namespace amx

namespace neon {
DotAndNormOf dot_and_norm;
SquaredL2Of squared_l2;
DecideDot decide_dot;
DecideSquaredL2 decide_squared_l2;
Multiply multiply;
DotCodes dot_bytes;
DotCodes dot_nibbles;
ScoreCodes score_bytes;
ScoreCodes score_nibbles;
PackCodes pack_bytes;
PackCodes pack_nibbles;
DotTile dot_tile;
RowsWithin rows_within;
TakeUnmarked take_unmarked;
Hamming hamming;
}  // namespace neon

}  // namespace sokkuri::simd
