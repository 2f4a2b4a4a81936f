// Snapshot: all that a query needs of one generation: the fields, their segments, their committed
// rows in memory, and which are dead. Immutable and shared; the documents of the same generation
// come from the read transaction that asked for it.
#pragma once

#include "base/file_system.h"
#include "base/guarded.h"
#include "base/result.h"
#include "collection/collection.h"
#include "collection/segment_shelf.h"
#include "collection/tail_codes.h"
#include "index/bitmap.h"
#include "index/exact_scan.h"
#include "index/prepared_filter.h"
#include "index/raw_rows.h"
#include "index/segment.h"
#include "store/catalog.h"
#include "store/vector_file.h"

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace sokkuri::collection {

/// Which nodes of a segment still live, made when first asked for. Safe from any number of threads.
class LivingNodes {
 public:
    /// The same arguments with every call.
    const index::PreparedFilter& of(const index::Segment& segment,
                                    const index::SlotFilter& filter) const {
        std::call_once(once_, [&] { filter_.emplace(segment, filter); });
        return *filter_;
    }

 private:
    mutable std::once_flag once_;
    mutable std::optional<index::PreparedFilter> filter_;
};

/// A segment that the catalog names, or a run of the tail that has codes (`row` says which slots;
/// its file is a name and no file).
struct SegmentSnapshot {
    store::SegmentRow row;
    SegmentShelf::Opened opened;                // without a segment: its rows belong to the tail
    std::uint64_t live = 0;                     // slots of its range that are not dead now
    std::shared_ptr<const LivingNodes> living;  // for when some of its rows have died

    bool is_usable() const { return opened.segment != nullptr; }
};

/// One field of a snapshot.
struct FieldSnapshot {
    FieldSpec spec;
    store::FieldNumber number = 0;
    store::Slot committed = 0;
    std::uint64_t tombstones = 0;
    index::Bitmap dead;
    std::vector<store::SlotRun> lost;  // beyond the end of a file: dead to all but their records,
                                       // for as long as the file is short
    index::RawRows rows;               // all committed ones
    std::vector<SegmentSnapshot> segments;  // ascending, without overlap
    std::vector<SegmentSnapshot> coded;     // ascending; the first may reach into a segment
    std::vector<index::RowsView> scanned;   // rows that none of both answers for
    std::uint64_t tail_live = 0;            // rows that no usable segment answers for
    std::uint64_t coded_live = 0;           // of these, in `coded`
    std::shared_ptr<store::VectorReader> reader;

    std::uint64_t live() const { return committed - tombstones; }
    /// The vector at a committed slot; valid as long as the snapshot.
    std::span<const float> row(store::Slot slot) const;
    bool is_lost(store::Slot slot) const;
};

/// A field whose vectors cannot be read: their file is missing or is none of ours.
struct DamagedField {
    FieldSpec spec;
    store::FieldNumber number = 0;
    store::Slot committed = 0;
    std::uint64_t tombstones = 0;
    Error reason;
};

/// Of the slots first … end - 1. O(slots / 64).
std::uint64_t count_dead(const index::Bitmap& dead, store::Slot first, store::Slot end);

struct Snapshot {
    store::Generation generation = 0;
    std::vector<FieldSnapshot> fields;  // by number, but for the damaged ones
    std::vector<DamagedField> damaged;  // no reason to refuse the others

    std::size_t field_count() const { return fields.size() + damaged.size(); }
    /// The field of that name, or the only one when `name` is empty. Of a damaged one its reason.
    Result<const FieldSnapshot*> field(std::string_view name) const;
};

/// Makes snapshots and keeps the last few, so that queries between two commits share one. Safe from
/// any number of threads.
class Snapshots {
 public:
    Snapshots(FileSystem& files, std::string directory, SegmentShelf& shelf, const TailCodes& tails)
        : files_(files), directory_(std::move(directory)), shelf_(shelf), tails_(tails) {}

    /// The snapshot of the generation that `transaction` reads. O(tombstones + segments) for a new
    /// generation.
    Result<std::shared_ptr<const Snapshot>> of(store::ReadTransaction& transaction);
    /// After a change of the shelf or the codes of tails: the next snapshots are made anew from
    /// them, and what the old ones held in memory goes with their last query.
    void forget();

 private:
    using ReaderByField =
        std::vector<std::pair<store::FieldNumber, std::shared_ptr<store::VectorReader>>>;

    struct Recent {
        std::vector<std::shared_ptr<const Snapshot>> snapshots;
        std::uint64_t times_forgotten = 0;
        store::Generation newest = 0;  // that was ever seen
    };

    Result<std::shared_ptr<const Snapshot>> load(store::ReadTransaction& transaction);
    /// What the catalog says of it.
    Result<FieldSnapshot> known_field(store::ReadTransaction& transaction,
                                      const store::FieldRow& row);
    /// What its files say: the rows, and which of them no segment answers for.
    Result<void> load_rows(store::ReadTransaction& transaction, const store::FieldRow& row,
                           FieldSnapshot& field);
    Result<std::shared_ptr<store::VectorReader>> reader_of(const store::FieldRow& row);
    void clear_shelf(const Snapshot& snapshot);
    void close_readers(const Snapshot& snapshot);

    static constexpr std::size_t kKept = 4;

    FileSystem& files_;
    const std::string directory_;
    SegmentShelf& shelf_;
    const TailCodes& tails_;
    Guarded<Recent> recent_;
    Guarded<ReaderByField> readers_;
};

/// The folder of a field's files.
std::string field_directory(const std::string& collection_directory, store::FieldNumber field);

/// As the interface has it.
Result<FieldSpec> spec_of(const store::FieldRow& row);

}  // namespace sokkuri::collection
