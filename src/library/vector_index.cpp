#include "library/vector_index.h"

#include "simd/dispatch.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace sokkuri::library {
namespace {

/// Every row below `indexed` lies in the segment once, or is dead.
Result<void> check_coverage(const IndexState& state);
std::span<const index::Slot> list_of(const index::SegmentParts& parts, bool loose);

}  // namespace

Result<void> VectorIndexOptions::validate() const {
    if (!(recall > 0 && recall <= 1)) {
        return fail(ErrorCode::kInvalidArgument, "recall = {}: it is above 0 and at most 1",
                    recall);
    }
    return build.validate();
}

Result<std::unique_ptr<VectorIndex>> VectorIndex::build(index::Metric metric, RowStore rows,
                                                        const VectorIndexOptions& options) {
    TRY(options.validate());
    const simd::Kernels* kernels = TRY(simd::chosen_kernels());
    IndexState state{.metric = metric,
                     .kernels = kernels,
                     .rows = rows.view(),
                     .memory = rows.memory(),
                     .dead = std::make_shared<const index::Bitmap>()};
    auto made = std::make_unique<VectorIndex>(Key(), std::move(rows), options);
    made->publish(std::move(state));
    TRY(made->compact());
    return made;
}

Result<std::unique_ptr<VectorIndex>> VectorIndex::assemble(LoadedParts parts,
                                                           const VectorIndexOptions& options) {
    TRY(options.validate());
    const simd::Kernels* kernels = TRY(simd::chosen_kernels());
    IndexState state{.metric = parts.metric,
                     .kernels = kernels,
                     .rows = parts.rows.view(),
                     .memory = parts.rows.memory(),
                     .indexed = parts.indexed,
                     .sections = std::move(parts.sections),
                     .dead = std::make_shared<const index::Bitmap>(std::move(parts.dead))};
    if (!state.sections.empty()) {
        state.segment = TRY(
            index::Segment::open(state.sections, std::move(parts.keep), *kernels,
                                 {.check = index::Check::kEverything, .slots_end = state.indexed}));
    }
    TRY(check_coverage(state));
    auto made = std::make_unique<VectorIndex>(Key(), std::move(parts.rows), options);
    made->publish(std::move(state));
    return made;
}

Result<std::size_t> VectorIndex::add(std::span<const float> values) {
    const auto rows = rows_.lock();
    const std::size_t first = rows->count();
    const std::size_t count = values.size() / rows->dimension();
    if (count > kRowsMax - first) {
        return fail(ErrorCode::kExhausted, "{} rows and {} more: an index takes {}", first, count,
                    kRowsMax);
    }
    TRY(rows->append(values));
    IndexState next = *state();
    next.rows = rows->view();
    next.memory = rows->memory();
    publish(std::move(next));
    return first;
}

Result<std::size_t> VectorIndex::remove(std::span<const index::Slot> slots) {
    const auto rows = rows_.lock();
    for (const index::Slot slot : slots) {
        if (slot < rows->count()) continue;
        return fail(ErrorCode::kInvalidArgument, "row {}: there are rows 0 to {}", slot,
                    std::int64_t(rows->count()) - 1);
    }
    IndexState next = *state();
    index::Bitmap dead = *next.dead;
    const std::size_t before = dead.count();
    for (const index::Slot slot : slots) {
        dead.set(slot);
    }
    const std::size_t removed = dead.count() - before;
    next.dead = std::make_shared<const index::Bitmap>(std::move(dead));
    publish(std::move(next));
    return removed;
}

Result<void> VectorIndex::compact() {
    const auto rows = rows_.lock();
    const std::shared_ptr<const IndexState> now = state();
    IndexState next = *now;
    const std::vector<index::Slot> tail = live_tail(*now);
    if (index::has_segments(now->metric)) {
        const bool is_empty = tail.empty() && now->segment == nullptr;
        if (!is_empty) {
            const index::SegmentImage image = TRY(merged(*now, tail));
            next.segment = TRY(image.open(*now->kernels));
            next.sections = image.views();
        }
        next.indexed = rows->count();
        rows->drop_dead_blocks(*now->dead);
        next.rows = rows->view();
        next.memory = rows->memory();
    }
    publish(std::move(next));
    return {};
}

Result<index::SegmentImage> VectorIndex::merged(const IndexState& state,
                                                std::span<const index::Slot> tail) const {
    const index::SegmentBuild build{.metric = state.metric,
                                    .rows = state.rows,
                                    .slots = tail,
                                    .kernels = *state.kernels,
                                    .threads = threads_};
    if (state.segment == nullptr) return index::build_segment(build, options_.build);
    const index::MergeSource source{.segment = state.segment.get(), .dead = state.dead.get()};
    return index::merge_segments(std::span(&source, 1), build, options_.build);
}

std::vector<index::Slot> VectorIndex::live_tail(const IndexState& state) {
    std::vector<index::Slot> slots;
    for (std::size_t row = state.indexed; row < state.rows.count(); ++row) {
        const auto slot = static_cast<index::Slot>(row);
        if (!state.dead->test(slot)) slots.push_back(slot);
    }
    return slots;
}

Result<void> check_measurable(index::Metric metric, std::span<const float> values,
                              std::size_t dimension, std::string_view what) {
    const std::optional<std::size_t> bad = index::first_unmeasurable(metric, values);
    if (!bad) return {};
    return fail(ErrorCode::kInvalidArgument, "{} {}: component {} is {}: {}", what,
                *bad / dimension, *bad % dimension, values[*bad], index::demand_of(metric));
}

namespace {

Result<void> check_coverage(const IndexState& state) {
    const auto corrupt = [](std::string_view what) {
        return fail(ErrorCode::kCorruption, "index file: {}", what);
    };
    index::Bitmap held;
    if (state.segment != nullptr) {
        const index::SegmentParts& parts = state.segment->parts();
        if (parts.space.metric != state.metric ||
            parts.space.raw_dimension != state.rows.dimension()) {
            return corrupt("the segment is of another metric or dimension");
        }
        for (const bool loose : {false, true}) {
            for (const index::Slot slot : list_of(parts, loose)) {
                if (slot >= state.indexed) return corrupt("the segment speaks of rows of the tail");
                held.set(slot);
            }
        }
        if (held.count() != state.segment->rows())
            return corrupt("a row lies twice in the segment");
    }
    for (std::size_t row = 0; row < state.indexed; ++row) {
        const auto slot = static_cast<index::Slot>(row);
        if (!held.test(slot) && !state.dead->test(slot)) {
            return corrupt(fmt::format("row {} is neither in the segment nor removed", row));
        }
    }
    return {};
}

std::span<const index::Slot> list_of(const index::SegmentParts& parts, bool loose) {
    return loose ? parts.loose : parts.postings;
}

}  // namespace
}  // namespace sokkuri::library
