#include "index/calibration_run.h"

#include "index/exact_batch.h"
#include "index/segment_search.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace sokkuri::index {

namespace {

constexpr std::array<std::uint32_t, 4> kMeasured = {1, 10, 50, 100};
/// About the square root of 2 apart: between them misses lie on a straight line between logarithms
/// to within a thousandth.
constexpr std::array<std::uint32_t, 15> kWidths = {10,  14,  20,  28,  38,  50,  70,  100,
                                                   140, 200, 280, 400, 560, 800, 1024};
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
    Curve curve = {};
};

Result<Truth> true_distances(const CalibrationRun& run, std::size_t k);
std::vector<float> vectors_of(const CalibrationRun& run, std::span<const Slot> slots);
/// Searches once for the largest k and looks at the first k of the answer for the others. False
/// when a search so wide is not made in the graph: exact ones cost less.
bool measure(const CalibrationRun& run, const Truth& truth, std::uint32_t ef,
             std::span<Measured* const> measured);
double recall_of(const SegmentAnswer& answer, std::span<const double> nearest, std::size_t k);
CalibrationPoint point_of(std::span<const double> recalls, std::uint32_t k, std::uint32_t ef);
/// Lets nothing fall where it should grow; all points in order.
std::vector<CalibrationPoint> joined(std::vector<Curve> curves);
/// What is certain of a larger k is at least as certain of a smaller one, at widths where that was
/// not measured any more too.
void lean_on(const Curve& harder, Curve& easier);

}  // namespace

Result<std::vector<CalibrationPoint>> calibrate(const CalibrationRun& run) {
    if (run.queries.empty()) return std::vector<CalibrationPoint>();
    std::vector<Measured> all;
    for (const std::uint32_t k : kMeasured) {
        if (k == 1 || k <= run.segment.parts().nodes / 4) all.push_back({.k = k});
    }
    const Truth truth = TRY(true_distances(run, all.back().k));
    for (const std::uint32_t ef : kWidths) {
        if (run.stop.stop_requested()) return fail(ErrorCode::kCancelled, "calibration stopped");
        std::vector<Measured*> measured;
        for (Measured& one : all) {
            if (!one.is_done && one.k <= ef) measured.push_back(&one);
        }
        if (measured.empty()) continue;
        if (!measure(run, truth, ef, measured)) break;
        for (Measured* one : measured) {
            const CalibrationPoint point = point_of(one->recalls, one->k, ef);
            one->curve.push_back(point);
            one->is_done = point.recall_low >= kLowEnough || point.recall >= kRecallEnough;
        }
    }
    std::vector<Curve> curves;
    for (Measured& one : all) {
        if (!one.curve.empty()) curves.push_back(std::move(one.curve));
    }
    return joined(std::move(curves));
}

namespace {

Result<Truth> true_distances(const CalibrationRun& run, std::size_t k) {
    Truth truth;
    const std::size_t row_bytes = run.rows.dimension() * sizeof(float);
    const std::size_t batch = std::max<std::size_t>(256, kBatchBytesMax / row_bytes);
    for (std::size_t first = 0; first < run.queries.size(); first += batch) {
        if (run.stop.stop_requested()) return fail(ErrorCode::kCancelled, "calibration stopped");
        const std::size_t count = std::min(batch, run.queries.size() - first);
        const std::vector<float> vectors = vectors_of(run, run.queries.subspan(first, count));
        const std::vector<SegmentAnswer> answers = exact_search_batch(
            run.segment, run.rows, vectors, {.k = k, .effort = {.kind = Effort::Kind::kExact}}, {},
            &run.threads);
        for (const SegmentAnswer& answer : answers) {
            std::vector<double>& nearest = truth.emplace_back();
            for (std::size_t i = 0; i < std::min(k, answer.neighbors.size()); ++i) {
                nearest.push_back(answer.neighbors[i].distance);
            }
        }
    }
    return truth;
}

bool measure(const CalibrationRun& run, const Truth& truth, std::uint32_t ef,
             std::span<Measured* const> measured) {
    const std::size_t count = run.queries.size();
    for (Measured* one : measured) {
        one->recalls.resize(count);
    }
    std::vector<std::uint8_t> is_by_graph(count);
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
            is_by_graph[i] = answer.report.path == SearchReport::Path::kGraph ? 1 : 0;
            for (Measured* one : measured) {
                one->recalls[i] = recall_of(answer, truth[i], one->k);
            }
        }
    });
    return std::ranges::count(is_by_graph, 0) == 0;
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
            .recall = static_cast<float>(sum / count),
            .recall_low = static_cast<float>(std::max(0.0, low))};
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
