#include "index/neighbor.h"

#include <algorithm>

namespace sokkuri::index {

void keep_nearest(std::vector<Neighbor>& neighbors, std::size_t k, double distance_max) {
    std::erase_if(neighbors, [&](const Neighbor& n) { return n.distance > distance_max; });
    std::sort(neighbors.begin(), neighbors.end(), [](const Neighbor& a, const Neighbor& b) {
        return a.distance != b.distance ? a.distance < b.distance : a.slot < b.slot;
    });
    if (neighbors.size() <= k || k == 0) return;
    const double kth = neighbors[k - 1].distance;
    const auto beyond =
        std::find_if(neighbors.begin() + static_cast<std::ptrdiff_t>(k), neighbors.end(),
                     [kth](const Neighbor& n) { return n.distance > kth; });
    neighbors.erase(beyond, neighbors.end());
}

}  // namespace sokkuri::index
