#include "collection/tail_codes.h"

#include <algorithm>

namespace sokkuri::collection {

std::vector<TailCodes::Run> TailCodes::beyond(store::FieldNumber field, store::Slot covered) const {
    const auto runs = runs_.lock();
    const auto found = runs->find(field);
    if (found == runs->end()) return {};
    std::vector<Run> beyond;
    std::ranges::copy_if(found->second, std::back_inserter(beyond),
                         [&](const Run& run) { return run.end > covered; });
    return beyond;
}

void TailCodes::set(store::FieldNumber field, std::vector<Run> runs) {
    const auto known = runs_.lock();
    std::swap((*known)[field], runs);  // the old ones are freed without the lock
}

void TailCodes::forget(store::FieldNumber field) {
    std::vector<Run> gone;  // freed without the lock
    const auto known = runs_.lock();
    const auto found = known->find(field);
    if (found == known->end()) return;
    gone.swap(found->second);
    known->erase(found);
}

}  // namespace sokkuri::collection
