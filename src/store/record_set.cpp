#include "store/record_set.h"

#include "base/check.h"

#include <algorithm>
#include <bit>

namespace sokkuri::store {

std::size_t RecordSet::count() const {
    std::size_t count = 0;
    for (const std::uint64_t word : words_)
        count += static_cast<std::size_t>(std::popcount(word));
    return count;
}

std::vector<RecordNumber> RecordSet::numbers() const {
    std::vector<RecordNumber> numbers;
    for (std::size_t i = 0; i < words_.size(); ++i) {
        for (std::uint64_t word = words_[i]; word != 0; word &= word - 1) {
            numbers.push_back(static_cast<RecordNumber>(
                i * 64 + static_cast<std::size_t>(std::countr_zero(word))));
        }
    }
    return numbers;
}

std::span<std::uint64_t> RecordSet::block(std::uint32_t number) {
    const std::size_t first = std::min(number * kBlockWords, words_.size());
    return std::span(words_).subspan(first, std::min(kBlockWords, words_.size() - first));
}

std::span<const std::uint64_t> RecordSet::block(std::uint32_t number) const {
    const std::size_t first = std::min(number * kBlockWords, words_.size());
    return std::span(words_).subspan(first, std::min(kBlockWords, words_.size() - first));
}

RecordSet& RecordSet::operator|=(const RecordSet& other) {
    CHECK(words_.size() == other.words_.size());
    for (std::size_t i = 0; i < words_.size(); ++i)
        words_[i] |= other.words_[i];
    return *this;
}

RecordSet& RecordSet::operator&=(const RecordSet& other) {
    CHECK(words_.size() == other.words_.size());
    for (std::size_t i = 0; i < words_.size(); ++i)
        words_[i] &= other.words_[i];
    return *this;
}

RecordSet& RecordSet::operator-=(const RecordSet& other) {
    CHECK(words_.size() == other.words_.size());
    for (std::size_t i = 0; i < words_.size(); ++i)
        words_[i] &= ~other.words_[i];
    return *this;
}

}  // namespace sokkuri::store
