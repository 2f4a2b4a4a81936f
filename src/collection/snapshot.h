// Snapshot: all that a query needs of one generation: the fields, their committed rows in memory,
// and which are dead. Immutable and shared; the documents of the same generation come from the read
// transaction that asked for it.
#pragma once

#include "base/file_system.h"
#include "base/guarded.h"
#include "base/result.h"
#include "collection/collection.h"
#include "index/bitmap.h"
#include "index/exact_scan.h"
#include "store/catalog.h"
#include "store/vector_file.h"

#include <memory>
#include <string>
#include <vector>

namespace sokkuri::collection {

/// One field of a snapshot. Its tail is every committed row: ordinal and slot are the same number.
struct FieldSnapshot {
    FieldSpec spec;
    store::FieldNumber number = 0;
    store::Slot committed = 0;
    std::uint64_t tombstones = 0;
    index::Bitmap dead;
    std::vector<index::RowsView> rows;
    std::shared_ptr<store::VectorReader> reader;
};

struct Snapshot {
    store::Generation generation = 0;
    std::vector<FieldSnapshot> fields;

    /// The field of that name, or the only one when `name` is empty.
    Result<const FieldSnapshot*> field(std::string_view name) const;
};

/// Makes snapshots and keeps the last few, so that queries between two commits share one. Safe from
/// any number of threads.
class Snapshots {
 public:
    Snapshots(FileSystem& files, std::string directory)
        : files_(files), directory_(std::move(directory)) {}

    /// The snapshot of the generation that `transaction` reads. O(tombstones) for a new generation.
    Result<std::shared_ptr<const Snapshot>> of(store::ReadTransaction& transaction);

 private:
    using ReaderByField =
        std::vector<std::pair<store::FieldNumber, std::shared_ptr<store::VectorReader>>>;

    Result<std::shared_ptr<const Snapshot>> load(store::ReadTransaction& transaction);
    Result<FieldSnapshot> load_field(store::ReadTransaction& transaction,
                                     const store::FieldRow& row);
    Result<std::shared_ptr<store::VectorReader>> reader_of(const store::FieldRow& row);

    static constexpr std::size_t kKept = 4;

    FileSystem& files_;
    const std::string directory_;
    Guarded<std::vector<std::shared_ptr<const Snapshot>>> recent_;
    Guarded<ReaderByField> readers_;
};

/// The folder of a field's files.
std::string field_directory(const std::string& collection_directory, store::FieldNumber field);

/// As the interface has it.
Result<FieldSpec> spec_of(const store::FieldRow& row);

}  // namespace sokkuri::collection
