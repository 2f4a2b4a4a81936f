#include "index/head_trainer.h"

#include "base/check.h"
#include "index/head_projection.h"
#include "index/head_recall.h"
#include "index/head_sample.h"
#include "index/principal_components.h"

#include <algorithm>
#include <cmath>

namespace sokkuri::index {

namespace {

// Without a test to say better: best on real features (docs/decisions/0013).
constexpr float kUsualKappa = 0.5F;

/// Leading components, and the sample in their coordinates.
struct Basis {
    DenseMatrix directions;  // components × dimension
    DenseMatrix rows;        // sample rows × components
    DenseMatrix queries;
};

Basis make_basis(const PrincipalComponents& components, std::size_t count, const HeadSample& sample,
                 const MatrixTools& tools);
DenseMatrix mixing_of(const HeadLayout& layout, const Basis& basis, const MatrixTools& tools);
HeadTrial try_layout(const HeadLayout& layout, const Basis& basis, const MatrixTools& tools);

/// Trains and tests layouts on one sample.
class Trainer {
 public:
    explicit Trainer(const HeadTraining& training);

    HeadModel train(const HeadLayout& layout);
    HeadModel train_best();

 private:
    struct Choice {
        HeadLayout layout;
        double recall = -1;
        float kappa = kUsualKappa;
        float step = 0;
    };

    std::vector<HeadLayout> layouts_worth_a_try() const;
    Choice test(const HeadLayout& layout);
    void need_components(std::size_t count);
    HeadModel make_model(const Choice& choice) const;
    void measure(HeadModel& model) const;

    MatrixTools tools_;
    std::size_t dimension_;
    HeadSample sample_;
    PrincipalComponents components_;
    HeadRecall recall_;
    Basis basis_;
};

}  // namespace

HeadModel train_head(const HeadTraining& training) {
    Trainer trainer(training);
    return training.layout ? trainer.train(*training.layout) : trainer.train_best();
}

bool has_drifted(const HeadModel& model, double mean_error, double mean_tail) {
    // Where training saw next to nothing, little more is no drift.
    constexpr double kFactor = 1.2;
    constexpr double kNothing = 1e-4;
    return mean_error > kFactor * model.mean_error + kNothing ||
           mean_tail > kFactor * model.mean_tail + kNothing;
}

namespace {

Trainer::Trainer(const HeadTraining& training)
    : tools_{training.kernels, training.threads},
      dimension_(training.space.dimension()),
      sample_(take_sample(training)),
      components_(sample_.rows, training.seed, tools_),
      recall_(sample_, tools_) {}

HeadModel Trainer::train(const HeadLayout& layout) {
    return make_model(test(layout));
}

// The smallest row that is good enough, else the best.
HeadModel Trainer::train_best() {
    // Of the ten nearest among the best 30 of a sample, so that nearly all are in a pool of 64.
    constexpr double kGoodEnough = 0.99;
    constexpr double kAlike = 0.002;
    std::vector<Choice> tried;
    for (const HeadLayout& layout : layouts_worth_a_try()) {
        const bool is_wider =
            !tried.empty() && tried.back().layout.row_bytes() < layout.row_bytes();
        if (is_wider && tried.back().recall >= kGoodEnough) break;
        tried.push_back(test(layout));
        if (recall_.is_idle()) break;
    }
    double best = 0;
    for (const Choice& choice : tried) {
        best = std::max(best, choice.recall);
    }
    const double wanted = std::min(kGoodEnough, best - kAlike);
    const Choice* chosen = &tried.back();
    for (const Choice& choice : tried) {
        if (choice.recall < wanted) continue;
        chosen = &choice;
        break;
    }
    for (const Choice& choice : tried) {
        const bool is_as_short = choice.layout.row_bytes() == chosen->layout.row_bytes();
        if (is_as_short && choice.recall > chosen->recall + kAlike) chosen = &choice;
    }
    return make_model(*chosen);
}

// By bytes of a row; at equal bytes 4 bits first. Not those with a line that no component needs,
// nor 4 bits where as many bytes hold all components with 8. 8 bits only where as many bytes of 4
// bits hold all components, or are not offered: else twice the components are better.
std::vector<HeadLayout> Trainer::layouts_worth_a_try() const {
    constexpr HeadLayout kAll[] = {{4, 1}, {8, 1}, {4, 2}, {8, 2}, {4, 3},
                                   {8, 3}, {4, 4}, {8, 4}, {8, 6}, {8, 8}};
    std::vector<HeadLayout> result;
    for (const HeadLayout& layout : kAll) {
        const HeadLayout smaller{layout.bits, layout.lines - 1};
        if (layout.lines > 1 && smaller.capacity() >= dimension_) continue;
        const bool is_wide = layout.lines > 4;
        if (layout.bits == 8 && !is_wide && 2 * layout.capacity() < dimension_) continue;
        if (layout.bits == 4 && HeadLayout{8, layout.lines}.capacity() >= dimension_) continue;
        result.push_back(layout);
    }
    return result;
}

Trainer::Choice Trainer::test(const HeadLayout& layout) {
    need_components(std::min(layout.capacity(), dimension_));
    const HeadTrial trial = try_layout(layout, basis_, tools_);
    Choice choice{.layout = layout, .step = trial.step};
    if (recall_.is_idle()) return choice;
    const auto recalls = recall_.recalls(trial);
    for (std::size_t i = 0; i < recalls.size(); ++i) {
        if (recalls[i] <= choice.recall) continue;
        choice.recall = recalls[i];
        choice.kappa = HeadRecall::kKappas[i];
    }
    return choice;
}

// In two steps, so that narrow heads cost no wide basis.
void Trainer::need_components(std::size_t count) {
    if (basis_.directions.rows >= count) return;
    const std::size_t wanted = count <= 256 ? 256 : 508;
    basis_ = make_basis(components_, std::min(dimension_, wanted), sample_, tools_);
}

HeadModel Trainer::make_model(const Choice& choice) const {
    const DenseMatrix mixing = mixing_of(choice.layout, basis_, tools_);
    const DenseMatrix directions = product(transposed(mixing, tools_), basis_.directions, tools_);
    HeadModel model{.layout = choice.layout,
                    .dimension = dimension_,
                    .components = directions.rows,
                    .step = choice.step,
                    .kappa = choice.kappa};
    model.orthogonality = orthogonality_of(directions, tools_);
    model.mean = sample_.mean;
    model.matrix = transposed(directions, tools_).values;
    model.offset.assign(model.columns(), 0);
    for (std::size_t c = 0; c < model.components; ++c) {
        model.offset[c] = static_cast<float>(
            tools_.kernels.decide_dot(directions.row(c), model.mean.data(), dimension_).dot);
    }
    measure(model);
    return model;
}

// Held-out rows, where there are any: those that the components were fitted to look better than
// the rest will.
void Trainer::measure(HeadModel& model) const {
    const DenseMatrix& rows = sample_.queries.rows != 0 ? sample_.queries : sample_.rows;
    const double slack = projection_slack(model);
    const float center = model.center();
    const auto greatest = model.layout.bits == 4 ? 15.0F : 255.0F;
    const float floor_offset = model.layout.bits == 4 ? 8.0F : 128.5F;
    std::vector<float> z(model.columns());
    std::vector<float> scratch;
    double tail_slack = 0;
    for (std::size_t i = 0; i < rows.rows; ++i) {
        const float* row = rows.row(i);
        project(model, tools_.kernels, row, 1, z.data(), scratch);
        const double squared = tools_.kernels.decide_dot(row, row, dimension_).dot;
        const double projected =
            tools_.kernels.decide_dot(z.data(), z.data(), model.components).dot;
        const HeadTail tail = tail_of(model, slack, squared, projected);
        tail_slack = std::max(tail_slack, tail.slack);
        if (!(squared > 0)) continue;
        double error = 0;
        for (std::size_t c = 0; c < model.components; ++c) {
            const float code =
                std::clamp(std::floor(z[c] / model.step + floor_offset), 0.0F, greatest);
            const double off = double{z[c]} - double{(code - center) * model.step};
            error += off * off;
        }
        model.mean_error += error / squared / static_cast<double>(rows.rows);
        model.mean_tail += tail.length * tail.length / squared / static_cast<double>(rows.rows);
    }
    // Rows that need more than twice what these do survive every bound.
    model.tail_slack = static_cast<float>(2 * tail_slack);
}

Basis make_basis(const PrincipalComponents& components, std::size_t count, const HeadSample& sample,
                 const MatrixTools& tools) {
    Basis basis{.directions = components.leading(count)};
    const DenseMatrix columns = transposed(basis.directions, tools);
    basis.rows = product(sample.rows, columns, tools);
    basis.queries = product(sample.queries, columns, tools);
    return basis;
}

// All components of the basis × those of the head: with 8 bits the leading ones as they are; with
// 4 bits those mixed by a rotation, which makes them alike, so that one step suits all.
DenseMatrix mixing_of(const HeadLayout& layout, const Basis& basis, const MatrixTools& tools) {
    constexpr std::uint64_t kRotationSeed = 0x5EED;
    const std::size_t kept = std::min(layout.capacity(), basis.directions.rows);
    DenseMatrix mixing(basis.directions.rows, kept);
    DenseMatrix rotation;
    if (layout.bits == 4) {
        rotation = random_matrix(kept, kept, kRotationSeed);
        orthonormalize(rotation, 3, kRotationSeed + 1, tools);
    }
    for (std::size_t r = 0; r < kept; ++r) {
        if (layout.bits == 4) {
            std::copy_n(rotation.row(r), kept, mixing.row(r));
        } else {
            mixing.row(r)[r] = 1;
        }
    }
    return mixing;
}

HeadTrial try_layout(const HeadLayout& layout, const Basis& basis, const MatrixTools& tools) {
    const DenseMatrix mixing = mixing_of(layout, basis, tools);
    HeadTrial trial{.layout = layout,
                    .rows = product(basis.rows, mixing, tools),
                    .queries = product(basis.queries, mixing, tools)};
    trial.step = choose_step(layout, trial.rows);
    return trial;
}

}  // namespace

}  // namespace sokkuri::index
