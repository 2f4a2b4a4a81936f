// Codes against a query with 512-bit registers, for both ways to multiply bytes: included by the
// two files that define a `Multiply` with
//     add_bytes(sums, codes, query)      sums[i] += Σ of the four products of 32-bit lane i
//     add_nibbles(sums, codes, query)    the same, for codes below 16
#pragma once

#include "simd/kernels_avx512_rows.h"

namespace sokkuri::simd {

namespace {

/// Rows of bytes, of `Lines` lines, the last one perhaps in part; of any number if that is 0.
template <class Multiply, std::size_t Lines>
struct Bytes {
    [[gnu::always_inline]] static __m512i quad(const std::uint8_t* const* row,
                                               const std::int8_t* query, std::size_t size) {
        __m512i sums[kQuad] = {};
        const std::size_t whole = Lines == 0 ? size / kLine : Lines - 1;
#pragma GCC unroll 4
        for (std::size_t line = 0; line < whole; ++line) {
            add_line(sums, row, query, line, ~__mmask64{0});
        }
        const std::size_t left = size - whole * kLine;
        if (Lines != 0 || left != 0) add_line(sums, row, query, whole, line_mask(left));
        return fold_quad(sums[0], sums[1], sums[2], sums[3]);
    }

    [[gnu::always_inline]] static void add_line(__m512i* sums, const std::uint8_t* const* row,
                                                const std::int8_t* query, std::size_t line,
                                                __mmask64 mask) {
        const __m512i q = _mm512_maskz_loadu_epi8(mask, query + line * kLine);
#pragma GCC unroll 4
        for (std::size_t r = 0; r < kQuad; ++r) {
            const __m512i codes = _mm512_maskz_loadu_epi8(mask, row[r] + line * kLine);
            sums[r] = Multiply::add_bytes(sums[r], codes, q);
        }
    }
};

/// Rows of `Lines` lines of nibbles; of any number if that is 0.
template <class Multiply, std::size_t Lines>
struct Nibbles {
    [[gnu::always_inline]] static __m512i quad(const std::uint8_t* const* row,
                                               const std::int8_t* query, std::size_t size) {
        const __m512i low_nibbles = _mm512_set1_epi8(15);
        __m512i sums[kQuad] = {};
        const std::size_t lines = Lines == 0 ? size / kLine : Lines;
#pragma GCC unroll 4
        for (std::size_t line = 0; line < lines; ++line) {
            const __m512i q_low = _mm512_loadu_si512(query + line * 2 * kLine);
            const __m512i q_high = _mm512_loadu_si512(query + line * 2 * kLine + kLine);
#pragma GCC unroll 4
            for (std::size_t r = 0; r < kQuad; ++r) {
                const __m512i codes = _mm512_loadu_si512(row[r] + line * kLine);
                const __m512i low = _mm512_and_si512(codes, low_nibbles);
                const __m512i high = _mm512_and_si512(_mm512_srli_epi16(codes, 4), low_nibbles);
                sums[r] = Multiply::add_nibbles(sums[r], low, q_low);
                sums[r] = Multiply::add_nibbles(sums[r], high, q_high);
            }
        }
        return fold_quad(sums[0], sums[1], sums[2], sums[3]);
    }
};

template <class Format, class Store>
void for_rows(const CodeRows& rows, const std::int8_t* query, const Store store) {
    const RowList list(rows);
    list.prefetch_first();
    std::size_t i = 0;
    for (; i + kBlockRows <= rows.count; i += kBlockRows) {
        const std::uint8_t* row[kBlockRows];
        for (std::size_t r = 0; r < kBlockRows; ++r) {
            row[r] = list[i + r];
        }
        __m512i quads[kQuad];
        // Unrolled, g++ would run out of registers for addresses and take rows through the stack.
#pragma GCC unroll 1
        for (std::size_t quad = 0; quad < kQuad; ++quad) {
            list.prefetch_after(i + quad * kQuad, kQuad);
            quads[quad] = Format::quad(row + quad * kQuad, query, rows.size);
        }
        store.store_block(i, row, sums_of_quads(quads[0], quads[1], quads[2], quads[3]));
    }
    for (; i < rows.count; i += kQuad) {
        list.prefetch_after(i, kQuad);
        const std::size_t count = rows.count - i < kQuad ? rows.count - i : kQuad;
        const std::uint8_t* row[kQuad];
        for (std::size_t r = 0; r < kQuad; ++r) {
            row[r] = list[r < count ? i + r : i];
        }
        store.store_quad(i, row, sums_of_quad(Format::quad(row, query, rows.size)), count);
    }
}

template <class Multiply, class Store>
void for_rows_of_bytes(const CodeRows& rows, const std::int8_t* query, const Store& store) {
    switch ((rows.size + kLine - 1) / kLine) {
        case 1:
            return for_rows<Bytes<Multiply, 1>>(rows, query, store);
        case 2:
            return for_rows<Bytes<Multiply, 2>>(rows, query, store);
        case 3:
            return for_rows<Bytes<Multiply, 3>>(rows, query, store);
        case 4:
            return for_rows<Bytes<Multiply, 4>>(rows, query, store);
        default:
            return for_rows<Bytes<Multiply, 0>>(rows, query, store);
    }
}

template <class Multiply, class Store>
void for_rows_of_nibbles(const CodeRows& rows, const std::int8_t* query, const Store& store) {
    switch (rows.size / kLine) {
        case 1:
            return for_rows<Nibbles<Multiply, 1>>(rows, query, store);
        case 2:
            return for_rows<Nibbles<Multiply, 2>>(rows, query, store);
        case 3:
            return for_rows<Nibbles<Multiply, 3>>(rows, query, store);
        case 4:
            return for_rows<Nibbles<Multiply, 4>>(rows, query, store);
        default:
            return for_rows<Nibbles<Multiply, 0>>(rows, query, store);
    }
}

}  // namespace

}  // namespace sokkuri::simd
