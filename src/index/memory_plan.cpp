#include "index/memory_plan.h"

#include "index/balls.h"
#include "index/codes.h"
#include "index/segment.h"

#include <algorithm>

namespace sokkuri::index {

namespace {

// Beside a node's codes, while the first links are found (the most that is there at once): its 60
// places for neighbors in leaves (4 bytes each), its leaves and their numbers (15), the order of
// the nodes (8), distinct rows and their groups (20), and the rest of what shifts between stages.
constexpr std::uint64_t kScratchPerRow = 300;
// Queues, tiles, encoders and packed leaders of the threads.
constexpr std::uint64_t kScratch = 64 << 20;
// Of training, before there are any codes: sample and its transpose, both in the coordinates of the
// components, distances to 500 queries twice. As in head_sample.cpp.
constexpr std::uint64_t kSampleComponents = 32'000'000;
constexpr std::uint64_t kSampleRowsMin = 2'000;
constexpr std::uint64_t kSampleRowsMax = 32'768;
constexpr std::uint64_t kTrainingFloatsPerRow = 2 * 508 + 2 * 512;

std::uint64_t training_bytes(std::uint64_t rows, std::size_t dimension);
std::string grouped(std::uint64_t number);
std::string in_units(std::uint64_t bytes);

}  // namespace

MemoryPlan plan_memory(std::uint64_t rows, std::size_t dimension, const HeadLayout& layout) {
    const std::uint64_t per_head = layout.row_bytes() + sizeof(HeadBounds);
    const std::uint64_t per_row = per_head + per_head / kBallNodes + full_code_stride(dimension) +
                                  kDegree * sizeof(Ordinal) + sizeof(Slot) + sizeof(std::uint32_t);
    MemoryPlan plan{.rows = rows, .raw_bytes = rows * dimension * sizeof(float)};
    // The query's byte matrix and the model's own.
    const std::uint64_t model = std::min(dimension, layout.capacity()) * dimension * 5;
    plan.resident_bytes = rows * per_row + model;
    plan.resident_bytes_per_row =
        rows == 0 ? 0 : static_cast<double>(plan.resident_bytes) / static_cast<double>(rows);
    plan.build_peak_bytes =
        std::max(plan.resident_bytes + rows * kScratchPerRow, training_bytes(rows, dimension)) +
        kScratch;
    return plan;
}

Result<void> check_plan(const MemoryPlan& plan, std::uint64_t memory_max) {
    if (plan.build_peak_bytes <= memory_max) return {};
    return fail(ErrorCode::kExhausted, "{}; {} are allowed", describe(plan), in_units(memory_max));
}

std::string describe(const MemoryPlan& plan) {
    return fmt::format("{} rows: {} resident, {} while building, {} raw on disk",
                       grouped(plan.rows), in_units(plan.resident_bytes),
                       in_units(plan.build_peak_bytes), in_units(plan.raw_bytes));
}

namespace {

std::uint64_t training_bytes(std::uint64_t rows, std::size_t dimension) {
    const std::uint64_t sample =
        std::min(rows, std::clamp(kSampleComponents / dimension, kSampleRowsMin, kSampleRowsMax));
    return sample * (2 * dimension + kTrainingFloatsPerRow) * sizeof(float);
}

std::string grouped(std::uint64_t number) {
    std::string digits = fmt::format("{}", number);
    for (std::size_t from_end = 3; from_end < digits.size(); from_end += 4) {
        digits.insert(digits.size() - from_end, 1, ',');
    }
    return digits;
}

std::string in_units(std::uint64_t bytes) {
    constexpr double kMebi = 1 << 20;
    const double mebibytes = static_cast<double>(bytes) / kMebi;
    if (mebibytes >= 1024) return fmt::format("{:.1f} GiB", mebibytes / 1024);
    return fmt::format("{:.1f} MiB", mebibytes);
}

}  // namespace

}  // namespace sokkuri::index
