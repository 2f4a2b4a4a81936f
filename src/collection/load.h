// Loading: many rows of one field side by side, with their ids: the way into a collection for whole
// matrices of vectors, where a put of single records would spend its time on copying. Used by
// Collection::load and, above, by imports.
#pragma once

#include "base/result.h"
#include "collection/record_changes.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace sokkuri::collection {

inline constexpr std::size_t kLoadRecordsMax = 1U << 20;      // of one batch
inline constexpr std::size_t kLoadVectorBytesMax = 1U << 30;  // of one batch

/// How far a load of many batches has come: committed with the batch that brought it there, read by
/// Collection::load_mark. Of bounded length.
struct LoadMark {
    std::string name;   // of the whole load; 1 to kLoadMarkBytesMax bytes
    std::string value;  // likewise; empty: the load is done, the mark is forgotten
};
inline constexpr std::size_t kLoadMarkBytesMax = 1'024;

/// A record of each row: made when there is none of that id; else it gets the new vector and keeps
/// those of its other fields. Of several rows with the same id the last one stays. Views: valid
/// during the call.
struct LoadBatch {
    std::string field;  // whose vectors; empty: the only one
    std::span<const std::string> ids;
    std::span<const float> vectors;  // ids.size() × dimension, row by row
    /// JSON objects, one a row, or none at all. Where there is none, or it is empty, a record that
    /// exists keeps its own and a new one gets {}.
    std::span<const std::string> documents;
    /// Vectors in other fields, some for each row, or none at all. A row that has any is written.
    std::span<const std::vector<FieldVector>> further;
    std::optional<LoadMark> mark;
};

/// What became of the rows of a batch.
struct LoadOutcome {
    std::uint64_t created = 0;
    /// Another vector or document than before, or the vector lay in a damaged block; its version
    /// has grown.
    std::uint64_t replaced = 0;
    std::uint64_t unchanged = 0;  // vector and document were there already: nothing was written

    LoadOutcome& operator+=(const LoadOutcome& other) {
        created += other.created;
        replaced += other.replaced;
        unchanged += other.unchanged;
        return *this;
    }
};

}  // namespace sokkuri::collection
