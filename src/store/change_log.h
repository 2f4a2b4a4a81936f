// ChangeLog: which record was changed under each of the last seqs, so that what was derived from
// one state of the catalog can be repaired for a later one. Kept in memory by the catalog that
// writes: what other processes change is not in it. Safe from any number of threads.
#pragma once

#include "base/guarded.h"
#include "store/catalog_rows.h"

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <vector>

namespace sokkuri::store {

class ChangeLog {
 public:
    static constexpr std::size_t kRecordsMax = 65'536;

    /// Before a commit is tried: its records, one for each seq from `first_seq` on.
    void add(std::uint64_t first_seq, std::span<const RecordNumber> records);
    /// After it has failed: nobody has seen it, and its seqs are given again.
    void take_back(std::uint64_t first_seq);

    /// The records of the seqs from … to - 1, ascending, each once; empty when some are not known.
    std::optional<std::vector<RecordNumber>> between(std::uint64_t from, std::uint64_t to) const;

 private:
    struct Known {
        std::uint64_t first_seq = 0;
        std::deque<RecordNumber> records;  // of first_seq, first_seq + 1, …

        std::uint64_t end() const { return first_seq + records.size(); }
    };

    mutable Guarded<Known> known_;
};

}  // namespace sokkuri::store
