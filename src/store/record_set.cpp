#include "store/record_set.h"

#include "base/check.h"

#include <algorithm>
#include <bit>

namespace sokkuri::store {
namespace {

/// One that is not there has no bits.
bool has_no_bits(std::span<const std::uint64_t> words) {
    return std::ranges::all_of(words, [](std::uint64_t word) { return word == 0; });
}

}  // namespace

void RecordSet::grow(std::uint64_t records_end) {
    words_end_ = std::max(words_end_, static_cast<std::size_t>((records_end + 63) / 64));
    const std::size_t before = blocks_.size();
    blocks_.resize((words_end_ + kBlockWords - 1) / kBlockWords);
    if (before == 0 || blocks_[before - 1].empty()) return;
    Words& last = blocks_[before - 1];
    words_taken_ -= last.size();
    last.resize(words_in(before - 1));
    words_taken_ += last.size();
}

std::size_t RecordSet::count() const {
    std::size_t count = 0;
    for (const Words& words : blocks_) {
        for (const std::uint64_t word : words)
            count += static_cast<std::size_t>(std::popcount(word));
    }
    return count;
}

std::vector<RecordNumber> RecordSet::numbers() const {
    std::vector<RecordNumber> numbers;
    for (std::size_t block = 0; block < blocks_.size(); ++block) {
        for (std::size_t i = 0; i < blocks_[block].size(); ++i) {
            for (std::uint64_t word = blocks_[block][i]; word != 0; word &= word - 1) {
                numbers.push_back(
                    static_cast<RecordNumber>(block * kBlockRecords + i * 64 +
                                              static_cast<std::size_t>(std::countr_zero(word))));
            }
        }
    }
    return numbers;
}

std::span<std::uint64_t> RecordSet::block(std::size_t number) {
    if (number >= blocks_.size()) return {};
    Words& words = blocks_[number];
    if (words.empty()) {
        words.resize(words_in(number));
        words_taken_ += words.size();
    }
    return words;
}

std::span<const std::uint64_t> RecordSet::block(std::size_t number) const {
    if (number >= blocks_.size()) return {};
    return blocks_[number];
}

RecordSet& RecordSet::operator|=(const RecordSet& other) {
    CHECK(words_end_ == other.words_end_);
    for (std::size_t number = 0; number < other.blocks_.size(); ++number) {
        const Words& further = other.blocks_[number];
        if (further.empty()) continue;
        const std::span<std::uint64_t> words = block(number);
        for (std::size_t i = 0; i < words.size(); ++i)
            words[i] |= further[i];
    }
    return *this;
}

RecordSet& RecordSet::operator&=(const RecordSet& other) {
    CHECK(words_end_ == other.words_end_);
    for (std::size_t number = 0; number < blocks_.size(); ++number) {
        Words& words = blocks_[number];
        const Words& kept = other.blocks_[number];
        if (kept.empty()) give_back(words);
        for (std::size_t i = 0; i < words.size(); ++i)
            words[i] &= kept[i];
    }
    return *this;
}

RecordSet& RecordSet::operator-=(const RecordSet& other) {
    CHECK(words_end_ == other.words_end_);
    for (std::size_t number = 0; number < blocks_.size(); ++number) {
        Words& words = blocks_[number];
        const Words& gone = other.blocks_[number];
        for (std::size_t i = 0; i < words.size() && !gone.empty(); ++i)
            words[i] &= ~gone[i];
    }
    return *this;
}

bool RecordSet::operator==(const RecordSet& other) const {
    if (words_end_ != other.words_end_) return false;
    for (std::size_t number = 0; number < blocks_.size(); ++number) {
        const Words& own = blocks_[number];
        const Words& others = other.blocks_[number];
        const bool is_one_missing = own.empty() || others.empty();
        const bool is_same =
            is_one_missing ? has_no_bits(own) && has_no_bits(others) : own == others;
        if (!is_same) return false;
    }
    return true;
}

void RecordSet::give_back(Words& words) {
    words_taken_ -= words.size();
    words = Words();
}

}  // namespace sokkuri::store
