// EarlierBackup: what the folder of a backup holds already, whether that is an earlier state of the
// collection that is copied, and how far its vectors go. Used by backup.cpp.
#pragma once

#include "base/file_system.h"
#include "base/result.h"
#include "store/catalog.h"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace sokkuri::collection {

class EarlierBackup {
 public:
    EarlierBackup() = default;

    /// Reads the catalog in `directory` and closes it again: it is about to be replaced. A folder
    /// without one holds nothing.
    static Result<EarlierBackup> read(FileSystem& files, const std::string& directory);

    /// kConflict unless this is an earlier state of the collection that `source` reads, or nothing:
    /// another catalog (store/catalog_identity.h), a later generation, other vectors, records that
    /// were changed there and not here; or one from before catalogs had ids, when no vectors prove
    /// it. Records are looked at that were changed last: removals do not show. O(extents).
    Result<void> check(store::ReadTransaction& source) const;

    /// How many rows of the field are there; kConflict unless they are the first ones of `extents`.
    Result<store::Slot> rows_of(const store::FieldRow& field,
                                std::span<const store::Extent> extents) const;

 private:
    struct Field {
        store::FieldRow row;
        std::vector<store::Extent> extents;
    };

    Result<void> check_records(store::ReadTransaction& source) const;

    std::string directory_;
    bool is_empty_ = true;  // no records and no vectors
    store::Generation generation_ = 0;
    std::optional<std::string> id_;
    std::vector<Field> fields_;
    std::vector<store::RecordRow> newest_;  // some of its records, those that were changed last
};

}  // namespace sokkuri::collection
