#include "index/segment_image.h"

#include <algorithm>

namespace sokkuri::index {

void SegmentImage::add(std::string name, Arena memory) {
    sections.push_back({std::move(name), std::make_shared<const Arena>(std::move(memory))});
}

Result<void> SegmentImage::add(std::string name, std::span<const std::byte> bytes) {
    Arena memory = TRY(Arena::create(bytes.size()));
    std::ranges::copy(bytes, memory.bytes().begin());
    add(std::move(name), std::move(memory));
    return {};
}

std::vector<Section> SegmentImage::views() const {
    std::vector<Section> views;
    for (const OwnedSection& section : sections) {
        views.push_back({section.name, section.memory->bytes()});
    }
    return views;
}

std::size_t SegmentImage::size_bytes() const {
    std::size_t size = 0;
    for (const OwnedSection& section : sections) {
        size += section.memory->bytes().size();
    }
    return size;
}

Result<std::shared_ptr<const Segment>> SegmentImage::open(const simd::Kernels& kernels) const {
    return Segment::open(views(), std::make_shared<const SegmentImage>(*this), kernels,
                         {.check = Check::kLengths});
}

}  // namespace sokkuri::index
