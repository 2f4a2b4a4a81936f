// A small, valid segment in parts that own their memory, for tests: clustered rows, a plain model,
// links between near nodes; some slots share a node, some are loose.
#pragma once

#include "index/segment.h"

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace sokkuri::index::testing {

/// Sections that own their bytes, each in an allocation of exactly its size (so that a sanitizer
/// sees every byte too far).
struct OwnedSections {
    std::vector<std::pair<std::string, std::vector<std::byte>>> sections;

    std::vector<Section> views() const;
    std::vector<std::byte>& operator[](const std::string& name);
};

struct SmallSegment {
    std::vector<float> rows;  // by slot; slots × dimension
    std::size_t dimension = 0;
    OwnedSections sections;

    RawRows raw_rows() const { return RawRows::of_matrix(rows, dimension); }
};

inline constexpr std::size_t kSmallNodes = 96;

/// Slots 0 … 95 are nodes in a shuffled order, 96 … 99 copies of the first four, 100 and 101 zero
/// rows.
SmallSegment small_segment(const simd::Kernels& kernels);

}  // namespace sokkuri::index::testing
