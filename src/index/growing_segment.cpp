#include "index/growing_segment.h"

#include "base/check.h"
#include "index/distinct_rows.h"
#include "index/segment_sections.h"

#include <array>
#include <vector>

namespace sokkuri::index {

Result<std::unique_ptr<GrowingSegment>> GrowingSegment::create(const RunCoding& coding,
                                                               std::size_t rows_max) {
    std::shared_ptr<SegmentDraft> draft =
        TRY(SegmentDraft::create(coding.space, coding.model, rows_max));
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
    TRY(draft.encode(building, distinct.first_slots(), draft.posting_ends.size(),
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

}  // namespace sokkuri::index
