// Export: the vectors of a collection with their ids and documents into files, in the formats that
// import reads, so that all of it comes back bit by bit. One generation of the collection, in one
// pass, in memory for a few rows. docs/formats/exchange.md draws the formats.
#pragma once

#include "base/file_system.h"
#include "base/result.h"
#include "service/export_scan.h"
#include "service/library.h"
#include "service/vector_sink.h"

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

namespace sokkuri::service {

inline constexpr std::uint64_t kShardRows = 10'000;

/// Files to write; those that are empty are not.
struct ExportRequest {
    std::string field;          // whose vectors; empty: the main one
    std::string npy_file;       // float32 [rows, dimension], C order, by record number
    std::string fvecs_file;     // each row after its dimension (int32)
    std::string bvecs_file;     // likewise, a byte each: whole numbers from 0 to 255
    std::string raw_file;       // float32, nothing else
    std::string ndjson_file;    // {"id", "vector", "document"} a line
    std::string shards_folder;  // NNNN.features.npy, NNNN.object_ids.npy, kShardRows each
    std::string ids_file;       // of the rows above, in their order: one a line, or .npy
    std::string metadata_file;  // JSON lines: {"id", and the members of the document}

    bool vectors_in_documents = false;  // those of all other fields (document_vectors.h)

    bool writes_something() const;
    bool has_documents() const { return !ndjson_file.empty() || !metadata_file.empty(); }
    /// What must be read for it.
    ExportScope scope() const;
};

struct ExportReport {
    std::uint64_t rows = 0;
    std::uint64_t without_vector = 0;  // records that are not in the files: they have none
    std::uint32_t dimension = 0;
    std::string field;
};

/// The files of one export: each under a temporary name until all are whole. Wherever the rows come
/// from. Belongs to one thread.
class ExportFiles {
 public:
    /// kInvalidArgument where no file is named, kAlreadyExists for a folder that holds shards.
    static Result<ExportFiles> open(FileSystem& files, const ExportRequest& request,
                                    std::uint32_t dimension);

    /// kUnsupported for an id or a vector that a format cannot hold (naming it).
    Result<void> append(const ExportedRow& row);
    /// The files are there, durable, when this returns; until then none is.
    Result<void> finish();

 private:
    std::vector<SinkPointer> sinks_;
};

/// Errors as ExportFiles and ExportScan; kCancelled when `stop` asked for it. Then no file has
/// changed.
Result<ExportReport> export_vectors(const Library& library, const ExportRequest& request,
                                    const std::stop_token& stop = {});

}  // namespace sokkuri::service
