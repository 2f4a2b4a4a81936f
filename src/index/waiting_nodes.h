// WaitingNodes: nodes that their heads did not rule out, put aside until many are known. The
// nearest of them are looked at first: what they measure rules out most of the others by what is
// known of their heads already, and full codes, ten times as long as heads, need not be read for
// those.
#pragma once

#include "index/exact_query.h"
#include "index/survivor_check.h"

#include <cstddef>
#include <utility>
#include <vector>

namespace sokkuri::index {

/// Of one query; one thread's.
class WaitingNodes {
 public:
    /// Room that pays where the first bound is a poor one: 1 MB. Of 200,000 features of 1280 in no
    /// order some 5 to 12 % wait (248 and 120 components in a head), and 2 to 6 % are checked;
    /// with room for 4,096 it would be 4 to 11 %.
    static constexpr std::size_t kRoomForMany = 65'536;
    /// Where it is a good one every node that is checked early makes it better still.
    static constexpr std::size_t kRoomForFew = 64;

    explicit WaitingNodes(std::size_t room) : room_(room) {}

    /// `lower`: D is at least that.
    void add(double lower, Ordinal node) { waiting_.emplace_back(lower, node); }

    bool is_full() const { return waiting_.size() >= room_; }
    /// Checks the nearest, forgets what is out of reach then, and where that was little checks the
    /// others too: afterwards at most half of the room is taken.
    void check_nearest(ExactQuery& query, NearestFound& found, CheckScratch& scratch);
    /// Nothing waits afterwards.
    void check_all(ExactQuery& query, NearestFound& found, CheckScratch& scratch);

 private:
    void check_first(std::size_t count, ExactQuery& query, NearestFound& found,
                     CheckScratch& scratch);

    std::size_t room_;
    std::vector<std::pair<double, Ordinal>> waiting_;
    std::vector<Ordinal> checked_;  // memory to reuse
};

}  // namespace sokkuri::index
