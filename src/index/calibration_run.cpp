#include "index/calibration_run.h"

#include "index/exact_batch.h"
#include "index/segment_search.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

namespace sokkuri::index {

namespace {

constexpr std::array<std::uint32_t, 4> kMeasured = {1, 10, 50, 100};
/// About the square root of 2 apart: between them misses lie on a straight line between logarithms
/// to within a thousandth.
constexpr std::array<std::uint32_t, 14> kWidths = {10,  14,  20,  28,  40,  56,  80,
                                                   113, 160, 226, 320, 453, 640, 1024};
/// Mean recall at which wider searches have nothing to add.
constexpr double kRecallEnough = 0.99995;
/// Of the queries' raw vectors that lie side by side for one call.
constexpr std::size_t kBatchBytesMax = std::size_t{64} << 20;

/// Distances of the true nearest of each query, ascending.
using Truth = std::vector<std::vector<double>>;
/// Points of one k, ascending by ef.
using Curve = std::vector<CalibrationPoint>;

std::vector<float> vectors_of(const CalibrationRun& run, std::span<const Slot> slots);
/// Calls `take(first query, answers)` for one batch after the other; kCancelled.
template <typename Search, typename Take>
Result<void> in_batches(const CalibrationRun& run, const Search& search, const Take& take);
Result<Truth> true_distances(const CalibrationRun& run, std::size_t k);
Result<Curve> curve_of(const CalibrationRun& run, const Truth& truth, std::uint32_t k);
Result<CalibrationPoint> measure(const CalibrationRun& run, const Truth& truth, std::uint32_t k,
                                 std::uint32_t ef);
CalibrationPoint point_of(std::span<const double> recalls, std::uint32_t k, std::uint32_t ef);
/// Lets nothing fall where it should grow; all points in order.
std::vector<CalibrationPoint> joined(std::vector<Curve> curves);
/// What is certain of a larger k is at least as certain of a smaller one, at widths where that was
/// not measured any more too.
void lean_on(const Curve& harder, Curve& easier);

}  // namespace

Result<std::vector<CalibrationPoint>> calibrate(const CalibrationRun& run) {
    if (run.queries.empty()) return std::vector<CalibrationPoint>();
    std::vector<std::uint32_t> ks;
    for (const std::uint32_t k : kMeasured) {
        if (k == 1 || k <= run.segment.parts().nodes / 4) ks.push_back(k);
    }
    const Truth truth = TRY(true_distances(run, ks.back()));
    std::vector<Curve> curves;
    for (const std::uint32_t k : ks) {
        curves.push_back(TRY(curve_of(run, truth, k)));
    }
    return joined(std::move(curves));
}

namespace {

Result<Curve> curve_of(const CalibrationRun& run, const Truth& truth, std::uint32_t k) {
    Curve curve;
    for (const std::uint32_t width : kWidths) {
        const std::uint32_t ef = std::max(width, k);
        if (!curve.empty() && (curve.back().ef == ef || curve.back().recall >= kRecallEnough)) {
            continue;
        }
        curve.push_back(TRY(measure(run, truth, k, ef)));
    }
    return curve;
}

Result<Truth> true_distances(const CalibrationRun& run, std::size_t k) {
    Truth truth(run.queries.size());
    const auto search = [&](std::span<const float> vectors) {
        return exact_search_batch(run.segment, run.rows, vectors,
                                  {.k = k, .effort = {.kind = Effort::Kind::kExact}}, {},
                                  &run.threads);
    };
    TRY(in_batches(run, search, [&](std::size_t query, const SegmentAnswer& answer) {
        for (std::size_t i = 0; i < std::min(k, answer.neighbors.size()); ++i) {
            truth[query].push_back(answer.neighbors[i].distance);
        }
    }));
    return truth;
}

Result<CalibrationPoint> measure(const CalibrationRun& run, const Truth& truth, std::uint32_t k,
                                 std::uint32_t ef) {
    std::vector<double> recalls(run.queries.size());
    const auto search = [&](std::span<const float> vectors) {
        return search_segment(run.segment, run.rows, vectors,
                              {.k = k, .effort = {.kind = Effort::Kind::kEf, .ef = ef}},
                              &run.threads);
    };
    TRY(in_batches(run, search, [&](std::size_t query, const SegmentAnswer& answer) {
        const std::vector<double>& nearest = truth[query];
        const std::size_t wanted = std::min<std::size_t>(k, nearest.size());
        std::size_t found = 0;
        for (const Neighbor& neighbor : answer.neighbors) {
            if (found < wanted && neighbor.distance <= nearest[wanted - 1]) ++found;
        }
        recalls[query] = wanted == 0 ? 1 : static_cast<double>(found) / static_cast<double>(wanted);
    }));
    return point_of(recalls, k, ef);
}

template <typename Search, typename Take>
Result<void> in_batches(const CalibrationRun& run, const Search& search, const Take& take) {
    const std::size_t row_bytes = run.rows.dimension() * sizeof(float);
    const std::size_t batch = std::max<std::size_t>(256, kBatchBytesMax / row_bytes);
    for (std::size_t first = 0; first < run.queries.size(); first += batch) {
        if (run.stop.stop_requested()) return fail(ErrorCode::kCancelled, "calibration stopped");
        const std::size_t count = std::min(batch, run.queries.size() - first);
        const std::vector<float> vectors = vectors_of(run, run.queries.subspan(first, count));
        const std::vector<SegmentAnswer> answers = search(vectors);
        for (std::size_t i = 0; i < answers.size(); ++i) {
            take(first + i, answers[i]);
        }
    }
    return {};
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
    const double low = mean - 1.96 * std::sqrt(variance / (count + 1));
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
    for (std::size_t i = curves.size() - 1; i > 0; --i) {
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
