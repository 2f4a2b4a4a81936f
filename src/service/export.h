// Export: the vectors of a collection with their ids and documents into files, in the formats that
// import reads, so that all of it comes back bit by bit. One generation of the collection, in one
// pass, in memory for a few rows. docs/formats/exchange.md draws the formats.
#pragma once

#include "base/result.h"
#include "service/library.h"

#include <cstdint>
#include <stop_token>
#include <string>

namespace sokkuri::service {

inline constexpr std::uint64_t kShardRows = 10'000;

/// Files to write; those that are empty are not. Each appears when it is whole, shards one after
/// the other.
struct ExportRequest {
    std::string field;          // whose vectors; empty: the main one
    std::string npy_file;       // float32 [rows, dimension], C order, by record number
    std::string fvecs_file;     // each row after its dimension (int32)
    std::string raw_file;       // float32, nothing else
    std::string ndjson_file;    // {"id", "vector", "document"} a line
    std::string shards_folder;  // NNNN.features.npy, NNNN.object_ids.npy, kShardRows each
    std::string ids_file;       // of the rows above, in their order: one a line, or .npy
    std::string metadata_file;  // JSON lines: {"id", and the members of the document}

    bool vectors_in_documents = false;  // those of all other fields (document_vectors.h)

    bool writes_something() const;
};

struct ExportReport {
    std::uint64_t rows = 0;
    std::uint64_t without_vector = 0;  // records that are not in the files: they have none
    std::uint32_t dimension = 0;
    std::string field;
};

/// kUnsupported for an id that a format cannot hold (naming it), kNotFound without such a field,
/// kAlreadyExists for a folder that holds shards, kCancelled when `stop` asked for it: then no file
/// has changed, and of shards those are there that were whole.
Result<ExportReport> export_vectors(const Library& library, const ExportRequest& request,
                                    const std::stop_token& stop = {});

}  // namespace sokkuri::service
