// KthSmallest: the k-th smallest of the numbers seen so far. What a search knows about how near is
// near enough.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <vector>

namespace sokkuri::index {

class KthSmallest {
 public:
    explicit KthSmallest(std::size_t k) : k_(k) {}

    /// O(log k). Memory grows with what was added, up to k.
    void add(double number) {
        if (heap_.size() < k_) {
            heap_.push_back(number);
            std::push_heap(heap_.begin(), heap_.end());
            return;
        }
        if (!(number < heap_.front())) return;
        std::pop_heap(heap_.begin(), heap_.end());
        heap_.back() = number;
        std::push_heap(heap_.begin(), heap_.end());
    }

    void add_all_of(const KthSmallest& other) {
        for (const double number : other.heap_) {
            add(number);
        }
    }

    /// Infinity before k numbers were added.
    double value() const {
        return heap_.size() < k_ ? std::numeric_limits<double>::infinity() : heap_.front();
    }

 private:
    std::size_t k_;
    std::vector<double> heap_;  // the largest first
};

}  // namespace sokkuri::index
