#include "index/calibration_run.h"

#include "base/check.h"
#include "index/segment_search.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace sokkuri::index {

namespace {

/// Which ks one search at each width serves, how many queries that takes, and where the curves need
/// points: misses fall about as a power of the width, less exactly so for large ks and for widths
/// hardly larger than k (on features, a straight line between logarithms is off by at most .001;
/// from 10 to 20 at once it would be by .010).
struct Series {
    std::vector<std::uint32_t> ks;
    std::size_t queries_max = 0;  // large ks: each query says ten times as much, and costs more
    std::vector<std::uint32_t> widths;
};
const std::array<Series, 2> kSeries = {{
    {{1, 10}, SIZE_MAX, {10, 12, 14, 17, 20, 40, 80, 160, 320, 640, 1024}},
    {{50, 100}, 500, {50, 70, 100, 140, 200, 280, 400, 560, 800, 1024}},
}};
/// Where a curve ends: wider searches cost more than all before and have next to nothing to add.
constexpr double kLowEnough = 0.9992;
constexpr double kRecallEnough = 0.99995;
/// Of the queries' raw vectors that lie side by side for one call.
constexpr std::size_t kBatchBytesMax = std::size_t{64} << 20;

constexpr std::size_t kQueriesPerTurn = 16;

/// Distances of the true nearest of each query, ascending.
using Truth = std::vector<std::vector<double>>;
/// Points of one k, ascending by ef.
using Curve = std::vector<CalibrationPoint>;

/// k and what was found for it so far.
struct Measured {
    std::uint32_t k = 0;
    bool is_done = false;
    std::vector<double> recalls = {};  // at one width, by query
};

Result<void> run_series(const CalibrationRun& run, const Series& series, RecallTable& table);
Result<Truth> true_distances(const CalibrationRun& run, std::size_t k);
std::vector<float> vectors_of(const CalibrationRun& run, std::span<const Slot> slots);
/// Searches once for the largest k and looks at the first k of the answer for the others.
void measure(const CalibrationRun& run, const Truth& truth, std::uint32_t ef,
             std::span<Measured* const> measured);
double recall_of(const SegmentAnswer& answer, std::span<const double> nearest, std::size_t k);
CalibrationPoint point_of(std::span<const double> recalls, std::uint32_t k, std::uint32_t ef);
/// Lets nothing fall where it should grow; all points in order.
std::vector<CalibrationPoint> joined(std::vector<Curve> curves);
/// What is certain of a larger k is at least as certain of a smaller one, at widths where that was
/// not measured any more too.
void lean_on(const Curve& harder, Curve& easier);

}  // namespace

Result<RecallTable> measure_recalls(const CalibrationRun& run) {
    RecallTable table;
    if (run.queries.empty()) return table;
    for (const Series& series : kSeries) {
        const std::size_t step = (run.queries.size() - 1) / series.queries_max + 1;
        std::vector<Slot> queries;
        for (std::size_t i = 0; i < run.queries.size(); i += step) {
            queries.push_back(run.queries[i]);
        }
        CalibrationRun part = run;
        part.queries = queries;
        TRY(run_series(part, series, table));
    }
    std::ranges::sort(table, {},
                      [](const RecallsAtWidth& one) { return std::pair(one.k, one.ef); });
    return table;
}

std::vector<CalibrationPoint> calibration_of(const RecallTable& table) {
    std::vector<Curve> curves;
    for (const RecallsAtWidth& one : table) {
        if (curves.empty() || curves.back().front().k != one.k) curves.emplace_back();
        curves.back().push_back(point_of(one.recalls, one.k, one.ef));
    }
    return joined(std::move(curves));
}

RecallTable after_like_growth(const RecallTable& before, RecallTable after) {
    for (RecallsAtWidth& one : after) {
        const auto found = std::ranges::find_if(before, [&](const RecallsAtWidth& other) {
            return other.k == one.k && other.ef == one.ef;
        });
        // Where the first one had stopped looking nothing was missed.
        if (found == before.end()) continue;
        CHECK(found->recalls.size() == one.recalls.size());
        for (std::size_t i = 0; i < one.recalls.size(); ++i) {
            one.recalls[i] += one.recalls[i] - found->recalls[i];
        }
    }
    return after;
}

namespace {

Result<void> run_series(const CalibrationRun& run, const Series& series, RecallTable& table) {
    const std::uint32_t nodes = run.segment.parts().nodes;
    std::vector<Measured> all;
    for (const std::uint32_t k : series.ks) {
        if (k <= nodes / 4) all.push_back({.k = k});
    }
    if (all.empty()) return {};
    const Truth truth = TRY(true_distances(run, all.back().k));
    for (const std::uint32_t ef : series.widths) {
        if (run.stop.stop_requested()) return fail(ErrorCode::kCancelled, "calibration stopped");
        std::vector<Measured*> measured;
        for (Measured& one : all) {
            if (!one.is_done && one.k <= ef && ef < nodes) measured.push_back(&one);
        }
        if (measured.empty()) continue;
        measure(run, truth, ef, measured);
        for (Measured* one : measured) {
            const CalibrationPoint point = point_of(one->recalls, one->k, ef);
            one->is_done = point.recall_low >= kLowEnough || point.recall >= kRecallEnough;
            table.push_back({one->k, ef, std::move(one->recalls)});
        }
    }
    return {};
}

Result<Truth> true_distances(const CalibrationRun& run, std::size_t k) {
    Truth truth;
    const std::size_t row_bytes = run.rows.dimension() * sizeof(float);
    const std::size_t batch = std::max<std::size_t>(256, kBatchBytesMax / row_bytes);
    for (std::size_t first = 0; first < run.queries.size(); first += batch) {
        if (run.stop.stop_requested()) return fail(ErrorCode::kCancelled, "calibration stopped");
        const std::size_t count = std::min(batch, run.queries.size() - first);
        const std::vector<float> vectors = vectors_of(run, run.queries.subspan(first, count));
        // As a batch, seeded by the graph.
        const std::vector<SegmentAnswer> answers =
            search_segment(run.segment, run.rows, vectors,
                           {.k = k, .effort = {.kind = Effort::Kind::kExact}}, &run.threads);
        for (const SegmentAnswer& answer : answers) {
            std::vector<double>& nearest = truth.emplace_back();
            for (std::size_t i = 0; i < std::min(k, answer.neighbors.size()); ++i) {
                nearest.push_back(answer.neighbors[i].distance);
            }
        }
    }
    return truth;
}

void measure(const CalibrationRun& run, const Truth& truth, std::uint32_t ef,
             std::span<Measured* const> measured) {
    const std::size_t count = run.queries.size();
    for (Measured* one : measured) {
        one->recalls.resize(count);
    }
    // One by one, not as a batch: what is measured is what single queries will do.
    run.threads.for_each((count + kQueriesPerTurn - 1) / kQueriesPerTurn, [&](std::size_t turn) {
        const std::size_t end = std::min((turn + 1) * kQueriesPerTurn, count);
        for (std::size_t i = turn * kQueriesPerTurn; i < end; ++i) {
            const SegmentAnswer answer =
                search_segment(run.segment, run.rows,
                               {.vector = run.rows.row(run.queries[i]),
                                .k = measured.back()->k,
                                .effort = {.kind = Effort::Kind::kEf, .ef = ef}},
                               nullptr);
            for (Measured* one : measured) {
                one->recalls[i] = recall_of(answer, truth[i], one->k);
            }
        }
    });
}

double recall_of(const SegmentAnswer& answer, std::span<const double> nearest, std::size_t k) {
    const std::size_t wanted = std::min(k, nearest.size());
    if (wanted == 0) return 1;
    const auto found = static_cast<std::size_t>(std::ranges::count_if(
        answer.neighbors,
        [&](const Neighbor& neighbor) { return neighbor.distance <= nearest[wanted - 1]; }));
    return static_cast<double>(std::min(found, wanted)) / static_cast<double>(wanted);
}

std::vector<float> vectors_of(const CalibrationRun& run, std::span<const Slot> slots) {
    std::vector<float> vectors;
    vectors.reserve(slots.size() * run.rows.dimension());
    for (const Slot slot : slots) {
        const std::span<const float> row = run.rows.row(slot);
        vectors.insert(vectors.end(), row.begin(), row.end());
    }
    return vectors;
}

CalibrationPoint point_of(std::span<const double> recalls, std::uint32_t k, std::uint32_t ef) {
    const double one_missed = 1 - 1.0 / k;
    double sum = 0;
    double squares = one_missed * one_missed;
    for (const double recall : recalls) {
        sum += recall;
        squares += recall * recall;
    }
    const auto count = static_cast<double>(recalls.size());
    const double mean = (sum + one_missed) / (count + 1);
    const double variance = std::max(0.0, squares / (count + 1) - mean * mean);
    const double low = mean - 1.645 * std::sqrt(variance / (count + 1));
    return {.k = k,
            .ef = ef,
            .recall = static_cast<float>(std::min(1.0, sum / count)),
            .recall_low = static_cast<float>(std::clamp(low, 0.0, 1.0))};
}

std::vector<CalibrationPoint> joined(std::vector<Curve> curves) {
    for (Curve& curve : curves) {
        for (std::size_t i = 1; i < curve.size(); ++i) {
            curve[i].recall = std::max(curve[i].recall, curve[i - 1].recall);
            curve[i].recall_low = std::max(curve[i].recall_low, curve[i - 1].recall_low);
        }
    }
    for (std::size_t i = curves.size(); i-- > 1;) {
        lean_on(curves[i], curves[i - 1]);
    }
    std::vector<CalibrationPoint> points;
    for (const Curve& curve : curves) {
        points.insert(points.end(), curve.begin(), curve.end());
    }
    return points;
}

void lean_on(const Curve& harder, Curve& easier) {
    for (const CalibrationPoint& point : harder) {
        if (point.ef <= easier.back().ef) continue;
        CalibrationPoint wider = easier.back();
        wider.ef = point.ef;
        easier.push_back(wider);
    }
    for (CalibrationPoint& point : easier) {
        for (const CalibrationPoint& other : harder) {
            if (other.ef > point.ef) break;
            point.recall_low = std::max(point.recall_low, std::min(other.recall_low, point.recall));
        }
    }
}

}  // namespace

}  // namespace sokkuri::index
