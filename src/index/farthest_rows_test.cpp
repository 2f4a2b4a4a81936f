// The farthest rows against a sort of all of them, for every metric, with filters, ties and
// threads.
#include "index/farthest_rows.h"

#include "index/distance.h"
#include "simd/dispatch.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>

namespace sokkuri::index {
namespace {

constexpr std::size_t kDimension = 9;
constexpr std::size_t kRows = 5'000;  // more than the turns of two threads

/// Small whole numbers: many distances are exactly the same.
std::vector<float> random_values(std::size_t count, std::mt19937& random) {
    std::vector<float> values(count);
    for (float& value : values)
        value = static_cast<float>(random() % 5) - 2;
    return values;
}

std::vector<Neighbor> sorted(const FarthestScan& scan, const RawRows& rows) {
    std::vector<Neighbor> all;
    for (std::size_t slot = 0; slot < rows.count(); ++slot) {
        if (!scan.filter.passes(static_cast<Slot>(slot))) continue;
        double nearest = std::numeric_limits<double>::infinity();
        for (std::size_t i = 0; i < scan.vectors.size(); i += kDimension) {
            nearest = std::min(
                nearest,
                exact_distance(scan.metric, scan.vectors.subspan(i, kDimension), rows.row(slot)));
        }
        all.push_back({static_cast<Slot>(slot), nearest});
    }
    std::ranges::sort(all, [](const Neighbor& a, const Neighbor& b) {
        return a.distance != b.distance ? a.distance > b.distance : a.slot < b.slot;
    });
    if (all.size() <= scan.k) return all;
    const double last = all[scan.k - 1].distance;
    std::erase_if(all, [last](const Neighbor& neighbor) { return neighbor.distance < last; });
    return all;
}

TEST(FarthestRows, AreThoseOfASort) {
    std::mt19937 random(5);
    ThreadPool threads(3);
    const std::vector<float> values = random_values(kRows * kDimension, random);
    const RawRows rows = RawRows::of_matrix(values, kDimension);
    Bitmap left_out;
    Bitmap allowed;
    for (Slot slot = 0; slot < kRows; ++slot) {
        if (random() % 3 == 0) left_out.set(slot);
        if (random() % 50 == 0) allowed.set(slot);
    }
    const SlotFilter filters[] = {
        {}, {.left_out = &left_out}, {.allowed = &allowed, .allowed_count = allowed.count()}};
    for (const Metric metric :
         {Metric::kCosine, Metric::kL2, Metric::kInnerProduct, Metric::kL1, Metric::kLinf}) {
        for (const std::size_t count : {1U, 2U, 17U}) {
            const std::vector<float> vectors = random_values(count * kDimension, random);
            for (const SlotFilter& filter : filters) {
                FarthestScan scan{.metric = metric,
                                  .vectors = vectors,
                                  .k = 1 + random() % 200,
                                  .filter = filter,
                                  .kernels = simd::chosen_kernels().value()};
                const std::vector<Neighbor> expected = sorted(scan, rows);
                EXPECT_EQ(farthest_rows(scan, rows), expected);
                scan.threads = &threads;
                EXPECT_EQ(farthest_rows(scan, rows), expected);
            }
        }
    }
}

TEST(FarthestRows, AreAllWhereThereAreFewer) {
    std::mt19937 random(6);
    const std::vector<float> values = random_values(70 * kDimension, random);
    const std::vector<float> vector(kDimension, 1.0F);
    const RawRows rows = RawRows::of_matrix(values, kDimension);
    FarthestScan scan{.metric = Metric::kL2,
                      .vectors = vector,
                      .k = 1'000,
                      .filter = {},
                      .kernels = simd::chosen_kernels().value()};
    EXPECT_EQ(farthest_rows(scan, rows).size(), 70U);
    EXPECT_TRUE(farthest_rows(scan, RawRows()).empty());
    Bitmap nothing;
    nothing.set(1'000);
    scan.filter = {.allowed = &nothing, .allowed_count = 1};
    EXPECT_TRUE(farthest_rows(scan, rows).empty());
}

}  // namespace
}  // namespace sokkuri::index
