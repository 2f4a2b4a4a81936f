#include "index/testing/searched_corpus.h"

#include "base/check.h"
#include "index/distance.h"
#include "index/segment_builder.h"
#include "simd/dispatch.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <random>

namespace sokkuri::index::testing {

namespace {

constexpr std::size_t kLatent = 12;
constexpr std::size_t kClusters = 20;

}  // namespace

const simd::Kernels& kernels() {
    return **simd::chosen_kernels();
}

ThreadPool& pool() {
    static ThreadPool threads(2);
    return threads;
}

std::vector<float> clustered(std::size_t count, std::uint64_t seed) {
    std::mt19937_64 fixed(kSeed);
    std::mt19937_64 random(seed);
    std::normal_distribution<float> normal;
    std::vector<float> directions(kLatent * kDimension);
    std::vector<float> centers(kClusters * kLatent);
    for (float& value : directions)
        value = normal(fixed);
    for (float& value : centers)
        value = 1.5F * normal(fixed);
    std::vector<float> rows(count * kDimension);
    for (std::size_t r = 0; r < count; ++r) {
        const std::size_t cluster = random() % kClusters;
        for (std::size_t l = 0; l < kLatent; ++l) {
            const float value = centers[cluster * kLatent + l] + normal(random);
            for (std::size_t c = 0; c < kDimension; ++c) {
                rows[r * kDimension + c] += value * directions[l * kDimension + c];
            }
        }
        for (std::size_t c = 0; c < kDimension; ++c) {
            rows[r * kDimension + c] += 0.5F * normal(random);
        }
    }
    return rows;
}

std::unique_ptr<Corpus> make_corpus(Metric metric, std::vector<float> values,
                                    std::vector<Slot> slots) {
    auto corpus = std::make_unique<Corpus>();
    corpus->metric = metric;
    corpus->values = std::move(values);
    corpus->rows = RawRows::of_matrix(corpus->values, kDimension);
    corpus->slots = std::move(slots);
    if (corpus->slots.empty()) {
        for (Slot i = 0; i < corpus->rows.count(); ++i)
            corpus->slots.push_back(i);
    }
    const BuildOptions options{
        .graph_nodes_min = 500, .calibration_queries = 300, .layout = HeadLayout{4, 1}};
    auto image = build_segment({.metric = metric,
                                .rows = corpus->rows,
                                .slots = corpus->slots,
                                .kernels = kernels(),
                                .threads = pool()},
                               options);
    CHECK(image.has_value());
    auto segment = image->open(kernels());
    CHECK(segment.has_value());
    corpus->segment = *std::move(segment);
    return corpus;
}

const Corpus& corpus_of(Metric metric) {
    static std::map<Metric, std::unique_ptr<Corpus>> made;
    auto& corpus = made[metric];
    if (!corpus) corpus = make_corpus(metric, clustered(kRows, kSeed + 1));
    return *corpus;
}

const std::vector<float>& queries() {
    static const std::vector<float> made = clustered(kQueries, kSeed + 2);
    return made;
}

std::span<const float> query(std::size_t i) {
    return std::span(queries()).subspan(i * kDimension, kDimension);
}

std::vector<Neighbor> oracle(const Corpus& corpus, const SegmentQuery& asked) {
    const Decider decider(corpus.metric, asked.vector, kernels());
    std::vector<Neighbor> all;
    for (const Slot slot : corpus.slots) {
        if (asked.filter.passes(slot)) all.push_back({slot, decider(corpus.rows[slot])});
    }
    keep_nearest(all, asked.k, asked.distance_max);
    return all;
}

double recall_of(const std::vector<Neighbor>& found, const std::vector<Neighbor>& truth,
                 std::size_t k) {
    const std::size_t wanted = std::min(k, truth.size());
    if (wanted == 0) return 1;
    std::size_t hits = 0;
    for (const Neighbor& neighbor : found) {
        hits += static_cast<std::size_t>(neighbor.distance <= truth[wanted - 1].distance);
    }
    return std::min(1.0, static_cast<double>(hits) / static_cast<double>(wanted));
}

std::string flaw_of(const Corpus& corpus, const SegmentQuery& asked, const SegmentAnswer& answer) {
    const std::vector<Neighbor> truth = oracle(corpus, asked);
    if (answer.neighbors.size() < std::min(asked.k, truth.size())) {
        return fmt::format("{} neighbors of {}", answer.neighbors.size(), truth.size());
    }
    std::vector<Slot> seen;
    double last = -std::numeric_limits<double>::infinity();
    for (const auto& [slot, distance] : answer.neighbors) {
        if (!std::ranges::binary_search(corpus.slots, slot)) return "a slot that is not there";
        if (!asked.filter.passes(slot)) return "a slot that does not pass";
        if (distance < last) return "not in order";
        if (distance != exact_distance(corpus.metric, asked.vector, corpus.row(slot))) {
            return "another distance";
        }
        last = distance;
        seen.push_back(slot);
    }
    std::ranges::sort(seen);
    if (std::ranges::adjacent_find(seen) != seen.end()) return "a slot twice";
    const bool is_exact = answer.report.path == SearchReport::Path::kExactBounds ||
                          answer.report.path == SearchReport::Path::kExactRows;
    if (is_exact && answer.neighbors != truth) return "exact, but not what the scan found";
    if (is_exact && answer.report.recall_expected != 1) return "exact, but less is expected";
    return "";
}

Bitmap random_bitmap(std::size_t count, double share, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::bernoulli_distribution passes(share);
    Bitmap bitmap;
    for (Slot slot = 0; slot < count; ++slot) {
        if (passes(random)) bitmap.set(slot);
    }
    return bitmap;
}

}  // namespace sokkuri::index::testing
