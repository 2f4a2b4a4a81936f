// Heads made by hand: codes of given components, without a trained model, so that shapes of data
// which one would smooth away (all equal, few different, far clusters) reach a test as they are.
#pragma once

#include "index/head_model.h"

#include <cstdint>
#include <string>
#include <vector>

namespace sokkuri::index::testing {

/// Keeps as many components as fit; for components of unit variance.
HeadModel model_of(const HeadLayout& layout);

/// Rows of model.components values.
using Rows = std::vector<std::vector<float>>;

/// Side by side, with biases of kappa 0.
std::vector<std::uint8_t> heads_of(const HeadModel& model, const Rows& rows);

/// What heads are made of.
struct RowShape {
    std::size_t count = 0;
    std::size_t dimension = 0;
};

/// Around `centers` points, in 12 directions each: what features look like, in small.
Rows clustered_rows(const RowShape& shape, std::size_t centers, std::uint32_t seed);

struct NamedRows {
    std::string name;
    Rows rows;
};

/// Clustered, few different ones, far clusters, noise, all equal.
std::vector<NamedRows> odd_rows(const RowShape& shape);

}  // namespace sokkuri::index::testing
