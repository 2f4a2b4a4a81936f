#include "index/testing/grown_rows.h"

#include <random>

namespace sokkuri::index::testing {

std::vector<float> grow_rows(const GrownRows& wanted) {
    std::mt19937 world(wanted.world_seed);
    std::normal_distribution<float> normal;
    const std::size_t dimension = wanted.dimension;
    // Of each cluster: a center and the directions in which it extends.
    const std::size_t cluster_values = (1 + wanted.intrinsic_dimension) * dimension;
    std::vector<float> clusters(wanted.clusters * cluster_values);
    for (float& value : clusters) {
        value = normal(world);
    }
    std::mt19937 random(wanted.seed);
    std::vector<float> rows(wanted.count * dimension);
    std::vector<float> within(wanted.intrinsic_dimension);
    for (std::size_t row = 0; row < wanted.count; ++row) {
        const float* cluster = clusters.data() + random() % wanted.clusters * cluster_values;
        for (float& value : within) {
            value = 0.4F * normal(random);
        }
        for (std::size_t i = 0; i < dimension; ++i) {
            float value = cluster[i] + 0.1F * normal(random);
            for (std::size_t axis = 0; axis < within.size(); ++axis) {
                value += within[axis] * cluster[(axis + 1) * dimension + i];
            }
            rows[row * dimension + i] = value;
        }
    }
    return rows;
}

}  // namespace sokkuri::index::testing
