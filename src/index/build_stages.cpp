#include "index/build_stages.h"

#include "base/check.h"
#include "index/calibration_run.h"
#include "index/head_trainer.h"

#include <random>
#include <utility>

namespace sokkuri::index {

namespace {

/// Rows held out beyond this part of the others change the graph that they are queries of.
constexpr std::size_t kGrowthShare = 25;

Result<std::size_t> calibrate(SegmentDraft& draft, std::size_t linked, const Building& building);
/// Of nodes `first` on, searched for among the first `linked` ones.
Result<RecallTable> recalls_of_held_out(SegmentDraft& draft, std::size_t linked, std::size_t first,
                                        const Building& building);

}  // namespace

std::vector<bool> choose_some(std::size_t count, std::size_t chosen, std::uint64_t seed) {
    CHECK(chosen <= count);
    std::vector<bool> is_chosen(count);
    std::mt19937_64 random(seed);
    for (std::size_t i = 0; i < count && chosen > 0; ++i) {
        if (random() % (count - i) >= chosen) continue;
        is_chosen[i] = true;
        --chosen;
    }
    return is_chosen;
}

HeadModel train_or_plain(const Building& building, const L2Space& space,
                         std::span<const Slot> slots) {
    if (!slots.empty()) {
        return train_head({.rows = building.from.rows,
                           .slots = slots,
                           .space = space,
                           .kernels = building.from.kernels,
                           .threads = building.from.threads,
                           .seed = building.options.seed,
                           .layout = building.options.layout});
    }
    HeadModel model;
    model.layout = building.options.layout.value_or(HeadLayout());
    model.dimension = space.dimension();
    model.components = 1;
    model.step = 1;
    model.mean.resize(model.dimension);
    model.matrix.resize(model.dimension * model.columns());
    model.matrix[0] = 1;
    model.offset.resize(model.columns());
    return model;
}

Result<SegmentImage> finish_graph(SegmentDraft& draft, std::size_t linked,
                                  const Building& building) {
    if (linked < draft.nodes()) {
        TRY(building.report({"calibrating", 0.85, 0.95}));
        linked = TRY(calibrate(draft, linked, building));
        TRY(building.report({"adding the rows held out", 0.95, 0.98}));
        TRY(add_to_graph(draft.graph_nodes(draft.nodes()), draft.graph, building.graph_build()));
    }
    TRY(building.report({"finishing", 0.98, 1}));
    CHECK(count_unreachable(draft.graph) == 0);
    draft.find_balls(draft.nodes(), building.from.kernels, building.from.threads);
    SegmentImage image = TRY(draft.finish());
    TRY(building.report({"done", 1, 1}));
    return image;
}

namespace {

/// Few rows grow much by those held out, and a search of more rows finds less: half of them are
/// added on the way, to see how much less. Returns how many nodes are linked now.
Result<std::size_t> calibrate(SegmentDraft& draft, std::size_t linked, const Building& building) {
    const std::size_t held_out = draft.nodes() - linked;
    if (held_out <= linked / kGrowthShare) {
        draft.calibration =
            calibration_of(TRY(recalls_of_held_out(draft, linked, linked, building)));
        return linked;
    }
    const std::size_t middle = linked + held_out / 2;
    const RecallTable before = TRY(recalls_of_held_out(draft, linked, middle, building));
    TRY(add_to_graph(draft.graph_nodes(middle), draft.graph, building.graph_build()));
    RecallTable after = TRY(recalls_of_held_out(draft, middle, middle, building));
    draft.calibration = calibration_of(after_like_growth(before, std::move(after)));
    return middle;
}

Result<RecallTable> recalls_of_held_out(SegmentDraft& draft, std::size_t linked, std::size_t first,
                                        const Building& building) {
    draft.find_balls(linked, building.from.kernels, building.from.threads);
    std::vector<Slot> queries;
    for (std::size_t node = first; node < draft.nodes(); ++node) {
        queries.push_back(draft.postings[draft.posting_ends[node - 1]]);
    }
    const std::shared_ptr<const Segment> segment = TRY(draft.open(linked, building.from.kernels));
    return measure_recalls({.segment = *segment,
                            .rows = building.from.rows,
                            .queries = queries,
                            .threads = building.from.threads,
                            .stop = building.options.stop});
}

}  // namespace

}  // namespace sokkuri::index
