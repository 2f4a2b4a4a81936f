// Rows that look like features of pictures: clusters, each a small-dimensional cloud of its own,
// with a little noise everywhere. For tests of codes, graphs and recall.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace sokkuri::index::testing {

struct GrownRows {
    std::size_t count = 0;
    std::size_t dimension = 0;
    std::size_t clusters = 50;
    std::size_t intrinsic_dimension = 8;
    std::uint32_t seed = 1;        // of the rows
    std::uint32_t world_seed = 1;  // of the clusters: the same for rows that belong together
};

/// count × dimension. The same on every machine with the same standard library.
std::vector<float> grow_rows(const GrownRows& wanted);

}  // namespace sokkuri::index::testing
