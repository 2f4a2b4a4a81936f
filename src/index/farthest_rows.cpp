#include "index/farthest_rows.h"

#include "base/check.h"
#include "index/distance.h"
#include "index/kth_smallest.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <limits>
#include <numeric>
#include <utility>

namespace sokkuri::index {

namespace {

/// Slots of one turn of a thread: a multiple of 64, a few megabytes of rows.
constexpr std::size_t kTaskSlots = 2'048;

/// What one thread has found.
class Lane {
 public:
    Lane(const FarthestScan& scan, const RawRows& rows, std::span<const Decider> deciders)
        : scan_(scan), rows_(rows), deciders_(deciders), kth_(scan.k), order_(deciders.size()) {
        std::iota(order_.begin(), order_.end(), std::size_t{0});
    }

    /// The slots first … first + kTaskSlots - 1.
    void scan_task(std::size_t first);
    void merge(const Lane& other);
    std::vector<Neighbor> farthest() &&;

 private:
    void offer(Slot slot);
    /// What is nearer to any of the vectors is not among the k farthest.
    double bound() const { return -kth_.value(); }
    void drop_hopeless();

    const FarthestScan& scan_;
    const RawRows& rows_;
    std::span<const Decider> deciders_;
    KthSmallest kth_;  // of the distances, negated
    std::vector<std::size_t> order_;
    std::vector<Neighbor> candidates_;
    std::size_t drop_at_ = 1'024;
};

}  // namespace

std::vector<Neighbor> farthest_rows(const FarthestScan& scan, const RawRows& rows) {
    CHECK(scan.k > 0 && scan.kernels != nullptr && !scan.vectors.empty());
    if (rows.count() == 0) return {};
    CHECK(scan.vectors.size() % rows.dimension() == 0);
    std::vector<Decider> deciders;
    for (std::size_t i = 0; i < scan.vectors.size(); i += rows.dimension()) {
        deciders.emplace_back(scan.metric, scan.vectors.subspan(i, rows.dimension()),
                              *scan.kernels);
    }
    const std::size_t task_count = (rows.count() + kTaskSlots - 1) / kTaskSlots;
    const std::size_t lane_count =
        scan.threads == nullptr ? 1 : std::min(scan.threads->threads(), task_count);
    std::vector<Lane> lanes(lane_count, Lane(scan, rows, deciders));
    std::atomic<std::size_t> next{0};
    const auto run_lane = [&](std::size_t lane) {
        for (std::size_t task = next++; task < task_count; task = next++) {
            lanes[lane].scan_task(task * kTaskSlots);
        }
    };
    if (lane_count == 1) {
        run_lane(0);
    } else {
        scan.threads->for_each(lane_count, run_lane);
    }
    for (std::size_t lane = 1; lane < lane_count; ++lane) {
        lanes[0].merge(lanes[lane]);
    }
    return std::move(lanes[0]).farthest();
}

namespace {

void Lane::scan_task(std::size_t first) {
    const std::size_t end = std::min(first + kTaskSlots, rows_.count());
    for (std::size_t start = first; start < end; start += 64) {
        std::uint64_t bits = scan_.filter.word(start / 64);
        if (end - start < 64) bits &= (std::uint64_t{1} << (end - start)) - 1;
        for (; bits != 0; bits &= bits - 1) {
            offer(static_cast<Slot>(start + static_cast<std::size_t>(std::countr_zero(bits))));
        }
    }
}

/// The vector that ruled the last row out is asked first: rows side by side are often alike.
void Lane::offer(Slot slot) {
    double nearest = std::numeric_limits<double>::infinity();
    for (std::size_t& position : order_) {
        nearest = std::min(nearest, deciders_[position](rows_[slot]));
        if (nearest >= bound()) continue;
        std::swap(position, order_.front());
        return;
    }
    kth_.add(-nearest);
    candidates_.push_back({slot, nearest});
    if (candidates_.size() >= drop_at_) drop_hopeless();
}

void Lane::merge(const Lane& other) {
    kth_.add_all_of(other.kth_);
    candidates_.insert(candidates_.end(), other.candidates_.begin(), other.candidates_.end());
    drop_hopeless();
}

std::vector<Neighbor> Lane::farthest() && {
    drop_hopeless();
    std::ranges::sort(candidates_, [](const Neighbor& a, const Neighbor& b) {
        return a.distance != b.distance ? a.distance > b.distance : a.slot < b.slot;
    });
    return std::move(candidates_);
}

/// Rows that tie stay: the list grows with them.
void Lane::drop_hopeless() {
    std::erase_if(candidates_, [limit = bound()](const Neighbor& n) { return n.distance < limit; });
    drop_at_ = std::max<std::size_t>(1'024, 2 * candidates_.size());
}

}  // namespace

}  // namespace sokkuri::index
