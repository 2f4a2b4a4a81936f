#include "index/hamming_scan.h"

#include "base/check.h"
#include "index/nearest_found.h"

#include <algorithm>
#include <atomic>
#include <bit>

namespace sokkuri::index {

namespace {

/// What one thread scans in one go.
struct Task {
    const std::uint8_t* rows;
    Slot first;
    std::size_t count;
};

std::vector<Task> cut(std::span<const ByteRowsView> rows, std::size_t row_bytes);
void scan_task(const HammingScan& scan, const Task& task, NearestFound& found);

}  // namespace

std::vector<Neighbor> nearest_by_hamming(const HammingScan& scan,
                                         std::span<const ByteRowsView> rows) {
    CHECK(scan.k > 0 && !scan.query.empty() && scan.kernels != nullptr);
    const std::vector<Task> tasks = cut(rows, scan.query.size());
    const std::size_t lanes = scan.threads == nullptr || tasks.size() < 2
                                  ? 1
                                  : std::min(scan.threads->threads(), tasks.size());
    std::vector<NearestFound> found(lanes, NearestFound(scan.k));
    std::atomic<std::size_t> next{0};
    const auto run_lane = [&](std::size_t lane) {
        for (std::size_t t = next++; t < tasks.size(); t = next++) {
            scan_task(scan, tasks[t], found[lane]);
        }
    };
    if (lanes == 1) {
        run_lane(0);
    } else {
        scan.threads->for_each(lanes, run_lane);
    }
    std::vector<Neighbor> neighbors;
    for (const NearestFound& lane : found) {
        neighbors.insert(neighbors.end(), lane.neighbors().begin(), lane.neighbors().end());
    }
    keep_nearest(neighbors, scan.k, scan.distance_max);
    return neighbors;
}

namespace {

std::vector<Task> cut(std::span<const ByteRowsView> rows, std::size_t row_bytes) {
    constexpr std::size_t kTaskBytes = 1U << 20;
    const std::size_t step = std::max<std::size_t>(1, kTaskBytes / row_bytes);
    std::vector<Task> tasks;
    for (const ByteRowsView& view : rows) {
        const std::size_t count = view.values.size() / row_bytes;
        for (std::size_t row = 0; row < count; row += step) {
            tasks.push_back({view.values.data() + row * row_bytes,
                             static_cast<Slot>(view.first + row), std::min(step, count - row)});
        }
    }
    return tasks;
}

void scan_task(const HammingScan& scan, const Task& task, NearestFound& found) {
    const std::size_t size = scan.query.size();
    const auto offer = [&](std::size_t i) {
        const double distance =
            scan.kernels->hamming(scan.query.data(), task.rows + i * size, size);
        if (distance > scan.distance_max) return;
        found.add(static_cast<Slot>(task.first + i), distance);
    };
    // Sixty-four slots at a time: where a filter leaves nothing, that is what is read.
    for (std::size_t at = 0; at < task.count;) {
        const std::size_t offset = (task.first + at) % 64;
        const std::size_t span = std::min(64 - offset, task.count - at);
        std::uint64_t bits = scan.filter.word((task.first + at) / 64) >> offset;
        if (span < 64) bits &= (std::uint64_t{1} << span) - 1;
        for (; bits != 0; bits &= bits - 1) {
            offer(at + static_cast<std::size_t>(std::countr_zero(bits)));
        }
        at += span;
    }
}

}  // namespace

}  // namespace sokkuri::index
