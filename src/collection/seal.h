// Sealing: rows of one field become a segment file. Reads a snapshot, so nobody waits for it; what
// is put or dies meanwhile is tail or tombstone of the next snapshot. The file is live only when
// the catalog says so (LocalWriter::replace_segments).
#pragma once

#include "base/file_system.h"
#include "base/result.h"
#include "base/thread_pool.h"
#include "collection/seal_plan.h"
#include "collection/snapshot.h"
#include "index/segment_builder.h"
#include "simd/kernels.h"

#include <functional>
#include <string>
#include <vector>

namespace sokkuri::collection {

/// Where and by what a segment is made.
struct Workshop {
    FileSystem& files;
    const std::string& directory;                      // of the collection
    const std::function<Result<void>()>& check_place;  // that it still is
    const simd::Kernels& kernels;
    ThreadPool& threads;
};

struct SealedSegment {
    store::SegmentRow row;  // for the catalog
    index::SegmentImage image;
};

SealState seal_state_of(const FieldSnapshot& field);

/// Builds the segment of a plan for `field` at `generation` and writes its file, synced.
/// kExhausted, with the numbers of the plan, beyond options.memory_max; kCancelled.
Result<SealedSegment> seal(const FieldSnapshot& field, store::Generation generation,
                           const SealPlan& plan, const index::BuildOptions& options,
                           const Workshop& workshop);

/// Deletes the file of a segment that no catalog names, and its folders if they are empty. Best
/// effort.
void remove_unnamed(FileSystem& files, const std::string& directory, const store::SegmentRow& row);

/// Paths of what lies among the segments of a collection's fields and is none of the catalog's:
/// what was replaced, and what a kill or a commit that failed has left; also what is being written.
std::vector<std::string> leftovers(const FileSystem& files, const std::string& directory,
                                   store::ReadTransaction& transaction);

/// Deletes them. Best effort: what cannot be deleted now is the next one's.
void remove_leftovers(FileSystem& files, const std::string& directory,
                      store::ReadTransaction& transaction);

}  // namespace sokkuri::collection
