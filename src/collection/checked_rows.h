// CheckedRows: the vectors of a field for who goes through all of them: each is given only from a
// block that is what it was when it was written. Belongs to one thread.
#pragma once

#include "base/result.h"
#include "collection/snapshot.h"
#include "store/block_check.h"
#include "store/catalog.h"

#include <memory>
#include <span>
#include <vector>

namespace sokkuri::collection {

class CheckedRows {
 public:
    /// `field`: of the generation that `transaction` reads; outlives this.
    static Result<CheckedRows> open(store::ReadTransaction& transaction,
                                    const FieldSnapshot& field);

    /// Empty where the record has none; valid as long as the field. kCorruption, naming file and
    /// slots, where its block is damaged. O(bytes of the block) at its first row.
    Result<std::span<const float>> vector_of(store::ReadTransaction& transaction,
                                             store::RecordNumber record);
    const FieldSnapshot& field() const { return *field_; }

 private:
    CheckedRows(const FieldSnapshot& field, std::vector<store::Extent> extents);

    const FieldSnapshot* field_;
    std::unique_ptr<store::BlockCheck> blocks_;
};

}  // namespace sokkuri::collection
