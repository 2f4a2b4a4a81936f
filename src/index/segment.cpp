#include "index/segment.h"

#include "index/segment_check.h"
#include "index/segment_sections.h"
#include "index/slot_ordinals.h"

namespace sokkuri::index {

Result<std::shared_ptr<const Segment>> Segment::open(std::span<const Section> sections,
                                                     std::shared_ptr<const void> keep,
                                                     const simd::Kernels& kernels,
                                                     const OpenOptions& options) {
    SegmentParts parts = TRY(parse_sections(sections, options));
    if (options.check == Check::kEverything) TRY(check_contents(parts));
    const auto segment = std::make_shared<Segment>(Key(), kernels);
    segment->parts_ = std::move(parts);
    segment->keep_ = std::move(keep);
    for (const Section& section : sections) {
        segment->size_bytes_ += section.bytes.size();
    }
    const SegmentParts& own = segment->parts_;
    segment->query_encoder_ = std::make_unique<const QueryEncoder>(own.space, own.model, kernels);
    const std::size_t stride = own.model.layout.row_bytes();
    segment->landmark_heads_.reserve(own.landmarks.size() * stride);
    for (const Ordinal landmark : own.landmarks) {
        const std::span<const std::uint8_t> head = own.heads.subspan(landmark * stride, stride);
        segment->landmark_heads_.insert(segment->landmark_heads_.end(), head.begin(), head.end());
    }
    const HeadLayout layout = own.model.layout;
    segment->landmark_tiles_.resize(simd::packed_blocks(own.landmarks.size()) * simd::kPackedRows *
                                    layout.places());
    const auto pack = layout.bits == 4 ? kernels.pack_nibbles : kernels.pack_bytes;
    pack({.rows = segment->landmark_heads_.data(),
          .stride = stride,
          .size = stride,
          .count = own.landmarks.size()},
         segment->landmark_tiles_.data());
    return segment;
}

Segment::Segment(Key /*key*/, const simd::Kernels& kernels) : kernels_(kernels) {}

Segment::~Segment() = default;

const SlotOrdinals& Segment::slot_ordinals() const {
    std::call_once(slot_ordinals_once_,
                   [&] { slot_ordinals_ = std::make_unique<const SlotOrdinals>(parts_); });
    return *slot_ordinals_;
}

}  // namespace sokkuri::index
