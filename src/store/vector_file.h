// Vector files: the raw vectors of one field by slot, exactly as given (docs/formats/vectors.md).
// Chunks of a fixed number of rows, append-only. What lies past the committed mark of the catalog
// is garbage that the next writer overwrites.
#pragma once

#include "base/file_system.h"
#include "base/result.h"
#include "store/catalog.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace sokkuri::store {

/// Bytes of one row.
std::size_t row_bytes(const FieldRow& field);
/// What a new field gets: a power of two, chunks of at most 256 MiB.
std::uint32_t rows_per_chunk_for(ElementType element, std::uint32_t dimension);

/// Appends rows; one at a time, under the write lock.
class VectorWriter {
 public:
    virtual ~VectorWriter() = default;
    /// `directory`: the field's (`fields/<n>`), made when missing. Truncates what lies past
    /// `committed`.
    static Result<std::unique_ptr<VectorWriter>> open(FileSystem& files,
                                                      const std::string& directory,
                                                      const FieldRow& field, Slot committed);
    /// Appends whole rows; returns the extent to put into the catalog. Not durable before `sync`.
    virtual Result<Extent> append(std::span<const std::byte> rows) = 0;
    /// Every appended row and every new chunk's directory entry is on the disk when this returns.
    virtual Result<void> sync() = 0;
};

/// Rows side by side in memory.
struct MappedRows {
    Slot first_slot = 0;
    std::span<const std::byte> bytes;
};

/// Writes one chunk of the field anew, as a whole: durable when it returns, replacing what was
/// there; after an error or a kill that is as it was. For who has its rows from elsewhere. `rows`:
/// from the chunk's first row on, at most as many as it has.
Result<void> replace_chunk(FileSystem& files, const std::string& directory, const FieldRow& field,
                           const MappedRows& rows);

/// Slots first … end - 1.
struct SlotRun {
    Slot first = 0;
    Slot end = 0;
};

/// What there is of committed rows whose files were cut off.
struct RowsLeft {
    std::vector<MappedRows> rows;  // all of them: in place of lost ones zeros
    std::vector<SlotRun> lost;     // ascending
};

/// Fills chunks that were cut off up to the committed mark with zeros, synced: they can be written
/// to again. Under the write lock, when no record has its vector in a lost slot any more.
Result<void> fill_lost_rows(FileSystem& files, const std::string& directory, const FieldRow& field,
                            Slot committed);

/// Maps chunks when first touched and keeps them. Grows with the committed mark. Safe from any
/// number of threads.
class VectorReader {
 public:
    virtual ~VectorReader() = default;
    static Result<std::unique_ptr<VectorReader>> open(FileSystem& files,
                                                      const std::string& directory,
                                                      const FieldRow& field);
    /// Slots 0 … committed - 1 as one span a chunk. Valid as long as the reader. kCorruption when a
    /// file is too short or its header is not what the catalog says.
    virtual Result<std::vector<MappedRows>> rows(Slot committed) = 0;
    /// The same of files that end before their last rows, as those do that were copied while
    /// somebody wrote: such a chunk is read into memory. kCorruption when one is missing or its
    /// header is wrong.
    virtual Result<RowsLeft> rows_left(Slot committed) = 0;
    /// The committed slots whose rows lie beyond the end of a file. kCorruption as rows_left.
    virtual Result<std::vector<SlotRun>> lost_slots(Slot committed) = 0;
    /// Whether the file that the slot lies in is there and has its header. kCorruption as
    /// rows_left.
    virtual Result<void> check_file(Slot slot) = 0;
    /// One row of a committed slot.
    virtual Result<std::span<const std::byte>> row(Slot slot) = 0;
    /// Compares the checksum of every extent; kCorruption names file and slots.
    virtual Result<void> verify(std::span<const Extent> extents) = 0;
};

}  // namespace sokkuri::store
