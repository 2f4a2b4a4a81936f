// VectorSource: vectors that come from elsewhere, row by row in the order of their file: NumPy
// matrices, fvecs and bvecs, bare float32, JSON lines, indexes of Annoy, databases of gannoy. Read
// in pieces: a source takes no more memory than what it is asked for. Files are hostile: every
// length, count and offset is held against the file before it is used. A source belongs to one
// thread; imports use it. docs/formats/exchange.md draws the formats.
#pragma once

#include "base/file_system.h"
#include "base/result.h"
#include "index/metric.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sokkuri::service {

/// Of one read: at least one row, or none at the end.
struct SourceRows {
    std::vector<float> vectors;          // rows × dimension, row by row; not checked for NaN
    std::vector<std::uint64_t> numbers;  // of each row in its file, ascending
    std::vector<std::string> ids;        // the file's own; empty: it has none
    std::vector<std::string> documents;  // JSON objects or ""; empty: it has none

    std::size_t size() const { return numbers.size(); }
};

class VectorSource {
 public:
    virtual ~VectorSource() = default;

    virtual std::uint32_t dimension() const = 0;
    /// What the file itself says of how its vectors are compared.
    virtual std::optional<index::Metric> metric() const { return std::nullopt; }
    /// Rows have ids of their own.
    virtual bool has_ids() const { return false; }
    /// One more than the largest number of a row; of a file that does not say how many rows it has,
    /// 0.
    virtual std::uint64_t numbers_end() const = 0;

    /// The next rows, at most `rows_max` (at least 1). Where rows are missing in a file (removed
    /// items) that is no end. Errors name the file and the row or byte.
    virtual Result<SourceRows> next(std::size_t rows_max) = 0;

    /// How far the source has been read, in a unit of its own, and where it ends: for progress, and
    /// to go on there another time.
    virtual std::uint64_t position() const = 0;
    virtual std::uint64_t end() const = 0;
    /// To an earlier `position`. kInvalidArgument beyond the end.
    virtual Result<void> seek(std::uint64_t position) = 0;
};

enum class SourceFormat { kNpy, kFvecs, kBvecs, kRaw, kNdjson, kAnnoy, kGannoy };

/// "npy", "fvecs", "bvecs", "f32", "ndjson", "annoy", "gannoy".
std::string_view name_of(SourceFormat format);
Result<SourceFormat> parse_source_format(std::string_view name);
/// By the name of a file, or by what a folder holds. kInvalidArgument lists the formats.
Result<SourceFormat> source_format_of(const FileSystem& files, const std::string& path);

struct SourceFile {
    std::string path;
    std::optional<SourceFormat> format;  // empty: source_format_of(path)
    std::uint32_t dimension = 0;         // of files that do not say it: bare float32, Annoy
    std::optional<std::uint64_t>
        rows;  // known from elsewhere: then bare float32 needs no dimension
    std::optional<index::Metric> metric;  // of an Annoy index: its nodes differ by it
    /// Ids and documents of one read: it ends with the row that reaches so many bytes.
    std::size_t text_bytes_max = SIZE_MAX;
};

Result<std::unique_ptr<VectorSource>> open_vector_source(FileSystem& files, const SourceFile& file);

/// One each; used by open_vector_source.
Result<std::unique_ptr<VectorSource>> open_npy_source(FileSystem& files, const std::string& path);
Result<std::unique_ptr<VectorSource>> open_vecs_source(FileSystem& files, const std::string& path,
                                                       SourceFormat format);
Result<std::unique_ptr<VectorSource>> open_raw_source(FileSystem& files, const SourceFile& file);
Result<std::unique_ptr<VectorSource>> open_ndjson_source(FileSystem& files, const SourceFile& file);
Result<std::unique_ptr<VectorSource>> open_annoy_source(FileSystem& files, const SourceFile& file);
Result<std::unique_ptr<VectorSource>> open_gannoy_source(FileSystem& files,
                                                         const std::string& path);

}  // namespace sokkuri::service
