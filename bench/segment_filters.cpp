#include "segment_filters.h"

#include "index/approximate_search.h"
#include "index/exact_scan.h"

#include <fmt/ranges.h>

#include <map>
#include <random>

namespace sokkuri::bench {

namespace {

std::vector<SegmentAnswer> exact_answers(const Bench& bench, SegmentQuery shared,
                                         std::size_t count) {
    shared.effort.kind = Effort::Kind::kExact;
    std::vector<SegmentAnswer> answers;
    for (std::size_t i = 0; i < count; ++i) {
        shared.vector = bench.query(i);
        answers.push_back(search_segment(*bench.segment, bench.rows, shared, nullptr));
    }
    return answers;
}

/// A query and where the rows lie.
struct Ordered {
    std::span<const float> query;
    std::vector<Neighbor> around_query;  // all rows, nearest first
    std::vector<Neighbor> elsewhere;     // the same from another query
};

struct FilterTimes {
    double searching = 0;
    double scanning = 0;
    double recall = 0;
    std::size_t fewest = SIZE_MAX;
    std::map<std::string, std::size_t> paths;
};

/// One query among `slots`; by search and by an exact scan of these rows.
void measure_among(const Bench& bench, const Ordered& ordered, std::span<const Slot> slots,
                   FilterTimes& times) {
    Bitmap allowed;
    for (const Slot slot : slots)
        allowed.set(slot);
    const SegmentQuery asked{.vector = ordered.query,
                             .k = bench.settings.k,
                             .filter = {.allowed = &allowed, .allowed_count = slots.size()}};
    const ExactScan scan{.metric = bench.segment->parts().space.metric,
                         .query = asked.vector,
                         .k = asked.k,
                         .kernels = &bench.segment->kernels()};
    SegmentAnswer answer;
    std::vector<Neighbor> truth;
    double searching = 1e9;
    double scanning = 1e9;
    for (int round = 0; round < 3; ++round) {
        scanning =
            std::min(scanning, seconds_of([&] { truth = nearest_rows(scan, bench.rows, slots); }));
        searching = std::min(searching, seconds_of([&] {
                                 answer =
                                     search_segment(*bench.segment, bench.rows, asked, nullptr);
                             }));
    }
    times.searching += searching;
    times.scanning += scanning;
    times.recall += recall_of(answer.neighbors, truth, asked.k);
    times.fewest = std::min(times.fewest, answer.neighbors.size());
    ++times.paths[kPaths[static_cast<std::size_t>(answer.report.path)]];
}

}  // namespace

void measure_random_filters(const Bench& bench) {
    fmt::print("\n{:28} {:>9} {:>9} {:>9} {:>8} {:>8}\n", "filters, recall .99", "QPS", "p50 us",
               "p99 us", "recall", "scored");
    std::mt19937_64 random(1);
    for (const double share : {0.0001, 0.001, 0.01, 0.03, 0.1, 0.3, 0.5, 0.9}) {
        std::bernoulli_distribution passes(share);
        Bitmap allowed;
        for (Slot slot = 0; slot < bench.rows.count(); ++slot) {
            if (passes(random)) allowed.set(slot);
        }
        SegmentQuery shared{.k = bench.settings.k,
                            .filter = {.allowed = &allowed, .allowed_count = allowed.count()}};
        const auto truth = exact_answers(bench, shared, std::min<std::size_t>(bench.count(), 200));
        print(fmt::format("random {:g} %", 100 * share), measure(bench, shared, truth, 3));
        const PreparedFilter prepared(*bench.segment, shared.filter);
        shared.prepared = &prepared;
        print(fmt::format("random {:g} % prepared", 100 * share), measure(bench, shared, truth, 3));
        // Each way, whatever the cost model thinks: what search_cost.cpp is made from.
        for (const Way way : {Way::kGraph, Way::kPassingGraph, Way::kMatchingCodes}) {
            SegmentQuery one = shared;
            double recall = 0;
            double taken = 0;
            for (std::size_t i = 0; i < truth.size(); ++i) {
                one.vector = bench.query(i);
                SearchPlan plan = plan_search(*bench.segment, bench.rows, one, 1);
                plan.way = way;
                if (plan.shape.ef == 0 || widened(plan.shape.ef, share) > kWidthMax) continue;
                std::optional<SegmentAnswer> answer;
                taken += seconds_of(
                    [&] { answer = search_approximately(*bench.segment, bench.rows, one, plan); });
                if (answer) {
                    recall += recall_of(answer->neighbors, truth[i].neighbors, one.k);
                }
            }
            const auto count = static_cast<double>(truth.size());
            fmt::print("    way {}  {:8.1f} us  recall {:.4f}\n", static_cast<int>(way),
                       1e6 * taken / count, recall / count);
        }
    }
}

/// Which rows pass depends on how far they are: near the query, far from it, near another one.
void measure_correlated_filters(const Bench& bench) {
    fmt::print("\n{:22} {:>10} {:>10} {:>7} {:>8} {:>7}\n", "filters by distance", "search us",
               "scan us", "ratio", "recall", "fewest");
    const std::size_t count = std::min(bench.count(), bench.settings.correlated_queries);
    const auto by_distance = [&](std::size_t i) {
        const SegmentQuery asked{.vector = bench.query(i),
                                 .k = bench.rows.count(),
                                 .effort = {.kind = Effort::Kind::kExact}};
        return search_segment(*bench.segment, bench.rows, asked, nullptr).neighbors;
    };
    std::map<std::pair<std::string, double>, FilterTimes> measured;
    for (std::size_t i = 0; i < count; ++i) {
        const Ordered ordered{bench.query(i), by_distance(i),
                              by_distance((i + bench.count() / 2) % bench.count())};
        for (const double share : {0.01, 0.1, 0.3, 0.5, 0.9}) {
            const auto size =
                static_cast<std::size_t>(static_cast<double>(ordered.around_query.size()) * share);
            const auto among = [&](const char* name, std::span<const Neighbor> rows) {
                std::vector<Slot> slots;
                for (const Neighbor& row : rows)
                    slots.push_back(row.slot);
                std::ranges::sort(slots);
                measure_among(bench, ordered, slots, measured[{name, share}]);
            };
            const std::span<const Neighbor> around = ordered.around_query;
            among("nearest", around.first(size));
            among("farthest", around.last(size));
            among("elsewhere", std::span(ordered.elsewhere).first(size));
        }
    }
    for (const auto& [key, times] : measured) {
        const auto queries = static_cast<double>(count);
        fmt::print("{:22} {:10.1f} {:10.1f} {:7.3f} {:8.4f} {:7}  {}\n",
                   fmt::format("{} {:g} %", key.first, 100 * key.second),
                   1e6 * times.searching / queries, 1e6 * times.scanning / queries,
                   times.searching / times.scanning, times.recall / queries, times.fewest,
                   times.paths);
    }
}

}  // namespace sokkuri::bench
