// CodeFit: how well rows go with the space and the model that others were coded with. For builders.
#pragma once

#include "index/building.h"
#include "index/head_model.h"
#include "index/l2_space.h"

#include <cstddef>
#include <span>

namespace sokkuri::index {

/// How far rows are from what a model was trained on (HeadModel::mean_error, mean_tail), and how
/// many of them the space refuses.
struct CodeFit {
    double error = 0;
    double tail = 0;
    double loose_share = 0;
};

/// Of a sample of at most 4,096 of the rows `slots`.
CodeFit fit_of_rows(const L2Space& space, const HeadModel& model, std::span<const Slot> slots,
                    const Building& building);

/// Whether so many of `incoming` rows would stay loose, each scanned by every query, that a segment
/// of `rows` should have a space of its own.
bool leaves_many_loose(const CodeFit& fit, double incoming, double rows);

}  // namespace sokkuri::index
