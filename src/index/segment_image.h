// SegmentImage: a segment as a builder leaves it: sections that own their bytes. Whoever writes the
// file (store) takes views(); whoever searches at once opens it where it lies. Safe from any number
// of threads once it is filled.
#pragma once

#include "base/result.h"
#include "index/arena.h"
#include "index/segment.h"

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace sokkuri::index {

class SegmentImage {
 public:
    struct OwnedSection {
        std::string name;
        std::shared_ptr<const Arena> memory;
    };
    std::vector<OwnedSection> sections;

    void add(std::string name, Arena memory);
    /// A copy.
    Result<void> add(std::string name, std::span<const std::byte> bytes);

    /// Valid as long as the image, or a copy of it.
    std::vector<Section> views() const;
    std::size_t size_bytes() const;
    /// The same bytes, ready to be searched; they live as long as the segment.
    Result<std::shared_ptr<const Segment>> open(const simd::Kernels& kernels) const;
};

}  // namespace sokkuri::index
