#include "index/growing_segment.h"

#include "base/check.h"
#include "index/build_stages.h"
#include "index/code_fit.h"
#include "index/distinct_rows.h"
#include "index/head_trainer.h"
#include "index/segment_sections.h"

#include <array>
#include <vector>

namespace sokkuri::index {

namespace {

struct Coding {
    L2Space space;
    HeadModel model;
};

bool goes_with(const SegmentParts& parts, const Building& building);
Coding trained_coding(const Building& building);
std::vector<Slot> first_slots(const DistinctRows& distinct);

}  // namespace

Result<std::unique_ptr<GrowingSegment>> GrowingSegment::create(const SegmentBuild& build,
                                                               const BuildOptions& options,
                                                               const Segment* like,
                                                               std::size_t rows_max) {
    TRY(options.validate());
    CHECK(has_segments(build.metric) && !build.slots.empty());
    const Building building = {build, options};
    Coding coding = like != nullptr && goes_with(like->parts(), building)
                        ? Coding{like->parts().space, like->parts().model}
                        : trained_coding(building);
    std::shared_ptr<SegmentDraft> draft =
        TRY(SegmentDraft::create(coding.space, std::move(coding.model), rows_max));
    draft->posting_ends.reserve(rows_max);
    draft->postings.reserve(rows_max);
    draft->loose.reserve(rows_max);
    return std::make_unique<GrowingSegment>(Key(), std::move(draft), rows_max);
}

Result<void> GrowingSegment::add(const SegmentBuild& build, const BuildOptions& options) {
    CHECK(build.slots.size() <= room_);
    const Building building = {build, options};
    SegmentDraft& draft = *draft_;
    const DistinctRows distinct =
        find_distinct_rows(draft.space(), build.rows, build.slots, build.threads);
    TRY(draft.encode(building, first_slots(distinct), draft.posting_ends.size(),
                     {"encoding", 0, 1}));
    // None of the three grows beyond what it has reserved: views go on reading them.
    const auto before = static_cast<std::uint32_t>(draft.postings.size());
    draft.postings.insert(draft.postings.end(), distinct.slots.begin(), distinct.slots.end());
    for (const std::uint32_t end : distinct.ends) {
        draft.posting_ends.push_back(before + end);
    }
    draft.loose.insert(draft.loose.end(), distinct.loose.begin(), distinct.loose.end());
    room_ -= build.slots.size();
    return {};
}

Result<std::shared_ptr<const Segment>> GrowingSegment::view(const simd::Kernels& kernels) const {
    const SegmentParts parts = draft_->parts(draft_->posting_ends.size());
    const std::array<std::byte, kSegmentMetaBytes> meta = encode_meta(parts);
    return Segment::open(sections_of(parts, meta), draft_, kernels, {.check = Check::kLengths});
}

namespace {

bool goes_with(const SegmentParts& parts, const Building& building) {
    const bool is_same_kind = parts.space.metric == building.from.metric &&
                              parts.space.raw_dimension == building.from.rows.dimension();
    // A segment without nodes has a model of nothing.
    if (!is_same_kind || parts.nodes == 0) return false;
    const CodeFit fit = fit_of_rows(parts, building.from.slots, building);
    const auto rows = static_cast<double>(building.from.slots.size());
    return !leaves_many_loose(fit, rows, rows) && !has_drifted(parts.model, fit.error, fit.tail);
}

Coding trained_coding(const Building& building) {
    const SegmentBuild& from = building.from;
    const L2Space space = L2Space::fit(from.metric, from.rows, from.slots);
    const DistinctRows distinct = find_distinct_rows(space, from.rows, from.slots, from.threads);
    return {space, train_or_plain(building, space, first_slots(distinct))};
}

std::vector<Slot> first_slots(const DistinctRows& distinct) {
    std::vector<Slot> slots;
    slots.reserve(distinct.count());
    for (std::size_t group = 0; group < distinct.count(); ++group) {
        slots.push_back(distinct.group(group).front());
    }
    return slots;
}

}  // namespace

}  // namespace sokkuri::index
