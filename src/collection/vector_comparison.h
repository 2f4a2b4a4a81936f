// VectorComparison: which of the vectors that are given for records are not stored already. For
// writers that leave alone what stays as it is; load_plan.h asks the same for whole batches. Part
// of collection/collection.h; local_comparison.h is the embedded one.
#pragma once

#include "base/result.h"
#include "collection/record_changes.h"

#include <string>
#include <vector>

namespace sokkuri::collection {

/// With the first vectors that it is asked of it begins one of the collection's read transactions:
/// it compares with one generation. One thread at a time; must not outlive its collection.
class VectorComparison {
 public:
    virtual ~VectorComparison() = default;

    /// Those of `vectors` that the record does not have already, bit by bit and in a block that is
    /// what it was when it was written: with a damaged one nobody could tell later that this vector
    /// is not what is wrong with it. All of them where there is no such record. kNotFound for a
    /// field that there is none of. O(bytes of the block) at the first vector of it that is the
    /// same, else O(log records).
    virtual Result<std::vector<FieldVector>> changed(const std::string& id,
                                                     std::vector<FieldVector> vectors) = 0;
};

}  // namespace sokkuri::collection
