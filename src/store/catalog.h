// Catalog: the SQLite file that says what exists (docs/formats/catalog.md). A record exists when
// its transaction has committed, not before. Any number of read transactions, in any thread and
// process, beside one write transaction. Knows nothing of distances; models and metrics are text to
// it.
#pragma once

#include "base/file_system.h"
#include "base/result.h"
#include "store/catalog_rows.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace sokkuri::store {

class AttributeQueries;  // attribute_queries.h
struct AttributeIndex;   // likewise
struct AttributeSlice;   // attribute_slice.h
struct AttributeSource;  // attribute_source.h

/// Everything read through it belongs to one generation. Not shared between threads; cheap to
/// begin.
class ReadTransaction {
 public:
    virtual ~ReadTransaction() = default;

    virtual Generation generation() const = 0;
    /// Behind the last record number that was ever given; below it lie records and gaps.
    virtual std::uint64_t record_numbers_end() const = 0;
    /// Behind the last seq that was ever given: the same in two generations between which no record
    /// was made, changed or removed, whatever became of vectors and segments.
    virtual std::uint64_t next_seq() const = 0;
    /// The records that were made, changed or removed since the state with that `next_seq`,
    /// ascending, each once. Empty where that is not known: for changes of other processes, and
    /// beyond ChangeLog::kRecordsMax of them.
    virtual std::optional<std::vector<RecordNumber>> changed_since(std::uint64_t next_seq) = 0;
    virtual Result<std::vector<FieldRow>> fields() = 0;
    /// Slots of that field that exist, dead or alive: 0 … committed_slots - 1.
    virtual Result<Slot> committed_slots(FieldNumber field) = 0;
    virtual Result<std::vector<Extent>> extents(FieldNumber field) = 0;
    /// Dead slots, ascending.
    virtual Result<std::vector<Slot>> tombstones(FieldNumber field) = 0;
    /// Ascending by slots; kCorruption when they overlap or reach past the committed slots.
    virtual Result<std::vector<SegmentRow>> segments(FieldNumber field) = 0;

    /// A short text of somebody's own that was committed with what it speaks of.
    virtual Result<std::optional<std::string>> mark(std::string_view name) = 0;

    virtual Result<std::uint64_t> record_count() = 0;
    virtual Result<std::optional<RecordRow>> record(std::string_view id) = 0;
    virtual Result<std::optional<RecordRow>> record(RecordNumber number) = 0;
    /// The record of each slot, in order; kCorruption when a slot is dead or has none.
    virtual Result<std::vector<RecordNumber>> records_of_slots(FieldNumber field,
                                                               std::span<const Slot> slots) = 0;
    virtual Result<std::optional<Slot>> slot_of_record(FieldNumber field, RecordNumber record) = 0;
    /// Records from number `from` on, ascending, at most `limit`.
    virtual Result<std::vector<RecordRow>> records_from(RecordNumber from, std::size_t limit) = 0;
    /// The records that were made or changed last, newest first, at most `limit`. O(catalog).
    virtual Result<std::vector<RecordRow>> newest_records(std::size_t limit) = 0;
    /// Writes the catalog as it is in this transaction to a new file, synced. O(catalog).
    virtual Result<void> copy_to(const std::string& path) = 0;
    /// Likewise those that have no vector in `field`. O(records passed over).
    virtual Result<std::vector<RecordRow>> records_without_vector(FieldNumber field,
                                                                  RecordNumber from,
                                                                  std::size_t limit) = 0;
    /// The indexes over attributes of documents, and documents at length.
    virtual const AttributeQueries& attributes() const = 0;
};

/// The one write transaction; rolled back when destroyed without commit.
class WriteTransaction {
 public:
    virtual ~WriteTransaction() = default;

    virtual Result<FieldNumber> add_field(const FieldRow& field) = 0;  // its number is ignored
    /// Forgets the field and its vectors; its folder may be deleted after the commit. O(its
    /// vectors).
    virtual Result<void> drop_field(FieldNumber field) = 0;
    /// kAlreadyExists when another field has that name.
    virtual Result<void> rename_field(FieldNumber field, std::string_view name) = 0;
    virtual Result<std::optional<RecordRow>> record(std::string_view id) = 0;
    /// Makes the record or replaces its document; version + 1, next seq. `if_version`: kConflict
    /// unless it matches (0: absent).
    virtual Result<PutRow> put_record(std::string_view id, std::string_view document,
                                      std::optional<std::uint64_t> if_version) = 0;
    /// Makes a record that the caller knows not to be there, without looking for it first:
    /// kAlreadyExists when it is.
    virtual Result<PutRow> add_record(std::string_view id, std::string_view document) = 0;
    /// The record's vector is now at `slot`; the slot it had before becomes a tombstone.
    virtual Result<void> set_vector(FieldNumber field, RecordNumber record, Slot slot) = 0;
    /// The record has no vector in that field any more.
    virtual Result<void> clear_vector(FieldNumber field, RecordNumber record) = 0;
    /// False when there is none. Its vectors become tombstones. `if_version` as for put_record.
    virtual Result<bool> remove_record(std::string_view id,
                                       std::optional<std::uint64_t> if_version = {}) = 0;
    /// Says that these rows lie in the vector files, synced. Must start at the field's committed
    /// mark.
    virtual Result<void> add_extent(FieldNumber field, const Extent& extent) = 0;
    /// The segment `added` (its number is ignored; its file is synced) instead of `replaced`, whose
    /// files may go after the commit. kConflict when one is gone or slots belong to another
    /// segment.
    virtual Result<SegmentNumber> replace_segments(std::span<const SegmentNumber> replaced,
                                                   const SegmentRow& added) = 0;
    /// Gives the field a new number, under which its live slots follow each other from 0 on in
    /// their old order; its tombstones, extents and segments are forgotten. Extents of the new
    /// number for all of these slots must follow. Returns the number; the folder of the old one may
    /// be deleted after the commit. O(its vectors).
    virtual Result<FieldNumber> renumber_field(FieldNumber field) = 0;
    /// An empty value forgets it.
    virtual Result<void> set_mark(std::string_view name, std::string_view value) = 0;
    /// Gives the catalog a kHistoryMark (store/catalog_identity.h) that no other one has.
    virtual Result<void> begin_history() = 0;
    /// Takes the next `records_max` record numbers into the attribute index of `source`; makes it
    /// when there is none. At the limit one with nothing in it, else the oldest, gives way.
    virtual Result<AttributeIndex> extend_attribute(const AttributeSource& source,
                                                    std::uint64_t records_max) = 0;
    /// The same by a slice that was read beforehand, whatever has become of its records since. The
    /// index stays as it is where the slice does not follow its mark, or too much has changed.
    virtual Result<AttributeIndex> extend_attribute(const AttributeSlice& slice) = 0;
    /// Durable when this returns. Every row of the new extents must have been given to a record.
    /// After an error nobody sees the changes, but until the next begin_write succeeds a kill can
    /// still bring them back: before that, truncate no vector file.
    virtual Result<Generation> commit() = 0;
};

enum class CatalogAccess { kRead, kWrite, kCreate };

class Catalog {
 public:
    static constexpr std::size_t kReadersMax = 64;  // read transactions at once

    virtual ~Catalog() = default;

    /// kNotFound when there is none (unless kCreate); kUnsupported for a format newer than ours;
    /// kCorruption.
    static Result<std::unique_ptr<Catalog>> open(FileSystem& files, const std::string& path,
                                                 CatalogAccess access);

    /// kExhausted beyond kReadersMax.
    virtual Result<std::unique_ptr<ReadTransaction>> begin_read() const = 0;
    /// The caller holds the write lock and begins one at a time (else kConflict). Open the
    /// VectorWriters of a write after this, not before: see WriteTransaction::commit.
    virtual Result<std::unique_ptr<WriteTransaction>> begin_write() = 0;
    /// Gives the file's unused pages back to the disk. Outside of write transactions. O(catalog).
    virtual Result<void> shrink() = 0;
    /// Whether nobody, in any process, reads what was before the last commit, and none is in doubt.
    virtual Result<bool> is_settled() = 0;
};

}  // namespace sokkuri::store
