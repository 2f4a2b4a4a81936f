// VectorIndex: what sokkuri::Index is made of: rows, the segment over most of them, the tail that
// it does not hold yet, and tombstones. Searches load one state; changes take turns and publish the
// next state whole. Safe from any number of threads.
#pragma once

#include "base/guarded.h"
#include "base/result.h"
#include "base/thread_pool.h"
#include "index/effort.h"
#include "index/segment_builder.h"
#include "library/index_state.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <vector>

namespace sokkuri::library {

inline constexpr std::size_t kRowsMax = index::kNodesMax - 1;
inline constexpr std::size_t kDimensionMax = 16'000;

struct VectorIndexOptions {
    double recall = 0.99;
    std::size_t threads = 0;
    index::BuildOptions build;

    Result<void> validate() const;
};

/// Where rows or sections come from.
struct LoadedParts {
    index::Metric metric = index::Metric::kCosine;
    RowStore rows;
    std::size_t indexed = 0;
    std::vector<index::Section> sections;  // none: no segment
    std::shared_ptr<const void> keep;      // of the sections
    index::Bitmap dead;
};

class VectorIndex {
 public:
    /// Every row is already known to be finite.
    static Result<std::unique_ptr<VectorIndex>> build(index::Metric metric, RowStore rows,
                                                      const VectorIndexOptions& options);
    /// Checks what the parts say of each other; kCorruption.
    static Result<std::unique_ptr<VectorIndex>> assemble(LoadedParts parts,
                                                         const VectorIndexOptions& options);

    Result<std::size_t> add(std::span<const float> values);
    Result<std::size_t> remove(std::span<const index::Slot> slots);
    Result<void> compact();

    std::shared_ptr<const IndexState> state() const { return *state_.lock(); }
    ThreadPool& threads() const { return threads_; }
    index::Effort default_effort() const { return {.recall = options_.recall}; }

 private:
    struct Key {};

 public:
    VectorIndex(Key /*key*/, RowStore rows, const VectorIndexOptions& options)
        : options_(options), threads_(options.threads), rows_(std::move(rows)) {}

 private:
    /// The live rows of the tail, all of them where there is no segment.
    static std::vector<index::Slot> live_tail(const IndexState& state);
    Result<index::SegmentImage> merged(const IndexState& state,
                                       std::span<const index::Slot> tail) const;
    void publish(IndexState state) {
        *state_.lock() = std::make_shared<const IndexState>(std::move(state));
    }

    const VectorIndexOptions options_;
    mutable ThreadPool threads_;
    Guarded<RowStore> rows_;  // locked for the length of a change: changes take turns
    mutable Guarded<std::shared_ptr<const IndexState>> state_;
};

/// kInvalidArgument naming the first component that `metric` cannot measure.
Result<void> check_measurable(index::Metric metric, std::span<const float> values,
                              std::size_t dimension, std::string_view what);

}  // namespace sokkuri::library
