// VectorSink: where exported rows go, in the formats of vector_source.h. A file appears under its
// name when `finish` succeeds, not before. Belongs to one thread.
#pragma once

#include "base/file_system.h"
#include "base/result.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace sokkuri::service {

struct ExportedRow {
    std::string_view id;
    std::string_view document;
    std::span<const float> vector;
};

class VectorSink {
 public:
    virtual ~VectorSink() = default;
    virtual Result<void> append(const ExportedRow& row) = 0;
    virtual Result<void> finish() = 0;
};

using SinkPointer = std::unique_ptr<VectorSink>;

Result<SinkPointer> make_npy_sink(FileSystem& files, const std::string& path,
                                  std::uint32_t dimension);
enum class RowHead { kNone, kDimension };
Result<SinkPointer> make_rows_sink(FileSystem& files, const std::string& path, RowHead head);
Result<SinkPointer> make_ndjson_sink(FileSystem& files, const std::string& path);
/// Pairs of files in `folder` (made when missing). kAlreadyExists when it holds shards already.
Result<SinkPointer> make_shards_sink(FileSystem& files, const std::string& folder,
                                     std::uint32_t dimension);
Result<SinkPointer> make_ids_sink(FileSystem& files, const std::string& path);
/// `characters_max`: of the longest id (kConflict for a longer one: it came meanwhile).
Result<SinkPointer> make_id_array_sink(FileSystem& files, const std::string& path,
                                       std::size_t characters_max);
Result<SinkPointer> make_metadata_sink(FileSystem& files, const std::string& path);

/// Of UTF-8; kUnsupported, naming the id, when it is none.
Result<std::size_t> characters_of(std::string_view id);

}  // namespace sokkuri::service
