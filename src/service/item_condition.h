// ItemCondition: what a write expects to find; when it finds something else, it does nothing. So
// that two people who change one item do not undo each other. Used by put, patch and forget. Pure.
#pragma once

#include "collection/collection.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace sokkuri::service {

struct ItemCondition {
    std::optional<bool> exists;       // the item must, or must not, be there
    std::vector<std::uint64_t> seqs;  // not empty: it must be there, last changed by one of these

    bool holds(const std::optional<collection::Record>& item) const {
        if (exists && *exists != item.has_value()) return false;
        if (seqs.empty()) return true;
        if (!item) return false;
        for (const std::uint64_t seq : seqs) {
            if (seq == item->seq) return true;
        }
        return false;
    }
};

}  // namespace sokkuri::service
