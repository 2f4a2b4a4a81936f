#include "collection/local_comparison.h"

#include <cstring>
#include <optional>
#include <utility>

namespace sokkuri::collection {
namespace {

/// −0 and 0 are two.
bool is_same(std::span<const float> a, std::span<const float> b) {
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size_bytes()) == 0;
}

}  // namespace

Result<std::vector<FieldVector>> LocalComparison::changed(const std::string& id,
                                                          std::vector<FieldVector> vectors) {
    if (vectors.empty()) return vectors;
    if (snapshot_ == nullptr) TRY(begin());
    const std::optional<store::RecordRow> record = TRY(transaction_->record(id));
    if (!record) return vectors;
    std::vector<FieldVector> changed;
    for (FieldVector& vector : vectors) {
        const bool is_there = TRY(is_stored(record->number, vector));
        if (!is_there) changed.push_back(std::move(vector));
    }
    return changed;
}

Result<void> LocalComparison::begin() {
    transaction_ = TRY(catalog_.begin_read());
    snapshot_ = TRY(snapshots_.of(*transaction_));
    return {};
}

Result<bool> LocalComparison::is_stored(store::RecordNumber record, const FieldVector& vector) {
    const FieldSnapshot* field = TRY(snapshot_->field(vector.field));
    const std::optional<store::Slot> slot =
        TRY(transaction_->slot_of_record(field->number, record));
    // Whether a vector that is not there can be written, the writer says.
    if (!slot || *slot >= field->committed || field->is_lost(*slot)) return false;
    // Most that are given are others: these cost no look at a block.
    if (!is_same(field->row(*slot), vector.values)) return false;
    CheckedRows* rows = TRY(rows_of(*field));
    const auto checked = rows->vector_of(*transaction_, record);
    if (!checked && checked.error().code() != ErrorCode::kCorruption) {
        return tl::unexpected(checked.error());
    }
    return checked.has_value();
}

Result<CheckedRows*> LocalComparison::rows_of(const FieldSnapshot& field) {
    const auto known = rows_.find(field.number);
    if (known != rows_.end()) return &known->second;
    CheckedRows opened = TRY(CheckedRows::open(*transaction_, field));
    return &rows_.emplace(field.number, std::move(opened)).first->second;
}

}  // namespace sokkuri::collection
