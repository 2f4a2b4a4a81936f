// LocalComparison: given vectors against those of a local collection: one read transaction with its
// snapshot. Used by local_collection.cpp.
#pragma once

#include "base/result.h"
#include "collection/checked_rows.h"
#include "collection/snapshot.h"
#include "collection/vector_comparison.h"
#include "store/catalog.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace sokkuri::collection {

class LocalComparison final : public VectorComparison {
 public:
    /// Both outlive it.
    LocalComparison(const store::Catalog& catalog, Snapshots& snapshots)
        : catalog_(catalog), snapshots_(snapshots) {}

    Result<std::vector<FieldVector>> changed(const std::string& id,
                                             std::vector<FieldVector> vectors) override;

 private:
    /// Documents alone are patched without a snapshot, which each change makes anew.
    Result<void> begin();
    Result<bool> is_stored(store::RecordNumber record, const FieldVector& vector);
    Result<CheckedRows*> rows_of(const FieldSnapshot& field);

    const store::Catalog& catalog_;
    Snapshots& snapshots_;
    std::shared_ptr<const Snapshot> snapshot_;  // null: not begun
    std::unique_ptr<store::ReadTransaction> transaction_;
    std::map<store::FieldNumber, CheckedRows> rows_;  // those that were needed
};

}  // namespace sokkuri::collection
