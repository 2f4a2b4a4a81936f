// ImportRows: the rows of all files of an import as batches of ids, vectors and documents. Checks
// first what can be checked before a row is read: formats, dimensions, how many ids there are.
// Belongs to one thread.
#pragma once

#include "base/file_system.h"
#include "base/result.h"
#include "service/id_list.h"
#include "service/vector_source.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sokkuri::service {

struct ImportFiles {
    std::vector<std::string> files;       // in their order
    std::string ids_file;                 // for rows without ids of their own; empty: their numbers
    std::optional<SourceFormat> format;   // of all files; empty: each by its name
    std::uint32_t dimension = 0;          // of files that do not say it; 0: not known
    std::optional<index::Metric> metric;  // of Annoy indexes
    std::size_t text_bytes_max = SIZE_MAX;  // ids and documents of a batch, but for its last row
};

/// How far an import has come.
struct ImportPlace {
    std::uint64_t file = 0;      // number of it
    std::uint64_t position = 0;  // VectorSource::position
    std::uint64_t rows = 0;      // before it, in all files

    /// Three numbers, for a mark; parse gives them back or nothing.
    std::string text() const;
    static std::optional<ImportPlace> parse(std::string_view text);
};

struct ImportBatch {
    std::vector<std::string> ids;
    std::vector<float> vectors;
    std::vector<std::string> documents;  // empty: none
    ImportPlace behind;
    double share = 0;  // of the bytes of all files, up to its end
};

class ImportRows {
 public:
    static Result<ImportRows> open(FileSystem& files, const ImportFiles& import);

    std::uint32_t dimension() const { return dimension_; }
    /// What the first file that says something says.
    std::optional<index::Metric> metric() const { return metric_; }

    /// kInvalidArgument when there is no such place.
    Result<void> seek(const ImportPlace& place);
    /// Empty at the end.
    Result<std::optional<ImportBatch>> next(std::size_t rows_max);

 private:
    struct Part {
        SourceFile file;
        std::uint64_t size_bytes = 0;
        std::uint64_t first_number = 0;  // of its rows among those of all files
    };

    ImportRows() = default;
    Result<void> add_part(const SourceFile& file);
    Result<void> check_ids() const;
    Result<void> open_part(std::size_t number);
    Result<void> name_rows(SourceRows& rows);
    double share() const;

    FileSystem* files_ = nullptr;
    std::vector<Part> parts_;
    std::optional<IdList> ids_;
    std::size_t rows_max_ = SIZE_MAX;  // whose ids are no longer than a batch may have
    std::uint32_t dimension_ = 0;
    std::optional<index::Metric> metric_;
    std::uint64_t numbers_end_ = 0;  // of all files
    std::uint64_t size_bytes_ = 0;   // of all files
    std::size_t part_ = 0;           // being read
    std::unique_ptr<VectorSource> source_;
    std::uint64_t rows_ = 0;  // read so far
};

}  // namespace sokkuri::service
