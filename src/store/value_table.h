// ValueTable: different values, numbered as they come: what a run of records is gathered by before
// it becomes rows of an index. Equal numbers are one value, whether whole or not. Not synchronized.
#pragma once

#include "store/attribute_value.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace sokkuri::store {

class ValueTable {
 public:
    /// The number of a value, from 0; given when it first comes. O(1).
    std::uint32_t number_of(const AttributeValue& value);
    std::uint32_t number_of_text(std::string_view text);

    std::size_t size() const { return entries_.size(); }
    /// Roughly, with the texts.
    std::size_t size_bytes() const {
        return entries_.size() * (sizeof(Entry) + 2 * sizeof(std::uint32_t)) + text_bytes_;
    }
    /// Taken out: once for each number.
    AttributeValue take(std::uint32_t number) { return std::move(entries_[number].value); }
    /// The numbers, ascending by value.
    std::vector<std::uint32_t> in_order() const;

 private:
    struct Entry {
        AttributeValue value;
        std::uint64_t hash = 0;
    };

    template <typename Same, typename Make>
    std::uint32_t find(std::uint64_t hash, Same same, Make make);
    void grow();

    std::vector<Entry> entries_;
    std::size_t text_bytes_ = 0;
    std::vector<std::uint32_t> slots_;  // number + 1, 0: free; a power of two of them
};

}  // namespace sokkuri::store
