#include "collection/checked_rows.h"

#include <optional>
#include <utility>

namespace sokkuri::collection {

Result<CheckedRows> CheckedRows::open(store::ReadTransaction& transaction,
                                      const FieldSnapshot& field) {
    std::vector<store::Extent> extents = TRY(transaction.extents(field.number));
    return CheckedRows(field, std::move(extents));
}

CheckedRows::CheckedRows(const FieldSnapshot& field, std::vector<store::Extent> extents)
    : field_(&field),
      blocks_(std::make_unique<store::BlockCheck>(*field.reader, std::move(extents))) {}

Result<std::span<const float>> CheckedRows::vector_of(store::ReadTransaction& transaction,
                                                      store::RecordNumber record) {
    const std::optional<store::Slot> slot = TRY(transaction.slot_of_record(field_->number, record));
    if (!slot) return std::span<const float>();
    TRY(in_context(fmt::format("field \"{}\"", field_->spec.name), blocks_->check(*slot)));
    return field_->row(*slot);
}

}  // namespace sokkuri::collection
