#include "index/exact_scan.h"

#include "base/check.h"
#include "index/kth_smallest.h"
#include "index/rough_distance.h"

#include <algorithm>
#include <atomic>
#include <bit>

namespace sokkuri::index {

namespace {

// Queries that share a pass: more would push each other's rows and bounds out of the cache.
constexpr std::size_t kGroupQueries = 256;

/// A row that passes the filter.
struct Pick {
    const float* row;
    Slot slot;
};

/// The rows that can still be among the k nearest.
class Candidates {
 public:
    Candidates(const ExactScan& scan) : distance_max_(scan.distance_max), kth_high_(scan.k) {}

    void offer(const Pick& pick, const Interval& interval);
    void merge(const Candidates& other);
    /// The k-th smallest upper bound so far, or the radius: what lies beyond it for sure is not
    /// among the k nearest.
    double bound() const { return std::min(distance_max_, kth_high_.value()); }

    struct Candidate {
        double low;
        Pick pick;
    };
    const std::vector<Candidate>& all() const { return candidates_; }

 private:
    void drop_hopeless();

    double distance_max_;
    KthSmallest kth_high_;
    std::vector<Candidate> candidates_;
    std::size_t drop_at_ = 1024;
};

/// A part of the rows that one thread scans in one go: a run, or a list.
struct Task {
    const float* run = nullptr;
    Slot first = 0;  // of the run
    std::size_t count = 0;
    std::span<const Slot> list;
};

struct Source {
    std::vector<Task> tasks;
    const RawRows* listed = nullptr;  // where the rows of a list lie
    std::size_t dimension = 0;
};

Source source_of(std::span<const RowsView> rows, std::size_t dimension);
Source source_of(const RawRows& rows, std::span<const Slot> slots);
std::vector<std::vector<Neighbor>> scan_group(const ExactScan& scan,
                                              std::span<const RoughDistance> queries,
                                              const Source& source);
void scan_task(const ExactScan& scan, std::span<const RoughDistance> queries, const Source& source,
               const Task& task, std::span<Candidates> candidates);
std::vector<Neighbor> decide(const ExactScan& scan, const RoughDistance& query,
                             const Candidates& candidates);

}  // namespace

std::vector<Neighbor> nearest_rows(const ExactScan& scan, std::span<const RowsView> rows) {
    CHECK(scan.k > 0 && !scan.query.empty() && scan.kernels != nullptr);
    const RoughDistance query(scan.metric, scan.query, *scan.kernels);
    return std::move(scan_group(scan, {&query, 1}, source_of(rows, scan.query.size())).front());
}

std::vector<Neighbor> nearest_rows(const ExactScan& scan, const RawRows& rows,
                                   std::span<const Slot> slots) {
    CHECK(scan.k > 0 && scan.query.size() == rows.dimension() && scan.kernels != nullptr);
    const RoughDistance query(scan.metric, scan.query, *scan.kernels);
    return std::move(scan_group(scan, {&query, 1}, source_of(rows, slots)).front());
}

std::vector<std::vector<Neighbor>> nearest_rows_of_each(const ExactScan& shared,
                                                        std::span<const float> queries,
                                                        std::size_t dimension,
                                                        std::span<const RowsView> rows) {
    CHECK(shared.k > 0 && dimension > 0 && shared.kernels != nullptr);
    const Source source = source_of(rows, dimension);
    const std::size_t count = queries.size() / dimension;
    std::vector<std::vector<Neighbor>> answers;
    for (std::size_t first = 0; first < count; first += kGroupQueries) {
        std::vector<RoughDistance> group;
        for (std::size_t q = first; q < std::min(count, first + kGroupQueries); ++q) {
            group.emplace_back(shared.metric, queries.subspan(q * dimension, dimension),
                               *shared.kernels);
        }
        for (std::vector<Neighbor>& neighbors : scan_group(shared, group, source)) {
            answers.push_back(std::move(neighbors));
        }
    }
    return answers;
}

namespace {

// Large enough that taking turns costs nothing, small enough that two threads finish together.
std::size_t task_rows(std::size_t dimension) {
    constexpr std::size_t kTaskBytes = 4U << 20;
    return std::max<std::size_t>(1, kTaskBytes / (dimension * sizeof(float)));
}

Source source_of(std::span<const RowsView> rows, std::size_t dimension) {
    Source source{.dimension = dimension};
    const std::size_t step = task_rows(dimension);
    for (const RowsView& view : rows) {
        const std::size_t count = view.values.size() / dimension;
        for (std::size_t row = 0; row < count; row += step) {
            source.tasks.push_back({.run = view.values.data() + row * dimension,
                                    .first = static_cast<Slot>(view.first + row),
                                    .count = std::min(step, count - row)});
        }
    }
    return source;
}

Source source_of(const RawRows& rows, std::span<const Slot> slots) {
    Source source{.listed = &rows, .dimension = rows.dimension()};
    const std::size_t step = task_rows(rows.dimension());
    for (std::size_t i = 0; i < slots.size(); i += step) {
        const std::size_t count = std::min(step, slots.size() - i);
        source.tasks.push_back({.count = count, .list = slots.subspan(i, count)});
    }
    return source;
}

std::vector<std::vector<Neighbor>> scan_group(const ExactScan& scan,
                                              std::span<const RoughDistance> queries,
                                              const Source& source) {
    const std::size_t task_count = source.tasks.size();
    const std::size_t lanes = scan.threads == nullptr || task_count < 2
                                  ? 1
                                  : std::min(scan.threads->threads(), task_count);
    std::vector<std::vector<Candidates>> found(
        lanes, std::vector<Candidates>(queries.size(), Candidates(scan)));
    // A lane's bound tightens as it goes. Each takes the next task that is left: one whose core is
    // needed elsewhere holds up the others by no more than one.
    std::atomic<std::size_t> next{0};
    const auto run_lane = [&](std::size_t lane) {
        for (std::size_t t = next++; t < task_count; t = next++) {
            scan_task(scan, queries, source, source.tasks[t], found[lane]);
        }
    };
    std::vector<std::vector<Neighbor>> answers(queries.size());
    const auto finish = [&](std::size_t q) {
        for (std::size_t lane = 1; lane < lanes; ++lane) {
            found[0][q].merge(found[lane][q]);
        }
        answers[q] = decide(scan, queries[q], found[0][q]);
    };
    if (lanes == 1) {
        run_lane(0);
        for (std::size_t q = 0; q < queries.size(); ++q) {
            finish(q);
        }
        return answers;
    }
    scan.threads->for_each(lanes, run_lane);
    scan.threads->for_each(queries.size(), finish);
    return answers;
}

/// Walks a task: the rows of it that pass the filter, some at a time.
class PickReader {
 public:
    PickReader(const ExactScan& scan, const Source& source, const Task& task)
        : filter_{.left_out = scan.left_out, .allowed = scan.allowed},
          source_(source),
          task_(task) {}

    /// Rows that pass the filter, at most `count_max`; none at the end.
    void read(std::size_t count_max, std::vector<Pick>& picks) {
        picks.clear();
        if (task_.run != nullptr) {
            read_run(count_max, picks);
            return;
        }
        for (; position_ < task_.count && picks.size() < count_max; ++position_) {
            const Slot slot = task_.list[position_];
            if (slot >= source_.listed->count() || !filter_.passes(slot)) continue;
            picks.push_back({(*source_.listed)[slot], slot});
        }
    }

 private:
    // Sixty-four slots at a time: where a filter leaves nothing, that is what is read.
    void read_run(std::size_t count_max, std::vector<Pick>& picks) {
        while (position_ < task_.count && picks.size() + 64 <= count_max) {
            const std::size_t slot = task_.first + position_;
            const std::size_t offset = slot % 64;
            const std::size_t span = std::min(64 - offset, task_.count - position_);
            std::uint64_t bits = filter_.word(slot / 64) >> offset;
            if (span < 64) bits &= (std::uint64_t{1} << span) - 1;
            for (; bits != 0; bits &= bits - 1) {
                const std::size_t i = position_ + static_cast<std::size_t>(std::countr_zero(bits));
                picks.push_back(
                    {task_.run + i * source_.dimension, static_cast<Slot>(task_.first + i)});
            }
            position_ += span;
        }
    }

    SlotFilter filter_;
    const Source& source_;
    const Task& task_;
    std::size_t position_ = 0;
};

// Rows of a list lie anywhere: the next but one is asked for while this one is measured. (Inlined
// by order: g++ drops calls of a function that only prefetches, as without effect.)
[[gnu::always_inline]] inline void prefetch(const float* row, std::size_t dimension) {
    constexpr std::size_t kLineFloats = 16;
    for (std::size_t i = 0; i < dimension; i += kLineFloats) {
        __builtin_prefetch(row + i);
    }
}

void scan_task(const ExactScan& scan, std::span<const RoughDistance> queries, const Source& source,
               const Task& task, std::span<Candidates> candidates) {
    // Rows that stay in the second-level cache while every query passes over them.
    constexpr std::size_t kPickBytes = 256U << 10;
    const std::size_t picks_max =
        std::max<std::size_t>(64, kPickBytes / (source.dimension * sizeof(float)));
    constexpr std::size_t kAhead = 2;
    PickReader reader(scan, source, task);
    std::vector<Pick> picks;
    for (reader.read(picks_max, picks); !picks.empty(); reader.read(picks_max, picks)) {
        for (std::size_t q = 0; q < queries.size(); ++q) {
            const bool is_far_apart = q == 0 && source.listed != nullptr;
            for (std::size_t i = 0; i < picks.size(); ++i) {
                if (is_far_apart && i + kAhead < picks.size()) {
                    prefetch(picks[i + kAhead].row, source.dimension);
                }
                candidates[q].offer(picks[i], queries[q].of(picks[i].row, candidates[q].bound()));
            }
        }
    }
}

void Candidates::offer(const Pick& pick, const Interval& interval) {
    if (interval.low > bound()) return;
    kth_high_.add(interval.high);
    candidates_.push_back({interval.low, pick});
    if (candidates_.size() >= drop_at_) drop_hopeless();
}

void Candidates::merge(const Candidates& other) {
    kth_high_.add_all_of(other.kth_high_);
    candidates_.insert(candidates_.end(), other.candidates_.begin(), other.candidates_.end());
    drop_hopeless();
}

void Candidates::drop_hopeless() {
    std::erase_if(candidates_, [limit = bound()](const Candidate& c) { return c.low > limit; });
    // Rows that tie cannot be dropped: let the list grow with them instead of trying again at every
    // offer.
    drop_at_ = std::max<std::size_t>(1024, 2 * candidates_.size());
}

std::vector<Neighbor> decide(const ExactScan& scan, const RoughDistance& query,
                             const Candidates& candidates) {
    std::vector<Neighbor> neighbors;
    for (const auto& candidate : candidates.all()) {
        if (candidate.low > candidates.bound()) continue;
        neighbors.push_back({candidate.pick.slot, query.decider()(candidate.pick.row)});
    }
    keep_nearest(neighbors, scan.k, scan.distance_max);
    return neighbors;
}

}  // namespace

}  // namespace sokkuri::index
