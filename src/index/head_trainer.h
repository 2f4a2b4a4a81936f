// Trains a HeadModel: mean, leading components by block subspace iteration on a sample, flattening
// rotation, step; then chooses bits, lines and kappa by self-test. Deterministic: the same rows
// give the same bytes for any number of threads.
#pragma once

#include "base/result.h"
#include "base/thread_pool.h"
#include "index/head_model.h"
#include "index/l2_space.h"
#include "simd/kernels.h"

#include <optional>
#include <span>

namespace sokkuri::index {

struct HeadTraining {
    const RawRows& rows;
    std::span<const Slot> slots;  // at least 1, all accepted by `space`
    const L2Space& space;
    const simd::Kernels& kernels;
    ThreadPool& threads;
    std::uint64_t seed = 1;
    std::optional<HeadLayout> layout;  // empty: chosen by self-test
};

/// O(sample × dimension × components) with a sample of at most 32 M components.
/// Halko, Martinsson, Tropp 2011, algorithm 4.4.
HeadModel train_head(const HeadTraining& training);

/// Whether rows encoded with `model` have come to look so unlike its sample that it should be
/// trained anew: mean error or tail beyond 1.2 times those of training.
bool has_drifted(const HeadModel& model, double mean_error, double mean_tail);

}  // namespace sokkuri::index
