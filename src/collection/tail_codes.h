// TailCodes: codes in memory of rows that no segment file holds yet, as runs of slots of each
// field. Made by a TailKeeper, taken up by snapshots; whoever has taken a run keeps it. Rows never
// change and slots are never given twice, so a run holds for every generation. Safe from any number
// of threads.
#pragma once

#include "base/guarded.h"
#include "index/segment.h"
#include "store/catalog.h"

#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace sokkuri::collection {

class TailCodes {
 public:
    /// Slots first … end - 1, dead or not.
    struct Run {
        store::Slot first = 0;
        store::Slot end = 0;
        std::shared_ptr<const index::Segment> segment;  // without a graph
        std::string name;                               // of no other segment
    };

    /// Those of a field that reach beyond slot `covered`, side by side, ascending.
    std::vector<Run> beyond(store::FieldNumber field, store::Slot covered) const;

    /// In place of those that the field has.
    void set(store::FieldNumber field, std::vector<Run> runs);
    void forget(store::FieldNumber field);

 private:
    mutable Guarded<std::map<store::FieldNumber, std::vector<Run>>> runs_;
};

}  // namespace sokkuri::collection
