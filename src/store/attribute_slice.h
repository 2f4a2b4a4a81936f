// AttributeSlice: what an attribute index is to get of a block of records, read and put in order
// beforehand, beside other writes, so that the writer's own turn is short. What has changed since
// is repaired when the slice is taken in (WriteTransaction::extend_attribute). Used by
// collection/attribute_keeper.h. Plain values.
#pragma once

#include "base/result.h"
#include "store/attribute_source.h"
#include "store/catalog.h"
#include "store/posting_row.h"
#include "store/record_set.h"

#include <cstdint>
#include <vector>

namespace sokkuri::store {

struct AttributeSlice {
    static constexpr std::uint64_t kRecords = RecordSet::kBlockRecords;

    /// The rows of one block of the index, ascending.
    struct Block {
        std::uint32_t number = 0;
        std::vector<PostingRow> rows;
    };

    AttributeSource source;
    std::uint64_t first = 0;  // record numbers first … end - 1
    std::uint64_t end = 0;
    std::uint64_t next_seq = 0;  // of the state that they were read in
    std::vector<Block> blocks;
};

/// The slice of the records from `first`, a multiple of kRecords, to the end of the block or of all
/// records, or to where memory ends that a slice may take (AttributeGathering::kBytesMax). Takes
/// one to three microseconds a document.
Result<AttributeSlice> read_attribute_slice(const ReadTransaction& transaction,
                                            const AttributeSource& source, std::uint64_t first);

}  // namespace sokkuri::store
