// RecordScan: all records of one generation, asked for one by one: for exports and all else that
// goes through a whole collection. Part of collection/collection.h; local_scan.h is the embedded
// one.
#pragma once

#include "base/result.h"
#include "collection/record_changes.h"
#include "collection/search.h"

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace sokkuri::collection {

struct FieldSpec;

struct Record {
    std::string id;
    std::string document;
    std::uint64_t version = 0;
    std::uint64_t seq = 0;
};

/// One record of a scan, with the vector of the field that was asked for (empty when it has none).
struct ScannedRecord {
    Record record;
    std::span<const float> vector;  // valid until the next record
    std::vector<FieldVector> further;
};

struct ScanRequest {
    std::string field;  // whose vectors; empty: the only one
    Documents documents = Documents::kInclude;
    std::vector<std::string> further = {};  // fields whose vectors come along
};

/// Return false to stop.
using ScanVisitor = std::function<bool(const ScannedRecord&)>;

/// One of the collection's read transactions, for as long as it lives: what is written meanwhile
/// stays in the catalog's log, and files that nobody else needs stay on the disk. One thread at a
/// time; must not outlive its collection.
class RecordScan {
 public:
    virtual ~RecordScan() = default;

    virtual std::uint64_t generation() const = 0;
    /// Whose vectors come; null where none was asked for and there is not just one.
    virtual const FieldSpec* field() const = 0;
    /// How many of the records have a vector in that field.
    virtual std::uint64_t vectors() const = 0;
    /// The next one by record number, null behind the last; valid until the next call. kCorruption,
    /// naming file and slots, for a vector of a damaged block. O(1), a few records in memory.
    virtual Result<const ScannedRecord*> next() = 0;
};

}  // namespace sokkuri::collection
