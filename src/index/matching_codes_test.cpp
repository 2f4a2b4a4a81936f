// The scan of matching codes against a float64 scan, on data that are hard for codes: noise of many
// components, of which a head holds half, and clusters. What passes lies near the query, far
// from it, or near some other row.
#include "index/matching_codes.h"

#include "index/approximate_search.h"
#include "index/exact_scan.h"
#include "index/search_plan.h"
#include "index/segment_builder.h"
#include "index/testing/grown_rows.h"
#include "simd/dispatch.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>

namespace sokkuri::index {
namespace {

constexpr std::size_t kDimension = 256;
constexpr std::size_t kRows = 2'000;
constexpr std::size_t kQueries = 12;

const simd::Kernels& kernels() {
    return **simd::chosen_kernels();
}

/// Rows, queries behind them, and a segment over the rows.
struct Data {
    std::vector<float> values;
    RawRows rows;
    std::shared_ptr<const Segment> segment;

    Data(Metric metric, std::vector<float> of) : values(std::move(of)) {
        rows = RawRows::of_matrix(std::span(values).first(kRows * kDimension), kDimension);
        std::vector<Slot> slots(kRows);
        std::iota(slots.begin(), slots.end(), 0);
        ThreadPool threads(1);
        const auto image =
            build_segment({.metric = metric,
                           .rows = rows,
                           .slots = slots,
                           .kernels = kernels(),
                           .threads = threads},
                          {.graph_nodes_min = kRows + 1, .layout = HeadLayout{4, 1}});
        segment = *image->open(kernels());
    }

    std::span<const float> query(std::size_t i) const {
        return std::span(values).subspan((kRows + i) * kDimension, kDimension);
    }
    std::vector<Neighbor> scan(std::span<const float> query, const Bitmap* allowed,
                               std::size_t k) const {
        const ExactScan scan{.metric = segment->parts().space.metric,
                             .query = query,
                             .k = k,
                             .allowed = allowed,
                             .kernels = &kernels()};
        const RowsView all{std::span(values).first(kRows * kDimension), 0};
        return nearest_rows(scan, std::span(&all, 1));
    }
};

std::vector<float> noise() {
    std::mt19937_64 random(7);
    std::normal_distribution<float> normal(0.2F, 1);
    std::vector<float> values((kRows + kQueries) * kDimension);
    std::ranges::generate(values, [&] { return normal(random); });
    return values;
}

/// Of `share` of the rows: the nearest to the query, the farthest, or the nearest to another row.
std::vector<Bitmap> filters(const Data& data, std::size_t i, double share) {
    const auto size = static_cast<std::size_t>(share * static_cast<double>(kRows));
    const auto around = data.scan(data.query(i), nullptr, kRows);
    const auto other = data.scan(data.rows.row(static_cast<Slot>(100 * i)), nullptr, kRows);
    std::vector<Bitmap> made(3);
    for (std::size_t r = 0; r < size; ++r) {
        made[0].set(around[r].slot);
        made[1].set(around[kRows - 1 - r].slot);
        made[2].set(other[r].slot);
    }
    return made;
}

/// Mean recall by kind of filter.
std::vector<double> recalls_of(const Data& data, double share) {
    std::vector<double> sums(3);
    for (std::size_t i = 0; i < kQueries; ++i) {
        const std::vector<Bitmap> made = filters(data, i, share);
        for (std::size_t kind = 0; kind < made.size(); ++kind) {
            const SegmentQuery asked{
                .vector = data.query(i),
                .filter = {.allowed = &made[kind], .allowed_count = made[kind].count()}};
            const SearchPlan plan{.way = Way::kMatchingCodes, .shape = {.ef = 20}};
            const auto answer = search_approximately(*data.segment, data.rows, asked, plan);
            const auto truth = data.scan(asked.vector, &made[kind], asked.k);
            EXPECT_GE(answer->neighbors.size(), std::min(asked.k, truth.size()));
            const auto found = std::ranges::count_if(answer->neighbors, [&](const Neighbor& one) {
                EXPECT_TRUE(made[kind].test(one.slot));
                return one.distance <= truth.back().distance;
            });
            sums[kind] += static_cast<double>(found) / static_cast<double>(truth.size());
        }
    }
    for (double& sum : sums)
        sum /= kQueries;
    return sums;
}

TEST(MatchingCodes, FindWhatIsNearestWhereverItLies) {
    const testing::GrownRows grown{.count = kRows + kQueries, .dimension = kDimension};
    for (const Metric metric : {Metric::kCosine, Metric::kL2}) {
        for (const bool is_noise : {true, false}) {
            const Data data(metric, is_noise ? noise() : testing::grow_rows(grown));
            for (const double share : {0.01, 0.1, 0.5}) {
                for (const double recall : recalls_of(data, share)) {
                    EXPECT_GE(recall, 0.99)
                        << name_of(metric) << (is_noise ? ", noise, " : ", ") << share;
                }
            }
        }
    }
}

}  // namespace
}  // namespace sokkuri::index
