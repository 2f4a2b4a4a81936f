#include "store/change_log.h"

#include <algorithm>

namespace sokkuri::store {

void ChangeLog::add(std::uint64_t first_seq, std::span<const RecordNumber> records) {
    const auto known = known_.lock();
    if (known->end() != first_seq) {
        known->records.clear();
        known->first_seq = first_seq;
    }
    known->records.insert(known->records.end(), records.begin(), records.end());
    while (known->records.size() > kRecordsMax) {
        known->records.pop_front();
        ++known->first_seq;
    }
}

void ChangeLog::take_back(std::uint64_t first_seq) {
    const auto known = known_.lock();
    while (!known->records.empty() && known->end() > first_seq)
        known->records.pop_back();
}

std::optional<std::vector<RecordNumber>> ChangeLog::between(std::uint64_t from,
                                                            std::uint64_t to) const {
    std::vector<RecordNumber> records;
    if (from == to) return records;
    {
        const auto known = known_.lock();
        if (from > to || from < known->first_seq || to > known->end()) return std::nullopt;
        const auto first = known->records.begin();
        records.assign(first + static_cast<std::ptrdiff_t>(from - known->first_seq),
                       first + static_cast<std::ptrdiff_t>(to - known->first_seq));
    }
    std::sort(records.begin(), records.end());
    records.erase(std::unique(records.begin(), records.end()), records.end());
    return records;
}

}  // namespace sokkuri::store
