#include "store/attribute_slice.h"

#include "base/check.h"
#include "store/attribute_gathering.h"
#include "store/attribute_queries.h"

#include <algorithm>

namespace sokkuri::store {
namespace {

AttributeSlice::Block block_of(AttributeGathering& gathering, AttributeKind kind,
                               std::uint32_t number);

}  // namespace

Result<AttributeSlice> read_attribute_slice(const ReadTransaction& transaction,
                                            const AttributeSource& source, std::uint64_t first) {
    CHECK(first % AttributeSlice::kRecords == 0);
    AttributeSlice slice{.source = source, .first = first, .next_seq = transaction.next_seq()};
    slice.end = std::min(transaction.record_numbers_end(), first + AttributeSlice::kRecords);
    AttributeGathering gathering(source);
    const std::uint32_t records = block_records(source.kind);
    auto number = static_cast<std::uint32_t>(first / records);
    const auto visit = [&](RecordNumber record, std::string_view document) {
        if (record >= slice.end) return false;
        if (record / records != number) {
            slice.blocks.push_back(block_of(gathering, source.kind, number));
            number = record / records;
        }
        if (gathering.is_full()) {
            slice.end = record;
            return false;
        }
        gathering.add(record, document);
        return true;
    };
    TRY(transaction.attributes().visit_documents(static_cast<RecordNumber>(first), visit));
    slice.blocks.push_back(block_of(gathering, source.kind, number));
    return slice;
}

namespace {

AttributeSlice::Block block_of(AttributeGathering& gathering, AttributeKind kind,
                               std::uint32_t number) {
    AttributeSlice::Block block{.number = number, .rows = {}};
    if (kind != AttributeKind::kRuns) {
        block.rows = rows_of(gathering.take_postings());
        return block;
    }
    for (PostedPlaces& posted : gathering.take_places())
        block.rows.push_back({std::move(posted.pair), encode_places(posted.places)});
    return block;
}

}  // namespace
}  // namespace sokkuri::store
