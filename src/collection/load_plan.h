// LoadPlan: what has to be written for a batch of rows: which are new, which differ from what is
// there, which are as they were. Made before anything is written, from what has been committed.
#pragma once

#include "base/result.h"
#include "collection/collection.h"
#include "collection/load.h"
#include "store/block_check.h"
#include "store/catalog.h"
#include "store/vector_file.h"

#include <memory>
#include <string>
#include <vector>

namespace sokkuri::collection {

/// kInvalidArgument names the row and what is wrong with it; kExhausted for a batch beyond the
/// bounds of load.h. `field` is the batch's, one of `fields`.
Result<void> validate_load(const LoadBatch& batch, const FieldSpec& field,
                           std::span<const FieldSpec> fields);

struct LoadPlan {
    struct Row {
        bool is_new = false;         // there is no record of that id yet, in the batch neither
        bool writes_record = false;  // record or document
        bool writes_vector = false;
        std::string document;  // the record's from now on
    };

    std::vector<Row> rows;  // as many as the batch has
    LoadOutcome outcome;

    std::size_t vectors_written() const;
};

/// What is committed, to compare with.
struct CommittedField {
    store::ReadTransaction& transaction;
    store::FieldRow field;
    store::VectorReader& vectors;
    std::unique_ptr<store::BlockCheck>& blocks;  // of `vectors`; null or behind: made when needed
};

/// A row that is there already but lies in a block that is not what it was is written anew. `batch`
/// is valid. O(rows · log records + bytes of the blocks of rows that are there).
Result<LoadPlan> plan_load(const LoadBatch& batch, const CommittedField& committed);

}  // namespace sokkuri::collection
