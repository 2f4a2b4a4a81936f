// ExportStream: an export as bytes that are made piece by piece, for answers that are sent while
// they are made. All of one generation, in memory for a few rows. Belongs to one thread at a time.
#pragma once

#include "base/result.h"
#include "service/export_scan.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sokkuri::service {

enum class ExportFormat { kRows, kNpy, kFvecs, kBvecs, kF32, kNdjson, kIds, kMetadata };
inline constexpr std::array kExportFormats = {
    ExportFormat::kRows, ExportFormat::kNpy,    ExportFormat::kFvecs, ExportFormat::kBvecs,
    ExportFormat::kF32,  ExportFormat::kNdjson, ExportFormat::kIds,   ExportFormat::kMetadata};

std::string_view name_of(ExportFormat format);  // "rows", "npy", …
/// Empty for a name that none has.
std::optional<ExportFormat> parse_export_format(std::string_view name);
std::string_view media_type_of(ExportFormat format);
/// How files of the format end: ".npy"; empty for kRows, which is for programs alone.
std::string_view ending_of(ExportFormat format);

struct ExportStreamRequest {
    ExportFormat format = ExportFormat::kRows;
    /// Its documents are read for those formats alone that have them.
    ExportScope scope;
};

class ExportStream {
 public:
    /// Errors as ExportScan::begin. `library` outlives the stream.
    static Result<ExportStream> begin(const Library& library, const ExportStreamRequest& request);

    std::uint64_t generation() const { return scan_.generation(); }
    /// Whose vectors.
    const std::string& field() const { return scan_.field().name; }
    /// Of all of it, where that is known beforehand.
    std::optional<std::uint64_t> size_bytes() const;
    /// The next bytes, about kPieceBytes, or fewer where few records have a vector; empty behind
    /// the last. kUnsupported, naming the id, for what the format cannot hold. Where rows are
    /// under way already, kRows gives a piece that says why they break off, then the error.
    Result<std::optional<std::string>> next();

    static constexpr std::size_t kPieceBytes = 256U << 10;

 private:
    ExportStream(ExportScan scan, ExportFormat format);

    Result<void> fill(std::string& bytes);

    ExportScan scan_;
    ExportFormat format_;
    std::uint64_t rows_ = 0;  // so far
    std::string start_;       // what comes before the first row, until it has been given
    bool is_ended_ = false;
    std::optional<Error> failure_;  // that has been told in the stream
};

}  // namespace sokkuri::service
