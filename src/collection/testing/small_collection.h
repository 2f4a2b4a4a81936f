// A small collection with everything that a large one has: a segment, dead rows, a tail, documents;
// in any file system. For the tests of files: damage, backups, compaction. What fails on the way
// ends the program.
#pragma once

#include "base/file_system.h"
#include "collection/local_collection.h"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace sokkuri::collection::testing {

inline constexpr std::uint32_t kSmallDimension = 8;

/// Record number `number` as it is put; `round` makes another vector and document of it.
PutRecord small_record(std::size_t number, std::size_t round = 0);

/// Opened for writing; made when missing, with its field "picture".
std::unique_ptr<Collection> open_small(FileSystem& files, const std::string& directory);

/// 40 records of which some are removed and replaced, sealed in part.
void make_small(FileSystem& files, const std::string& directory);

/// What it says: all records with their vectors, and what some queries find.
std::string everything_in(FileSystem& files, const std::string& directory);

/// Whether a deep verification finds nothing, not even something to note.
bool is_whole(FileSystem& files, const std::string& directory);

/// All files below `directory`, relative to it, without locks and SQLite's logs.
std::vector<std::string> files_below(const FileSystem& files, const std::string& directory);

}  // namespace sokkuri::collection::testing
