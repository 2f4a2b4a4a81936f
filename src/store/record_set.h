// RecordSet: a set of record numbers, dense, in blocks of 65,536. What a filter becomes. Not
// synchronized: build it, then share it as const.
#pragma once

#include "store/catalog_rows.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace sokkuri::store {

class RecordSet {
 public:
    static constexpr std::size_t kBlockRecords = 65'536;
    static constexpr std::size_t kBlockWords = kBlockRecords / 64;

    RecordSet() = default;
    /// Empty, of the records 0 … records_end - 1.
    explicit RecordSet(std::uint64_t records_end)
        : words_(static_cast<std::size_t>((records_end + 63) / 64)) {}

    /// Of more records, none of the further ones in it.
    void grow(std::uint64_t records_end) {
        words_.resize(std::max(words_.size(), static_cast<std::size_t>((records_end + 63) / 64)));
    }
    /// Numbers at and behind the end are passed over.
    void set(RecordNumber record) {
        if (record / 64 < words_.size()) words_[record / 64] |= std::uint64_t{1} << (record % 64);
    }
    void reset(RecordNumber record) {
        if (record / 64 < words_.size())
            words_[record / 64] &= ~(std::uint64_t{1} << (record % 64));
    }
    bool test(RecordNumber record) const {
        return record / 64 < words_.size() && ((words_[record / 64] >> (record % 64)) & 1U) != 0;
    }

    /// O(words).
    std::size_t count() const;
    /// Ascending.
    std::vector<RecordNumber> numbers() const;
    std::size_t size_bytes() const { return words_.size() * sizeof(words_[0]); }
    std::span<const std::uint64_t> words() const { return words_; }
    /// Of the block; fewer than kBlockWords in the last.
    std::span<std::uint64_t> block(std::uint32_t number);
    std::span<const std::uint64_t> block(std::uint32_t number) const;
    /// Blocks that the set has.
    std::uint32_t blocks() const {
        return static_cast<std::uint32_t>((words_.size() + kBlockWords - 1) / kBlockWords);
    }

    /// Both of the same end.
    RecordSet& operator|=(const RecordSet& other);
    RecordSet& operator&=(const RecordSet& other);
    RecordSet& operator-=(const RecordSet& other);

    bool operator==(const RecordSet&) const = default;

 private:
    std::vector<std::uint64_t> words_;
};

}  // namespace sokkuri::store
