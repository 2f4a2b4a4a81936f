// AVX-512: which rows, how they are asked for ahead of time, and how their sums are folded.
//
// Rows are taken by four and by sixteen, so that their sums are folded together: four registers of
// partial sums are transposed and added into one, where one by one they would take three times the
// instructions. Graph search scores about nine rows a call, so that fours are the rule there.
//
// All in an unnamed namespace: no symbol of a file compiled for wide registers may be shared.
#pragma once

#include "simd/kernels_parts.h"

#include <immintrin.h>

namespace sokkuri::simd {

namespace {

constexpr std::size_t kLine = 64;
constexpr std::size_t kQuad = 4;
constexpr std::size_t kBlockRows = 16;
constexpr std::size_t kBiasBytes = 4;
/// Lines asked for before they are needed. A core has some fifty misses under way to memory; more
/// wait in line, and a first-level cache holds 768 lines.
constexpr std::size_t kLinesAhead = 128;

template <class T>
T load_as(const void* from) {
    T value;
    __builtin_memcpy(&value, from, sizeof(T));
    return value;
}

inline __mmask64 line_mask(std::size_t bytes) {
    return bytes >= kLine ? ~__mmask64{0} : (__mmask64{1} << bytes) - 1;
}

inline __mmask16 lane_mask(std::size_t lanes) {
    return static_cast<__mmask16>((1U << lanes) - 1U);
}

/// Where rows are.
struct RowList {
    explicit RowList(const CodeRows& rows)
        : rows_(rows),
          lines_((rows.size + kLine - 1) / kLine),
          ahead_(kLinesAhead / (lines_ == 0 ? 1 : lines_) + kQuad) {}

    const std::uint8_t* operator[](std::size_t i) const {
        return rows_.rows + (rows_.ordinals == nullptr ? i : rows_.ordinals[i]) * rows_.stride;
    }

    /// Asks for the rows that will be wanted first. Rows in order are left to the CPU's own
    /// prefetcher, which is better at them.
    void prefetch_first() const {
        if (rows_.ordinals != nullptr) prefetch(0, ahead_);
    }

    /// To be called before rows from `i` on are read.
    void prefetch_after(std::size_t i, std::size_t count) const {
        if (rows_.ordinals != nullptr) prefetch(i + ahead_, i + ahead_ + count);
    }

 private:
    void prefetch(std::size_t from, std::size_t to) const {
        const std::size_t end = to < rows_.count ? to : rows_.count;
        for (std::size_t i = from; i < end; ++i) {
            const std::uint8_t* row = (*this)[i];
            const std::uint8_t* line = row - reinterpret_cast<std::uintptr_t>(row) % kLine;
            for (; line < row + rows_.size; line += kLine) {
                _mm_prefetch(line, _MM_HINT_T0);
            }
        }
    }

    const CodeRows& rows_;
    std::size_t lines_;
    std::size_t ahead_;
};

/// Four registers of partial sums to one: in each of its four 128-bit lanes, a part of the sum of
/// the first, the second, the third and the fourth.
[[gnu::always_inline]] inline __m512i fold_quad(__m512i a, __m512i b, __m512i c, __m512i d) {
    const __m512i ab = _mm512_add_epi32(_mm512_unpacklo_epi32(a, b), _mm512_unpackhi_epi32(a, b));
    const __m512i cd = _mm512_add_epi32(_mm512_unpacklo_epi32(c, d), _mm512_unpackhi_epi32(c, d));
    return _mm512_add_epi32(_mm512_unpacklo_epi64(ab, cd), _mm512_unpackhi_epi64(ab, cd));
}

/// The four sums of such a register.
[[gnu::always_inline]] inline __m128i sums_of_quad(__m512i quad) {
    const __m256i half =
        _mm256_add_epi32(_mm512_castsi512_si256(quad), _mm512_extracti64x4_epi64(quad, 1));
    return _mm_add_epi32(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1));
}

/// The sixteen sums of four such registers.
[[gnu::always_inline]] inline __m512i sums_of_quads(__m512i a, __m512i b, __m512i c, __m512i d) {
    // Lanes of ab: a0+a2, a1+a3, b0+b2, b1+b3.
    const __m512i ab = _mm512_add_epi32(_mm512_shuffle_i32x4(a, b, _MM_SHUFFLE(1, 0, 1, 0)),
                                        _mm512_shuffle_i32x4(a, b, _MM_SHUFFLE(3, 2, 3, 2)));
    const __m512i cd = _mm512_add_epi32(_mm512_shuffle_i32x4(c, d, _MM_SHUFFLE(1, 0, 1, 0)),
                                        _mm512_shuffle_i32x4(c, d, _MM_SHUFFLE(3, 2, 3, 2)));
    return _mm512_add_epi32(_mm512_shuffle_i32x4(ab, cd, _MM_SHUFFLE(2, 0, 2, 0)),
                            _mm512_shuffle_i32x4(ab, cd, _MM_SHUFFLE(3, 1, 3, 1)));
}

}  // namespace

}  // namespace sokkuri::simd
