#include "collection/local_scan.h"

#include "collection/record_pages.h"

#include <utility>

namespace sokkuri::collection {
namespace {

/// Read at once. Documents may have a megabyte each: few enough to be held in memory.
constexpr std::size_t kBatchRecords = 64;

}  // namespace

Result<std::unique_ptr<RecordScan>> LocalScan::begin(
    std::unique_ptr<store::ReadTransaction> transaction, std::shared_ptr<const Snapshot> snapshot,
    const ScanRequest& request) {
    std::unique_ptr<LocalScan> scan(
        new LocalScan(std::move(transaction), std::move(snapshot), request.documents));
    TRY(scan->choose_fields(request));
    return scan;
}

Result<const ScannedRecord*> LocalScan::next() {
    if (at_ == rows_.size()) TRY(read_rows());
    if (at_ == rows_.size()) return nullptr;
    store::RecordRow& row = rows_[at_++];
    scanned_.vector = {};
    scanned_.further.clear();
    if (field_) scanned_.vector = TRY(field_->vector_of(*transaction_, row.number));
    for (CheckedRows& other : further_) {
        const auto vector = TRY(other.vector_of(*transaction_, row.number));
        if (vector.empty()) continue;
        scanned_.further.push_back(
            {.field = other.field().spec.name, .values = {vector.begin(), vector.end()}});
    }
    scanned_.record = record_of(std::move(row));
    if (documents_ == Documents::kOmit) scanned_.record.document.clear();
    return &scanned_;
}

Result<void> LocalScan::choose_fields(const ScanRequest& request) {
    if (!request.field.empty() || snapshot_->field_count() == 1) {
        const FieldSnapshot* field = TRY(snapshot_->field(request.field));
        field_ = TRY(CheckedRows::open(*transaction_, *field));
    }
    for (const std::string& name : request.further) {
        const FieldSnapshot* other = TRY(snapshot_->field(name));
        CheckedRows opened = TRY(CheckedRows::open(*transaction_, *other));
        further_.push_back(std::move(opened));
    }
    return {};
}

Result<void> LocalScan::read_rows() {
    at_ = 0;
    rows_.clear();
    if (from_ >= store::kRecordNumbersMax) return {};
    rows_ = TRY(transaction_->records_from(static_cast<store::RecordNumber>(from_), kBatchRecords));
    if (!rows_.empty()) from_ = std::uint64_t{rows_.back().number} + 1;
    return {};
}

}  // namespace sokkuri::collection
