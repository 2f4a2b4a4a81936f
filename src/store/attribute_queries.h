// AttributeQueries: what the catalog's attribute indexes say, on one connection inside one
// transaction. An index holds the records below its mark; whoever asks for all goes through the
// documents of the others.
#pragma once

#include "store/attribute_source.h"
#include "store/catalog.h"
#include "store/database.h"
#include "store/posting_row.h"
#include "store/record_set.h"

#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace sokkuri::store {

/// One row of attribute_indexes.
struct AttributeIndex {
    std::uint32_t number = 0;
    AttributeSource source;
    std::uint64_t built_to = 0;  // record numbers below are in it
};

inline constexpr std::size_t kAttributeIndexesMax = 256;

struct ValueBound {
    AttributeValue value;
    bool is_inclusive = true;
};

/// Of one class of values: numbers, texts or booleans, as its bounds are.
struct ValueRange {
    std::optional<ValueBound> low;
    std::optional<ValueBound> high;  // one of the two is there

    bool contains(const AttributeValue& value) const;
};

class AttributeQueries {
 public:
    explicit AttributeQueries(Database& database) : database_(&database) {}

    Result<std::vector<AttributeIndex>> indexes() const;

    /// Adds the records with that value.
    Result<void> add_equal(const AttributeIndex& index, const AttributeValue& value,
                           RecordSet& records) const;
    /// Adds the records with a value in the range.
    Result<void> add_range(const AttributeIndex& index, const ValueRange& range,
                           RecordSet& records) const;
    /// Adds the records with a value that `passes`, of those in the range.
    using ValueTest = std::function<bool(const AttributeValue&)>;
    Result<void> add_passing(const AttributeIndex& index, const ValueRange& range,
                             const ValueTest& passes, RecordSet& records) const;

    /// Adds the records with a run that has these letters, three or more, side by side; of an index
    /// of runs.
    Result<void> add_containing(const AttributeIndex& index, std::u32string_view letters,
                                RecordSet& records) const;

    /// Every value of each block and who has it, blocks ascending, each value once a block;
    /// `offsets` in the block, ascending. Return false to stop.
    using PostingVisitor = std::function<bool(const AttributeValue& value, std::uint32_t block,
                                              std::span<const std::uint16_t> offsets)>;
    Result<void> visit(const AttributeIndex& index, const PostingVisitor& visitor) const;

    /// How many records of each block have each value, values in any order: those in `among`, or
    /// all without it. Values that none has are passed over. Return false to stop.
    using CountVisitor = std::function<bool(const AttributeValue& value, std::uint64_t count)>;
    Result<void> count(const AttributeIndex& index, const RecordSet* among,
                       const CountVisitor& visitor) const;

    /// Documents of the records from number `from` on, ascending; views during the call only.
    /// Return false to stop.
    using DocumentVisitor = std::function<bool(RecordNumber record, std::string_view document)>;
    Result<void> visit_documents(RecordNumber from, const DocumentVisitor& visitor) const;

    struct SlotRecord {
        Slot slot = 0;
        RecordNumber record = 0;
    };
    /// Live vectors of the field from slot `from` on, ascending.
    Result<std::vector<SlotRecord>> slot_records(FieldNumber field, Slot from) const;

 private:
    /// Calls `visit` with each of the rows, which are of (value, records), until it returns false.
    using RowVisitor = std::function<bool(const PostingRowView& row)>;
    static Result<void> visit_rows(const AttributeIndex& index, std::uint32_t block, Rows rows,
                                   const RowVisitor& visit);

    Database* database_;
};

/// Blocks that an index has rows of.
std::uint32_t blocks_of(const AttributeIndex& index);

}  // namespace sokkuri::store
