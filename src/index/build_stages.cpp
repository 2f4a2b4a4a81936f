#include "index/build_stages.h"

#include "base/check.h"
#include "index/calibration_run.h"
#include "index/head_trainer.h"

#include <random>

namespace sokkuri::index {

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
        std::vector<Slot> queries;
        for (std::size_t node = linked; node < draft.nodes(); ++node) {
            queries.push_back(draft.postings[draft.posting_ends[node - 1]]);
        }
        const std::shared_ptr<const Segment> first = TRY(draft.open(linked, building.from.kernels));
        draft.calibration = TRY(calibrate({.segment = *first,
                                           .rows = building.from.rows,
                                           .queries = queries,
                                           .threads = building.from.threads,
                                           .stop = building.options.stop}));
        TRY(building.report({"adding the rows held out", 0.95, 0.98}));
        TRY(add_to_graph(draft.graph_nodes(draft.nodes()), draft.graph, building.graph_build()));
    }
    TRY(building.report({"finishing", 0.98, 1}));
    CHECK(count_unreachable(draft.graph) == 0);
    SegmentImage image = TRY(draft.finish());
    TRY(building.report({"done", 1, 1}));
    return image;
}

}  // namespace sokkuri::index
