#include "collection/recall_canary.h"

#include "index/segment_search.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace sokkuri::collection {

namespace {

constexpr std::size_t kQueries = 256;
constexpr std::size_t kNeighbors = 10;
constexpr double kRecallAsked = 0.99;
constexpr double kFallMax = 0.005;
constexpr std::uint64_t kDeadPerReading = 100;  // one of so many rows

/// Spread evenly over the segment; those that exist, which a damaged one may name others beside.
std::vector<index::Slot> some_slots(const index::Segment& segment, store::Slot committed);
/// Of `own` and its neighbors, the nearest but for itself.
std::vector<index::Neighbor> others(std::vector<index::Neighbor> found, index::Slot own);
double recall_of(const std::vector<index::Neighbor>& found,
                 const std::vector<index::Neighbor>& truth);
RecallReading reading_of(const std::vector<double>& recalls);

}  // namespace

std::optional<RecallReading> read_recall(const FieldSnapshot& field, const SegmentSnapshot& segment,
                                         ThreadPool& threads, const std::stop_token& stop) {
    if (!segment.is_usable() || !segment.opened.segment->parts().has_graph()) return std::nullopt;
    const index::Segment& opened = *segment.opened.segment;
    const std::vector<index::Slot> slots = some_slots(opened, field.committed);
    if (slots.empty()) return std::nullopt;
    std::vector<float> vectors;
    for (const index::Slot slot : slots) {
        const std::span<const float> row = field.row(slot);
        vectors.insert(vectors.end(), row.begin(), row.end());
    }
    index::SegmentQuery query{.k = kNeighbors + 1};
    if (segment.live != segment.row.live) {
        query.filter.left_out = &field.dead;
        query.prepared = &segment.living->of(opened, query.filter);
    }
    const auto ask = [&](const index::Effort& effort) {
        query.effort = effort;
        return index::search_segment(opened, field.rows, vectors, query, &threads);
    };
    const auto found = ask({.kind = index::Effort::Kind::kRecall, .recall = kRecallAsked});
    if (stop.stop_requested()) return std::nullopt;
    const auto truth = ask({.kind = index::Effort::Kind::kExact});
    std::vector<double> recalls;
    for (std::size_t i = 0; i < slots.size(); ++i) {
        recalls.push_back(
            recall_of(others(found[i].neighbors, slots[i]), others(truth[i].neighbors, slots[i])));
    }
    RecallReading reading = reading_of(recalls);
    reading.live = segment.live;
    return reading;
}

bool is_reading_due(const std::optional<RecallReading>& last, std::uint64_t live) {
    return !last || live + last->live / kDeadPerReading < last->live;
}

bool has_fallen(const RecallReading& reading) {
    return reading.recall_high < reading.measured.asked - kFallMax;
}

bool has_fallen_since(const RecallReading& reading, std::uint64_t rows) {
    return has_fallen(reading) && reading.live < rows;
}

namespace {

std::vector<index::Slot> some_slots(const index::Segment& segment, store::Slot committed) {
    const std::span<const index::Slot> postings = segment.parts().postings;
    std::vector<index::Slot> slots;
    const std::size_t count = std::min(kQueries, postings.size());
    for (std::size_t i = 0; i < count; ++i) {
        const index::Slot slot = postings[i * postings.size() / count];
        if (slot < committed) slots.push_back(slot);
    }
    return slots;
}

std::vector<index::Neighbor> others(std::vector<index::Neighbor> found, index::Slot own) {
    std::erase_if(found, [&](const index::Neighbor& neighbor) { return neighbor.slot == own; });
    if (found.size() > kNeighbors) found.resize(kNeighbors);
    return found;
}

double recall_of(const std::vector<index::Neighbor>& found,
                 const std::vector<index::Neighbor>& truth) {
    if (truth.empty()) return 1;
    const auto hits = std::ranges::count_if(found, [&](const index::Neighbor& neighbor) {
        return neighbor.distance <= truth.back().distance;
    });
    return std::min(1.0, static_cast<double>(hits) / static_cast<double>(truth.size()));
}

RecallReading reading_of(const std::vector<double>& recalls) {
    double sum = 0;
    double squares = 0;
    for (const double recall : recalls) {
        sum += recall;
        squares += recall * recall;
    }
    const auto count = static_cast<double>(std::max<std::size_t>(recalls.size(), 1));
    const double mean = sum / count;
    const double error = std::sqrt(std::max(0.0, squares / count - mean * mean) / count);
    return {.measured = {.k = kNeighbors,
                         .asked = kRecallAsked,
                         .recall = mean,
                         .queries = static_cast<std::uint32_t>(recalls.size())},
            .recall_high = mean + 1.645 * error};
}

}  // namespace

}  // namespace sokkuri::collection
