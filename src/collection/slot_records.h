// SlotRecords: whose vector lies at each slot of a field: the way from a filter's records to the
// slots that an index knows. A committed slot never changes its record, so the table only grows: a
// new generation reads what came since. Tables of dropped fields go when another one grows. Safe
// from any number of threads.
#pragma once

#include "base/guarded.h"
#include "base/result.h"
#include "index/bitmap.h"
#include "store/attribute_queries.h"
#include "store/catalog.h"
#include "store/record_set.h"

#include <cstddef>
#include <map>
#include <memory>
#include <vector>

namespace sokkuri::collection {

/// The slots 0 … end - 1 of a field. Immutable.
struct SlotTable {
    static constexpr std::size_t kChunkSlots = 65'536;
    static constexpr store::RecordNumber kNobody = UINT32_MAX;  // dead when it was read

    struct Chunk {
        std::vector<store::RecordNumber> records;
        /// Of 64 slots whose records follow each other: the first one; else kNobody.
        std::vector<store::RecordNumber> runs;
    };

    std::vector<std::shared_ptr<const Chunk>> chunks;
    store::Slot end = 0;
    store::Generation generation = 0;  // that the newest part was read of

    store::RecordNumber operator[](store::Slot slot) const {
        return chunks[static_cast<std::size_t>(slot / kChunkSlots)]
            ->records[static_cast<std::size_t>(slot % kChunkSlots)];
    }
};

class SlotRecords {
 public:
    /// Of the field with its `committed` slots, as `transaction` sees them. O(new slots), or O(all)
    /// for a transaction that is older than the table.
    Result<std::shared_ptr<const SlotTable>> of(store::ReadTransaction& transaction,
                                                store::FieldNumber field, store::Slot committed);

 private:
    Guarded<std::map<store::FieldNumber, std::shared_ptr<const SlotTable>>> tables_;
};

/// The slots below `committed` whose record is in `records`, without those in `dead`.
/// O(slots / 64) where records and slots go together, else O(slots).
index::Bitmap slots_of_records(const SlotTable& table, const store::RecordSet& records,
                               store::Slot committed, const index::Bitmap& dead);

}  // namespace sokkuri::collection
