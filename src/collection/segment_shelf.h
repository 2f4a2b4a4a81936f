// SegmentShelf: the opened segments of a collection by file, shared by all snapshots. A segment is
// answered from the file's map until somebody puts a copy in memory in its place. Safe from any
// number of threads.
#pragma once

#include "base/file_system.h"
#include "base/guarded.h"
#include "collection/collection.h"
#include "index/segment.h"
#include "simd/kernels.h"
#include "store/catalog.h"

#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>

namespace sokkuri::collection {

class SegmentShelf {
 public:
    SegmentShelf(FileSystem& files, std::string directory, const simd::Kernels& kernels)
        : files_(files), directory_(std::move(directory)), kernels_(kernels) {}

    struct Opened {
        std::shared_ptr<const index::Segment> segment;  // null: cannot be used
        bool is_in_memory = false;
    };

    /// Null when the file is missing, damaged or of another field: logged once, tried again the
    /// next time. Costs what the headers cost.
    Opened of(const store::SegmentRow& row, const FieldSpec& field);

    /// Copies the file into memory in huge pages, compares every checksum on the way, and puts the
    /// copy on the shelf; the file itself is not needed any more. kCorruption: from now on the file
    /// cannot be used.
    Result<void> load(const store::SegmentRow& row, const FieldSpec& field);

    /// Reads the whole file and compares its checksums. kCorruption: from now on it cannot be used.
    Result<void> verify(const store::SegmentRow& row);

    /// `segment` answers for the file from now on.
    void put(const std::string& file, std::shared_ptr<const index::Segment> segment);
    /// The file is damaged: from now on it cannot be used, nor its copy in memory.
    void reject(const std::string& file);
    /// Forgets all other files. Who still searches in one keeps it.
    void keep_only(const std::set<std::string>& files);

 private:
    Result<std::shared_ptr<const index::Segment>> open(const store::SegmentRow& row,
                                                       const FieldSpec& field) const;

    struct Shelf {
        std::map<std::string, Opened> opened;
        std::set<std::string> unusable;  // told of in the log
        std::set<std::string> damaged;   // a checksum was wrong
    };

    FileSystem& files_;
    const std::string directory_;
    const simd::Kernels& kernels_;
    Guarded<Shelf> shelf_;
};

/// kCorruption unless the segment is one of that field and row.
Result<void> check_segment(const index::Segment& segment, const store::SegmentRow& row,
                           const FieldSpec& field);

}  // namespace sokkuri::collection
