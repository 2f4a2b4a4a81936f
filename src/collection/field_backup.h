// FieldBackup: one field of the generation that a backup copies: its vectors and segments, held
// open, so that whoever removes the files meanwhile takes nothing away. Used by backup.cpp.
#pragma once

#include "base/result.h"
#include "collection/backup_run.h"
#include "collection/earlier_backup.h"
#include "store/catalog.h"
#include "store/segment_file.h"
#include "store/vector_file.h"

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace sokkuri::collection {

class FieldBackup {
 public:
    /// `row` is a field of `transaction`. kCorruption, naming the file, when vectors are missing;
    /// kConflict when `earlier` is no earlier state of this field. O(chunks + extents + segments).
    static Result<FieldBackup> open(const BackupRun& run, store::ReadTransaction& transaction,
                                    store::FieldRow row, const EarlierBackup& earlier);

    /// False when a segment's file is not there: damage, or somebody has replaced it since the
    /// generation began.
    bool has_all_segments() const;
    /// Reads what the target has and writes what it lacks. Rows that were right there stay; a chunk
    /// that is not what it was is written anew, as a whole. Segments that are damaged or missing in
    /// the source are left out and counted. kCorruption, naming the file, when the source's vectors
    /// are not what they were.
    Result<void> copy(BackupRun& run) const;

 private:
    struct Segment {
        std::string name;                                // of its file
        std::shared_ptr<const store::SegmentFile> file;  // null: damaged, or missing
        bool is_missing = false;
    };
    using ChunkNumbers = std::set<std::uint64_t>;

    FieldBackup() = default;
    Result<ChunkNumbers> damaged_chunks(const BackupRun& run) const;
    Result<void> mend_chunk(BackupRun& run, std::uint64_t chunk) const;
    Result<void> append_rows(BackupRun& run) const;
    Result<void> copy_segment(BackupRun& run, const Segment& segment) const;
    Result<void> begin_vectors(const BackupRun& run) const;

    store::FieldRow row_;
    std::vector<store::Extent> extents_;
    store::Slot committed_ = 0;
    store::Slot there_ = 0;  // rows that an earlier backup has
    std::unique_ptr<store::VectorReader> reader_;
    std::vector<store::MappedRows> chunks_;  // of the generation
    std::vector<Segment> segments_;
};

}  // namespace sokkuri::collection
