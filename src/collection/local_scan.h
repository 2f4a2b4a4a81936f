// LocalScan: a scan of a local collection: one read transaction with its snapshot, a few records
// read at a time. Used by local_collection.cpp.
#pragma once

#include "base/result.h"
#include "collection/checked_rows.h"
#include "collection/collection.h"
#include "collection/snapshot.h"
#include "store/catalog.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

namespace sokkuri::collection {

class LocalScan final : public RecordScan {
 public:
    /// As Collection::begin_scan.
    static Result<std::unique_ptr<RecordScan>> begin(
        std::unique_ptr<store::ReadTransaction> transaction,
        std::shared_ptr<const Snapshot> snapshot, const ScanRequest& request);

    std::uint64_t generation() const override { return snapshot_->generation; }
    const FieldSpec* field() const override { return field_ ? &field_->field().spec : nullptr; }
    std::uint64_t vectors() const override { return field_ ? field_->field().live() : 0; }
    Result<const ScannedRecord*> next() override;

 private:
    LocalScan(std::unique_ptr<store::ReadTransaction> transaction,
              std::shared_ptr<const Snapshot> snapshot, Documents documents)
        : snapshot_(std::move(snapshot)),
          transaction_(std::move(transaction)),
          documents_(documents) {}

    Result<void> choose_fields(const ScanRequest& request);
    Result<void> read_rows();

    const std::shared_ptr<const Snapshot> snapshot_;
    const std::unique_ptr<store::ReadTransaction> transaction_;
    const Documents documents_;
    std::optional<CheckedRows> field_;
    std::vector<CheckedRows> further_;
    std::vector<store::RecordRow> rows_;  // read and not yet handed out from `at_` on
    std::size_t at_ = 0;
    std::uint64_t from_ = 0;  // the record number to read on from
    ScannedRecord scanned_;
};

}  // namespace sokkuri::collection
