// What the parts of bench_segment_search have in common: a segment with queries, and how one
// setting of a search is measured and printed.
#pragma once

#include "index/segment_search.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <numeric>
#include <span>
#include <string>
#include <vector>

namespace sokkuri::bench {

using namespace index;

struct Settings {
    std::string file;
    std::size_t rows = 0;
    std::size_t queries = 1000;
    std::size_t k = 10;
    int rounds = 5;
    std::string segment_file;
    bool has_filters = true;
    bool has_widths = true;
    std::size_t correlated_queries = 20;
};

/// What is measured: a segment, the queries and the true neighbors of each.
struct Bench {
    const Settings& settings;
    RawRows rows;
    std::span<const float> queries;
    std::shared_ptr<const Segment> segment;
    std::vector<SegmentAnswer> truth;

    std::size_t count() const { return queries.size() / rows.dimension(); }
    std::span<const float> query(std::size_t i) const {
        return queries.subspan(i * rows.dimension(), rows.dimension());
    }
};

inline double seconds_of(const std::function<void()>& work) {
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

inline double recall_of(const std::vector<Neighbor>& found, const std::vector<Neighbor>& truth,
                        std::size_t k) {
    const std::size_t wanted = std::min(k, truth.size());
    if (wanted == 0) return 1;
    const auto hits = std::ranges::count_if(
        found, [&](const Neighbor& one) { return one.distance <= truth[wanted - 1].distance; });
    return std::min(1.0, static_cast<double>(hits) / static_cast<double>(wanted));
}

constexpr const char* kPaths[] = {"graph", "filtered graph", "filtered scan", "exact bounds",
                                  "exact rows"};

struct Measured {
    double qps = 0;
    double p50_us = 0;
    double p99_us = 0;
    double recall = 0;
    double nodes = 0;
    SearchReport::Path path = SearchReport::Path::kGraph;
};

/// One query after the other; of each the best of all rounds, so that what else the machine does
/// counts little.
inline Measured measure(const Bench& bench, const SegmentQuery& shared,
                        const std::vector<SegmentAnswer>& truth, int rounds) {
    std::vector<SegmentAnswer> answers(truth.size());
    std::vector<double> taken(truth.size(), 1e9);
    for (int round = 0; round < rounds; ++round) {
        for (std::size_t i = 0; i < truth.size(); ++i) {
            SegmentQuery one = shared;
            one.vector = bench.query(i);
            taken[i] = std::min(taken[i], seconds_of([&] {
                                    answers[i] =
                                        search_segment(*bench.segment, bench.rows, one, nullptr);
                                }));
        }
    }
    Measured best;
    best.qps = static_cast<double>(taken.size()) / std::accumulate(taken.begin(), taken.end(), 0.0);
    std::ranges::sort(taken);
    best.p50_us = 1e6 * taken[taken.size() / 2];
    best.p99_us = 1e6 * taken[taken.size() * 99 / 100];
    for (std::size_t i = 0; i < truth.size(); ++i) {
        best.recall += recall_of(answers[i].neighbors, truth[i].neighbors, shared.k);
        best.nodes += static_cast<double>(answers[i].report.nodes_scored);
    }
    best.recall /= static_cast<double>(truth.size());
    best.nodes /= static_cast<double>(truth.size());
    best.path = answers.back().report.path;
    return best;
}

inline void print(const std::string& name, const Measured& measured) {
    fmt::print("{:28} {:9.0f} {:9.1f} {:9.1f} {:8.4f} {:8.0f}  {}\n", name, measured.qps,
               measured.p50_us, measured.p99_us, measured.recall, measured.nodes,
               kPaths[static_cast<std::size_t>(measured.path)]);
}

}  // namespace sokkuri::bench
