#include "index/exact_scan.h"

#include "base/check.h"
#include "index/distance.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>

namespace sokkuri::index {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Outside this range of squared norms a float32 sum may have lost everything to underflow or
// overflow; such rows are left to float64.
constexpr float kNormSquaredMin = 1e-20F;
constexpr float kNormSquaredMax = 1e+30F;

/// Where the true distance lies, as far as the float32 pass can tell.
struct Interval {
    double low = -kInfinity;
    double high = kInfinity;
};

/// The query, ready for the float32 pass.
class RoughDistance {
 public:
    RoughDistance(const ExactScan& scan);
    Interval operator()(const float* row) const;

 private:
    Interval cosine(const float* row) const;
    Interval l2(const float* row) const;
    Interval inner_product(const float* row) const;

    const ExactScan& scan_;
    double query_norm_ = 0;
    double slack_ = 0;  // relative error of a float32 sum of products, by Cauchy-Schwarz a share of
                        // the two norms
};

/// The rows that can still be among the k nearest.
class Candidates {
 public:
    Candidates(std::size_t k) : k_(k) {}

    void offer(Slot slot, const float* row, const Interval& interval);
    void merge(const Candidates& other);
    /// The k-th smallest upper bound so far: what lies beyond it for sure is not among the k
    /// nearest.
    double bound() const { return highs_.size() < k_ ? kInfinity : highs_.front(); }

    struct Candidate {
        double low;
        Slot slot;
        const float* row;
    };
    const std::vector<Candidate>& all() const { return candidates_; }

 private:
    void add_high(double high);
    void drop_hopeless();

    std::size_t k_;
    std::vector<double> highs_;  // max-heap of the k smallest upper bounds
    std::vector<Candidate> candidates_;
    std::size_t drop_at_ = 1024;
};

/// A part of the rows that one thread scans in one go.
struct Task {
    const float* rows;
    Slot first;
    std::size_t count;
};

std::vector<Task> cut(std::span<const RowsView> rows, std::size_t dimension);
void scan_task(const ExactScan& scan, const RoughDistance& rough, const Task& task,
               Candidates& candidates);
std::vector<Neighbor> decide(const ExactScan& scan, const Candidates& candidates);

}  // namespace

std::vector<Neighbor> nearest_rows(const ExactScan& scan, std::span<const RowsView> rows) {
    CHECK(scan.k > 0 && !scan.query.empty() && scan.kernels != nullptr);
    const RoughDistance rough(scan);
    const std::vector<Task> tasks = cut(rows, scan.query.size());
    const std::size_t lanes = scan.threads == nullptr || tasks.size() < 2
                                  ? 1
                                  : std::min(scan.threads->threads(), tasks.size());
    std::vector<Candidates> found(lanes, Candidates(scan.k));
    // A lane's bound tightens as it goes. Each takes the next task that is left: one whose core is
    // needed elsewhere holds up the others by no more than one.
    std::atomic<std::size_t> next{0};
    const auto run_lane = [&](std::size_t lane) {
        for (std::size_t t = next++; t < tasks.size(); t = next++) {
            scan_task(scan, rough, tasks[t], found[lane]);
        }
    };
    if (lanes == 1) {
        run_lane(0);
    } else {
        scan.threads->for_each(lanes, run_lane);
    }
    for (std::size_t lane = 1; lane < lanes; ++lane) {
        found[0].merge(found[lane]);
    }
    return decide(scan, found[0]);
}

namespace {

RoughDistance::RoughDistance(const ExactScan& scan) : scan_(scan) {
    const std::vector<float> zero(scan.query.size(), 0.0F);
    query_norm_ = exact_distance(Metric::kL2, scan.query, zero);
    // dimension + 16 roundings of half an ulp each (simd/kernels.h), doubled: second-order terms
    // and the arithmetic below are far smaller than that.
    slack_ = 2 * (static_cast<double>(scan.query.size()) + 16) * std::ldexp(1.0, -24);
}

Interval RoughDistance::operator()(const float* row) const {
    switch (scan_.metric) {
        case Metric::kCosine:
            return cosine(row);
        case Metric::kL2:
            return l2(row);
        case Metric::kInnerProduct:
            return inner_product(row);
        case Metric::kL1:
        case Metric::kLinf:
            return {};  // left to float64
    }
    return {};
}

bool is_trustworthy(float norm_squared) {
    return norm_squared > kNormSquaredMin && norm_squared < kNormSquaredMax;
}

Interval RoughDistance::cosine(const float* row) const {
    const auto [dot, norm_squared] =
        scan_.kernels->dot_and_norm(scan_.query.data(), row, scan_.query.size());
    const double query_norm_squared = query_norm_ * query_norm_;
    if (!is_trustworthy(norm_squared) || !is_trustworthy(static_cast<float>(query_norm_squared))) {
        return {};
    }
    const double distance = 1 - double{dot} / (query_norm_ * std::sqrt(double{norm_squared}));
    // The norm's own relative error is slack / 2 at most, on a quotient of at most about 1.
    return {distance - 2 * slack_, distance + 2 * slack_};
}

Interval RoughDistance::l2(const float* row) const {
    const float squared = scan_.kernels->squared_l2(scan_.query.data(), row, scan_.query.size());
    if (!is_trustworthy(squared)) return {};
    // All terms are positive, so the error is relative to the sum itself; a root halves it.
    const double distance = std::sqrt(double{squared});
    return {distance * (1 - slack_), distance * (1 + slack_)};
}

Interval RoughDistance::inner_product(const float* row) const {
    const auto [dot, norm_squared] =
        scan_.kernels->dot_and_norm(scan_.query.data(), row, scan_.query.size());
    if (!is_trustworthy(norm_squared) ||
        !is_trustworthy(static_cast<float>(query_norm_ * query_norm_))) {
        return {};
    }
    const double error = slack_ * query_norm_ * std::sqrt(double{norm_squared}) * (1 + slack_);
    return {-double{dot} - error, -double{dot} + error};
}

void Candidates::offer(Slot slot, const float* row, const Interval& interval) {
    if (interval.low > bound()) return;
    add_high(interval.high);
    candidates_.push_back({interval.low, slot, row});
    if (candidates_.size() >= drop_at_) drop_hopeless();
}

void Candidates::merge(const Candidates& other) {
    for (const double high : other.highs_) {
        add_high(high);
    }
    candidates_.insert(candidates_.end(), other.candidates_.begin(), other.candidates_.end());
    drop_hopeless();
}

void Candidates::add_high(double high) {
    if (highs_.size() < k_) {
        highs_.push_back(high);
        std::push_heap(highs_.begin(), highs_.end());
        return;
    }
    if (high >= highs_.front()) return;
    std::pop_heap(highs_.begin(), highs_.end());
    highs_.back() = high;
    std::push_heap(highs_.begin(), highs_.end());
}

void Candidates::drop_hopeless() {
    std::erase_if(candidates_, [this](const Candidate& c) { return c.low > bound(); });
    // Rows that tie cannot be dropped: let the list grow with them instead of trying again at every
    // offer.
    drop_at_ = std::max<std::size_t>(1024, 2 * candidates_.size());
}

std::vector<Task> cut(std::span<const RowsView> rows, std::size_t dimension) {
    // Large enough that taking turns costs nothing, small enough that two threads finish together.
    constexpr std::size_t kTaskBytes = 4U << 20;
    const std::size_t task_rows =
        std::max<std::size_t>(1, kTaskBytes / (dimension * sizeof(float)));
    std::vector<Task> tasks;
    for (const RowsView& view : rows) {
        const std::size_t count = view.values.size() / dimension;
        for (std::size_t row = 0; row < count; row += task_rows) {
            tasks.push_back({view.values.data() + row * dimension,
                             static_cast<Slot>(view.first + row),
                             std::min(task_rows, count - row)});
        }
    }
    return tasks;
}

void scan_task(const ExactScan& scan, const RoughDistance& rough, const Task& task,
               Candidates& candidates) {
    for (std::size_t i = 0; i < task.count; ++i) {
        const auto slot = static_cast<Slot>(task.first + i);
        if (scan.left_out != nullptr && scan.left_out->test(slot)) continue;
        const float* row = task.rows + i * scan.query.size();
        candidates.offer(slot, row, rough(row));
    }
}

std::vector<Neighbor> decide(const ExactScan& scan, const Candidates& candidates) {
    std::vector<Neighbor> neighbors;
    for (const auto& candidate : candidates.all()) {
        if (candidate.low > candidates.bound()) continue;
        const std::span<const float> row(candidate.row, scan.query.size());
        neighbors.push_back({candidate.slot, exact_distance(scan.metric, scan.query, row)});
    }
    std::sort(neighbors.begin(), neighbors.end(), [](const Neighbor& a, const Neighbor& b) {
        return a.distance != b.distance ? a.distance < b.distance : a.slot < b.slot;
    });
    if (neighbors.size() > scan.k) {
        const double kth = neighbors[scan.k - 1].distance;
        const auto beyond =
            std::find_if(neighbors.begin() + static_cast<std::ptrdiff_t>(scan.k), neighbors.end(),
                         [kth](const Neighbor& n) { return n.distance > kth; });
        neighbors.erase(beyond, neighbors.end());
    }
    return neighbors;
}

}  // namespace

}  // namespace sokkuri::index
