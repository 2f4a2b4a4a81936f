// Search by Hamming distance against counting bits one by one and sorting: every size of rows,
// filters, radii, threads, ties.
#include "index/hamming_scan.h"

#include "simd/dispatch.h"

#include <gtest/gtest.h>

#include <random>

namespace sokkuri::index {
namespace {

std::vector<Neighbor> plain_scan(const HammingScan& scan, std::span<const std::uint8_t> rows) {
    const std::size_t size = scan.query.size();
    std::vector<Neighbor> all;
    for (Slot slot = 0; slot < rows.size() / size; ++slot) {
        if (!scan.filter.passes(slot)) continue;
        int bits = 0;
        for (std::size_t i = 0; i < 8 * size; ++i) {
            const int differing = (rows[slot * size + i / 8] ^ scan.query[i / 8]) >> (i % 8);
            bits += differing & 1;
        }
        all.push_back({slot, static_cast<double>(bits)});
    }
    keep_nearest(all, scan.k, scan.distance_max);
    return all;
}

TEST(HammingScan, CountsEveryBitAtEverySize) {
    std::mt19937 random(40);
    ThreadPool threads(2);
    for (std::size_t size = 1; size <= 130; ++size) {
        const std::size_t count = 100 + random() % 100;
        std::vector<std::uint8_t> rows(count * size);
        for (std::uint8_t& byte : rows) {
            byte = static_cast<std::uint8_t>(random());
        }
        // Some near ones: few bits away from the query.
        const std::vector<std::uint8_t> query(rows.begin(),
                                              rows.begin() + static_cast<std::ptrdiff_t>(size));
        for (std::size_t row = 0; row < count; row += 5) {
            std::copy(query.begin(), query.end(),
                      rows.begin() + static_cast<std::ptrdiff_t>(row * size));
            rows[row * size + random() % size] ^= static_cast<std::uint8_t>(random());
        }
        Bitmap left_out;
        Bitmap allowed;
        for (Slot slot = 0; slot < count; ++slot) {
            if (random() % 8 == 0) left_out.set(slot);
            if (random() % 3 != 0) allowed.set(slot);
        }
        HammingScan scan{
            .query = query,
            .k = 1 + random() % 30,
            .kernels = simd::runnable_kernels()[random() % simd::runnable_kernels().size()],
            .threads = &threads};
        if (random() % 2 == 0) scan.filter.left_out = &left_out;
        if (random() % 2 == 0) scan.filter.allowed = &allowed;
        if (random() % 3 == 0) scan.distance_max = 4;
        const std::size_t first = count / 3;
        const std::vector<ByteRowsView> pieces{
            {std::span(rows).first(first * size), 0},
            {std::span(rows).subspan(first * size), static_cast<Slot>(first)}};
        EXPECT_EQ(nearest_by_hamming(scan, pieces), plain_scan(scan, rows))
            << size << " bytes, k " << scan.k << ", " << scan.kernels->name;
    }
}

TEST(HammingScan, ManyRowsWithManyTiesOnTwoThreads) {
    std::mt19937 random(41);
    ThreadPool threads(2);
    std::vector<std::uint8_t> rows(300'000 * 8);
    for (std::uint8_t& byte : rows) {
        byte = static_cast<std::uint8_t>(random() & random());
    }
    const std::vector<std::uint8_t> query(8, 0x11);
    const HammingScan scan{
        .query = query, .k = 20, .kernels = simd::runnable_kernels().front(), .threads = &threads};
    const ByteRowsView view{rows, 0};
    EXPECT_EQ(nearest_by_hamming(scan, {&view, 1}), plain_scan(scan, rows));
}

}  // namespace
}  // namespace sokkuri::index
