#include "index/waiting_nodes.h"

#include <algorithm>
#include <iterator>

namespace sokkuri::index {

namespace {

// Enough that the k-th of them is nearly as near as the k-th of all.
constexpr std::size_t kNearest = 64;

}  // namespace

void WaitingNodes::check_nearest(ExactQuery& query, NearestFound& found, CheckScratch& scratch) {
    if (waiting_.size() > kNearest) {
        std::nth_element(waiting_.begin(), waiting_.begin() + kNearest, waiting_.end());
        check_first(kNearest, query, found, scratch);
        const double reach = query.reach_of(query.bound());
        std::erase_if(waiting_, [&](const auto& node) { return node.first > reach; });
    }
    if (waiting_.size() > room_ / 2) check_first(waiting_.size(), query, found, scratch);
}

void WaitingNodes::check_all(ExactQuery& query, NearestFound& found, CheckScratch& scratch) {
    check_nearest(query, found, scratch);
    check_first(waiting_.size(), query, found, scratch);
}

void WaitingNodes::check_first(std::size_t count, ExactQuery& query, NearestFound& found,
                               CheckScratch& scratch) {
    const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(count);
    checked_.clear();
    std::transform(waiting_.begin(), end, std::back_inserter(checked_),
                   [](const auto& node) { return node.second; });
    check_survivors(query, checked_, found, scratch);
    waiting_.erase(waiting_.begin(), end);
}

}  // namespace sokkuri::index
