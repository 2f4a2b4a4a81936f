// NearestFound: the neighbors that a search has measured so far, as many as can still matter: the k
// nearest and all that tie with the k-th. Not synchronized: one for each thread.
#pragma once

#include "index/kth_smallest.h"
#include "index/neighbor.h"

#include <algorithm>
#include <span>
#include <vector>

namespace sokkuri::index {

class NearestFound {
 public:
    explicit NearestFound(std::size_t k) : kth_(k) {}

    /// Every slot once. Amortized O(log k).
    void add(Slot slot, double distance) {
        if (distance > kth_.value()) return;
        kth_.add(distance);
        neighbors_.push_back({slot, distance});
        if (neighbors_.size() >= drop_at_) drop_hopeless();
    }

    /// Of the k-th; infinity before that.
    double bound() const { return kth_.value(); }
    std::span<const Neighbor> neighbors() const { return neighbors_; }

 private:
    void drop_hopeless() {
        std::erase_if(neighbors_,
                      [limit = kth_.value()](const Neighbor& n) { return n.distance > limit; });
        // What ties stays: let the list grow with it.
        drop_at_ = std::max<std::size_t>(256, 2 * neighbors_.size());
    }

    KthSmallest kth_;
    std::vector<Neighbor> neighbors_;  // in no order
    std::size_t drop_at_ = 256;
};

}  // namespace sokkuri::index
