// HeadRecall: what a layout and kappa are worth on the data at hand: how many of the true ten
// nearest of held-out queries are among the best by head score. Nothing is assumed about spectra.
#pragma once

#include "index/head_model.h"
#include "index/head_sample.h"

#include <array>
#include <cstdint>
#include <vector>

namespace sokkuri::index {

/// The head of a sample under one layout, before it becomes a HeadModel.
struct HeadTrial {
    HeadLayout layout;
    float step = 0;
    DenseMatrix rows;     // sample rows × components: z
    DenseMatrix queries;  // queries × components
};

class HeadRecall {
 public:
    static constexpr std::array<float, 5> kKappas = {0, 0.25F, 0.5F, 0.75F, 1};
    /// "Among the best" of the sample.
    static constexpr std::size_t kBest = 30;

    /// Finds the true ten. `sample` outlives this.
    HeadRecall(const HeadSample& sample, const MatrixTools& tools);

    /// Too few rows to tell anything.
    bool is_idle() const { return truth_.empty(); }
    /// Recall of the true ten among the kBest best, by kappa. O(queries × rows × components).
    std::array<double, kKappas.size()> recalls(const HeadTrial& trial) const;

 private:
    const HeadSample& sample_;
    MatrixTools tools_;
    std::size_t k_ = 0;                 // 10
    std::vector<float> squares_;        // |x − mean|² of rows
    std::vector<std::uint32_t> truth_;  // queries × k_
};

/// Step of the codes of z: where their squared error is least over `projected`'s rows (4 bits), or
/// nothing but a ten-thousandth is cut off (8 bits).
float choose_step(const HeadLayout& layout, const DenseMatrix& projected);

}  // namespace sokkuri::index
