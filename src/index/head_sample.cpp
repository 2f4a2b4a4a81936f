#include "index/head_sample.h"

#include "base/check.h"

#include <algorithm>
#include <random>

namespace sokkuri::index {

namespace {

// 128 MB of float32. Twenty-five thousand rows of 1280 tell 512 components; fewer than 2,000 would
// not, whatever the dimension.
constexpr std::size_t kComponentsMax = 32'000'000;
constexpr std::size_t kRowsMin = 2'000;
constexpr std::size_t kRowsMax = 32'768;
constexpr std::size_t kQueriesMax = 500;
constexpr std::size_t kRowsPerQuery = 8;
// Fewer rows than this are too few to give any of them away.
constexpr std::size_t kRowsToHoldOut = 64;

std::vector<Slot> choose(std::span<const Slot> slots, std::size_t count, std::uint64_t seed);
std::vector<float> mean_of(const DenseMatrix& rows, ThreadPool& threads);
void subtract(const std::vector<float>& mean, DenseMatrix& rows, ThreadPool& threads);

}  // namespace

HeadSample take_sample(const HeadTraining& training) {
    CHECK(!training.slots.empty());
    const std::size_t dimension = training.space.dimension();
    const std::size_t count =
        std::min(training.slots.size(), std::clamp(kComponentsMax / dimension, kRowsMin, kRowsMax));
    const std::vector<Slot> chosen = choose(training.slots, count, training.seed);
    const std::size_t held_out =
        count < kRowsToHoldOut ? 0 : std::min(kQueriesMax, count / kRowsPerQuery);
    HeadSample sample{.rows = {count - held_out, dimension}, .queries = {held_out, dimension}};
    training.threads.for_each(count, [&](std::size_t i) {
        // How many of the rows before this one are queries: they are spread evenly.
        const std::size_t queries_before = i * held_out / count;
        const bool is_query = (i + 1) * held_out / count != queries_before;
        float* out =
            is_query ? sample.queries.row(queries_before) : sample.rows.row(i - queries_before);
        CHECK(training.space.map_row(training.rows[chosen[i]], out));
    });
    sample.mean = mean_of(sample.rows, training.threads);
    subtract(sample.mean, sample.rows, training.threads);
    subtract(sample.mean, sample.queries, training.threads);
    return sample;
}

namespace {

// One slot out of each of `count` equal stretches.
std::vector<Slot> choose(std::span<const Slot> slots, std::size_t count, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::vector<Slot> chosen(count);
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t first = i * slots.size() / count;
        const std::size_t end = (i + 1) * slots.size() / count;
        chosen[i] = slots[first + random() % (end - first)];
    }
    return chosen;
}

std::vector<float> mean_of(const DenseMatrix& rows, ThreadPool& threads) {
    constexpr std::size_t kGroup = 64;
    std::vector<float> mean(rows.columns);
    threads.for_each((rows.columns + kGroup - 1) / kGroup, [&](std::size_t group) {
        const std::size_t first = group * kGroup;
        const std::size_t end = std::min(first + kGroup, rows.columns);
        std::vector<double> sums(end - first);
        for (std::size_t r = 0; r < rows.rows; ++r) {
            for (std::size_t c = first; c < end; ++c) {
                sums[c - first] += double{rows.row(r)[c]};
            }
        }
        for (std::size_t c = first; c < end; ++c) {
            mean[c] = static_cast<float>(sums[c - first] / static_cast<double>(rows.rows));
        }
    });
    return mean;
}

void subtract(const std::vector<float>& mean, DenseMatrix& rows, ThreadPool& threads) {
    threads.for_each(rows.rows, [&](std::size_t r) {
        float* row = rows.row(r);
        for (std::size_t c = 0; c < rows.columns; ++c) {
            row[c] -= mean[c];
        }
    });
}

}  // namespace

}  // namespace sokkuri::index
