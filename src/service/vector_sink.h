// VectorSink: a file that exported rows go to, in the formats of vector_source.h. Belongs to one
// thread.
#pragma once

#include "base/file_system.h"
#include "base/result.h"
#include "service/row_encoding.h"

#include <cstdint>
#include <memory>
#include <string>

namespace sokkuri::service {

class VectorSink {
 public:
    virtual ~VectorSink() = default;
    virtual Result<void> append(const ExportedRow& row) = 0;
    /// All rows are there: whole and durable, under a temporary name.
    virtual Result<void> settle() = 0;
    /// Under its name, behind `settle`.
    virtual Result<void> publish() = 0;
};

using SinkPointer = std::unique_ptr<VectorSink>;

Result<SinkPointer> make_npy_sink(FileSystem& files, const std::string& path,
                                  std::uint32_t dimension);
/// What `encoding` makes of each row, one behind the other.
Result<SinkPointer> make_encoded_sink(FileSystem& files, const std::string& path,
                                      RowEncoding encoding);
/// Pairs of files in `folder` (made when missing). kAlreadyExists when it holds shards already.
Result<SinkPointer> make_shards_sink(FileSystem& files, const std::string& folder,
                                     std::uint32_t dimension);
/// Ids as NumPy's texts.
Result<SinkPointer> make_id_array_sink(FileSystem& files, const std::string& path);

}  // namespace sokkuri::service
