#include "service/export_stream.h"

#include "base/npy.h"
#include "service/row_stream.h"

#include <algorithm>
#include <array>
#include <utility>

namespace sokkuri::service {
namespace {

using collection::Documents;

struct FormatRow {
    ExportFormat format;
    std::string_view name;
    std::string_view media_type;
    std::string_view ending;
    RowEncoding encoding;
    Documents documents = Documents::kOmit;
};

constexpr std::array<FormatRow, 8> kFormats = {{
    {ExportFormat::kRows, "rows", "application/vnd.sokkuri.rows", "", encode_row,
     Documents::kInclude},
    {ExportFormat::kNpy, "npy", "application/x-npy", ".npy", encode_floats},
    {ExportFormat::kFvecs, "fvecs", "application/x-fvecs", ".fvecs", encode_fvecs},
    {ExportFormat::kBvecs, "bvecs", "application/x-bvecs", ".bvecs", encode_bvecs},
    {ExportFormat::kF32, "f32", "application/octet-stream", ".f32", encode_floats},
    {ExportFormat::kNdjson, "ndjson", "application/x-ndjson", ".ndjson", encode_ndjson,
     Documents::kInclude},
    {ExportFormat::kIds, "ids", "text/plain", ".txt", encode_id},
    {ExportFormat::kMetadata, "metadata", "application/jsonl", ".jsonl", encode_metadata,
     Documents::kInclude},
}};

/// Looked through between two pieces: records without a vector take time too.
constexpr std::size_t kRecordsAtOnce = 4'096;

const FormatRow& row_of(ExportFormat format);
std::string start_of(const ExportScan& scan, ExportFormat format);
/// Of a row, where all have as many.
std::optional<std::uint64_t> row_bytes(ExportFormat format, std::uint64_t dimension);

}  // namespace

std::string_view name_of(ExportFormat format) {
    return row_of(format).name;
}

std::optional<ExportFormat> parse_export_format(std::string_view name) {
    const auto found = std::ranges::find(kFormats, name, &FormatRow::name);
    return found == kFormats.end() ? std::nullopt : std::optional(found->format);
}

std::string_view media_type_of(ExportFormat format) {
    return row_of(format).media_type;
}

std::string_view ending_of(ExportFormat format) {
    return row_of(format).ending;
}

Result<ExportStream> ExportStream::begin(const Library& library,
                                         const ExportStreamRequest& request) {
    ExportScope scope = request.scope;
    if (row_of(request.format).documents == Documents::kOmit) scope.documents = Documents::kOmit;
    ExportScan scan = TRY(ExportScan::begin(library, scope));
    return ExportStream(std::move(scan), request.format);
}

ExportStream::ExportStream(ExportScan scan, ExportFormat format)
    : scan_(std::move(scan)), format_(format), start_(start_of(scan_, format)) {}

std::optional<std::uint64_t> ExportStream::size_bytes() const {
    const auto bytes = row_bytes(format_, scan_.field().dimension);
    if (!bytes) return std::nullopt;
    return start_of(scan_, format_).size() + *bytes * scan_.rows();
}

Result<std::optional<std::string>> ExportStream::next() {
    if (failure_) return tl::unexpected(*failure_);
    if (is_ended_) return std::nullopt;
    const bool is_under_way = start_.empty();  // of rows: it begins the first piece
    std::string bytes = std::exchange(start_, {});
    const auto filled = fill(bytes);
    if (filled) return bytes;
    // Before the first piece, whoever answers says it himself.
    if (!is_under_way || format_ != ExportFormat::kRows) return tl::unexpected(filled.error());
    failure_ = filled.error();
    encode_failure(*failure_, bytes);
    return bytes;
}

Result<void> ExportStream::fill(std::string& bytes) {
    while (bytes.size() < kPieceBytes) {
        const ExportedRow* row = TRY(scan_.next(kRecordsAtOnce));
        is_ended_ = scan_.is_done();
        if (row == nullptr) break;
        const std::size_t whole = bytes.size();
        if (const auto encoded = row_of(format_).encoding(*row, bytes); !encoded) {
            bytes.resize(whole);
            return encoded;
        }
        ++rows_;
    }
    if (is_ended_ && format_ == ExportFormat::kRows) {
        encode_end({.rows = rows_, .without_vector = scan_.without_vector()}, bytes);
    }
    return {};
}

namespace {

const FormatRow& row_of(ExportFormat format) {
    return *std::ranges::find(kFormats, format, &FormatRow::format);
}

std::string start_of(const ExportScan& scan, ExportFormat format) {
    const std::uint32_t dimension = scan.field().dimension;
    if (format == ExportFormat::kRows) {
        return encode_head({.field = scan.field().name,
                            .dimension = dimension,
                            .rows = scan.rows(),
                            .generation = scan.generation()});
    }
    if (format != ExportFormat::kNpy) return "";
    return npy_header("<f4", std::array<std::uint64_t, 2>{scan.rows(), dimension});
}

std::optional<std::uint64_t> row_bytes(ExportFormat format, std::uint64_t dimension) {
    switch (format) {
        case ExportFormat::kNpy:
        case ExportFormat::kF32:
            return dimension * sizeof(float);
        case ExportFormat::kFvecs:
            return sizeof(std::int32_t) + dimension * sizeof(float);
        case ExportFormat::kBvecs:
            return sizeof(std::int32_t) + dimension;
        default:
            return std::nullopt;
    }
}

}  // namespace
}  // namespace sokkuri::service
