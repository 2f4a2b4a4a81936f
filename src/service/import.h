// Import: vectors that were made elsewhere, with their ids and documents, into a collection.
// Reading and writing go on beside each other; batches are durable one by one, so that a run that
// was interrupted is gone on with: what has been written is passed over. Memory is bounded by three
// batches, each of at most batch_bytes of vectors and one row more than as much of ids and
// documents, whatever the files hold.
#pragma once

#include "base/result.h"
#include "collection/load.h"
#include "service/import_rows.h"
#include "service/import_target.h"
#include "service/library.h"

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>

namespace sokkuri::service {

inline constexpr std::uint64_t kImportBatchBytesMax = collection::kLoadVectorBytesMax / 4;

struct ImportRequest {
    ImportFiles from;
    std::string metadata_file;              // documents by id; empty: none
    std::string field;                      // made when missing; empty: the main one
    std::uint64_t batch_bytes = 32U << 20;  // of vectors; of ids and documents likewise

    /// kInvalidArgument.
    Result<void> validate() const;
    /// What can be found out before there is a collection to import into: that the files are there
    /// and fit together.
    Result<void> check_files(FileSystem& files) const;
};

struct ImportProgress {
    std::uint64_t rows = 0;
    std::uint64_t vector_bytes = 0;  // of this run
    double share = 0;                // of the whole
    double seconds = 0;
};
using ImportSink = std::function<void(const ImportProgress&)>;

struct ImportReport {
    std::uint64_t rows = 0;     // read, of all runs
    std::uint64_t resumed = 0;  // of these, by runs before this one
    collection::LoadOutcome outcome;
    std::uint64_t documents = 0;     // of the metadata file, that are now records' documents
    std::uint64_t unmatched = 0;     // of the metadata file: no record has that id
    std::uint64_t vector_bytes = 0;  // read by this run
    std::uint32_t dimension = 0;
    std::string field;
    double seconds = 0;
    double reading_seconds = 0;  // that the writer waited for
    bool was_interrupted = false;
};

/// Rows whose id has a record replace its vector, and its document where they bring one, but for
/// what sokkuri says of pictures (guarded_load.h): kConflict for an item that is a file. Of files
/// with ids neither own nor listed the ids are "0", "1", …. kInvalidArgument when dimension or
/// metric are not those of the field. When `stop` asks for it, ends behind the batch in flight.
/// The files are read here, wherever `target` is.
Result<ImportReport> import_vectors(FileSystem& files, ImportTarget& target,
                                    const ImportRequest& request, const ImportSink& progress,
                                    const std::stop_token& stop);
Result<ImportReport> import_vectors(const Library& library, const ImportRequest& request,
                                    const ImportSink& progress, const std::stop_token& stop);

}  // namespace sokkuri::service
