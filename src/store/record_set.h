// RecordSet: a set of record numbers, a bit for each, in blocks of 65,536. A block takes memory
// when the first of its records comes: numbers may be high where records are few. What a filter
// becomes. Not synchronized: build it, then share it as const.
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
    explicit RecordSet(std::uint64_t records_end) { grow(records_end); }

    /// Of more records, none of the further ones in it.
    void grow(std::uint64_t records_end);
    /// Numbers at and behind the end are passed over.
    void set(RecordNumber record) {
        const std::span<std::uint64_t> words = block(record / kBlockRecords);
        const std::size_t word = record / 64 % kBlockWords;
        if (word < words.size()) words[word] |= std::uint64_t{1} << (record % 64);
    }
    void reset(RecordNumber record) {
        if (test(record)) block(record / kBlockRecords)[record / 64 % kBlockWords] ^= bit(record);
    }
    bool test(RecordNumber record) const { return (word(record / 64) & bit(record)) != 0; }

    /// O(words of the blocks that have some).
    std::size_t count() const;
    /// Ascending.
    std::vector<RecordNumber> numbers() const;
    /// O(1).
    std::size_t size_bytes() const {
        return words_taken_ * sizeof(std::uint64_t) + blocks_.size() * sizeof(Words);
    }
    /// Of the records `first` … `first` + 63, a bit for each, the lowest first.
    std::uint64_t bits_from(RecordNumber first) const {
        const std::uint64_t low = word(first / 64) >> (first % 64);
        return first % 64 == 0 ? low : low | word(first / 64 + 1) << (64 - first % 64);
    }
    /// Its words, to write to; takes memory for them. Fewer than kBlockWords in the last, none
    /// behind it.
    std::span<std::uint64_t> block(std::size_t number);
    /// Its words; there may be none where none of its records is in the set.
    std::span<const std::uint64_t> block(std::size_t number) const;
    /// Blocks that the set has.
    std::uint32_t blocks() const { return static_cast<std::uint32_t>(blocks_.size()); }

    /// Both of the same end.
    RecordSet& operator|=(const RecordSet& other);
    RecordSet& operator&=(const RecordSet& other);
    RecordSet& operator-=(const RecordSet& other);

    bool operator==(const RecordSet& other) const;

 private:
    using Words = std::vector<std::uint64_t>;  // of a block; empty: none of its records is here

    static std::uint64_t bit(RecordNumber record) { return std::uint64_t{1} << (record % 64); }
    std::uint64_t word(std::size_t number) const {
        const std::size_t in_block = number % kBlockWords;
        if (number / kBlockWords >= blocks_.size()) return 0;
        const Words& words = blocks_[number / kBlockWords];
        return in_block < words.size() ? words[in_block] : 0;
    }
    /// Of a block that has some.
    std::size_t words_in(std::size_t block) const {
        return std::min(kBlockWords, words_end_ - block * kBlockWords);
    }
    void give_back(Words& words);

    std::size_t words_end_ = 0;
    std::size_t words_taken_ = 0;  // of all blocks
    std::vector<Words> blocks_;
};

}  // namespace sokkuri::store
