// What an index will need before it is built.
#pragma once

#include "base/result.h"
#include "index/head_model.h"

#include <cstddef>
#include <cstdint>
#include <string>

namespace sokkuri::index {

struct MemoryPlan {
    std::uint64_t rows = 0;
    std::uint64_t raw_bytes = 0;         // on disk, mapped
    std::uint64_t resident_bytes = 0;    // heads, bounds, full codes, links, postings
    std::uint64_t build_peak_bytes = 0;  // resident and what building needs beside it
    double resident_bytes_per_row = 0;
};

MemoryPlan plan_memory(std::uint64_t rows, std::size_t dimension, const HeadLayout& layout);

/// kExhausted naming rows, bytes needed and bytes there; nothing when it fits.
Result<void> check_plan(const MemoryPlan& plan, std::uint64_t memory_max);

/// "10,000,000 rows: 16.4 GiB resident, 18.0 GiB while building, 47.7 GiB raw on disk"
std::string describe(const MemoryPlan& plan);

}  // namespace sokkuri::index
