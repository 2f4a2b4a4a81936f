// BlockCheck: whether rows of a vector file are what they were when they were written. Rows have no
// checksums of their own: the first question about a row has the whole block that was appended with
// it compared. For who reads all rows anyway, or is about to rely on one. Belongs to one thread.
#pragma once

#include "base/error.h"
#include "base/result.h"
#include "store/catalog.h"
#include "store/vector_file.h"

#include <cstddef>
#include <map>
#include <vector>

namespace sokkuri::store {

class BlockCheck {
 public:
    /// `reader` outlives it. `extents`: of its field, as the catalog gives them.
    BlockCheck(VectorReader& reader, std::vector<Extent> extents);

    /// kCorruption, naming file and slots, when the block of that slot is not what it was. O(bytes
    /// of the block) the first time, then O(log blocks).
    Result<void> check(Slot slot);
    /// Behind the last slot that it knows of.
    Slot end() const;
    /// What was compared: the next question has it compared again.
    void forget();

 private:
    std::size_t block_of(Slot slot);

    VectorReader& reader_;
    const std::vector<Extent> extents_;
    std::vector<bool> was_compared_;           // by block
    std::map<std::size_t, Error> unreadable_;  // by block
    std::size_t last_ = 0;                     // the block that was asked for last
};

}  // namespace sokkuri::store
