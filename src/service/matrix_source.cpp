// Sources whose rows are all alike: NumPy matrices (with the ids of a shard beside them), fvecs and
// bvecs, bare float32.
#include "base/npy.h"
#include "base/shown_text.h"
#include "collection/collection.h"
#include "service/id_list.h"
#include "service/record_file.h"
#include "service/vector_source.h"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <utility>

namespace sokkuri::service {
namespace {

/// How a row lies in its record.
struct RowLayout {
    NpyElement element = NpyElement::kFloat32;
    std::uint32_t dimension = 0;
    std::size_t head_bytes = 0;  // before its components: 4 with its dimension, or none
};

class MatrixSource final : public VectorSource {
 public:
    MatrixSource(RecordFile records, const RowLayout& layout, std::optional<IdList> ids)
        : records_(std::move(records)), layout_(layout), ids_(std::move(ids)) {}

    std::uint32_t dimension() const override { return layout_.dimension; }
    bool has_ids() const override { return ids_.has_value(); }
    std::uint64_t numbers_end() const override { return records_.records(); }
    Result<SourceRows> next(std::size_t rows_max) override;
    std::uint64_t position() const override { return next_; }
    std::uint64_t end() const override { return records_.records(); }
    Result<void> seek(std::uint64_t position) override;

 private:
    Result<void> read_floats(std::span<float> rows);
    Result<void> check_heads(std::span<const std::byte> bytes) const;

    RecordFile records_;
    const RowLayout layout_;
    std::optional<IdList> ids_;
    std::uint64_t next_ = 0;
};

/// The two files of a shard: NNNN.features.npy and NNNN.object_ids.npy.
constexpr std::string_view kShardVectors = ".features.npy";
constexpr std::string_view kShardIds = ".object_ids.npy";

Result<void> check_dimension(std::string_view name, std::uint64_t dimension);
Result<std::optional<IdList>> ids_beside(FileSystem& files, const std::string& path);

}  // namespace

Result<std::unique_ptr<VectorSource>> open_npy_source(FileSystem& files, const std::string& path) {
    const auto file = TRY(files.open(path, OpenMode::kRead));
    const std::uint64_t size = TRY(file->size_bytes());
    std::vector<std::byte> start(std::min<std::uint64_t>(size, kNpyHeaderBytesMax));
    const std::size_t read = TRY(file->read_at(0, start));
    start.resize(read);
    const NpyHeader header = TRY(in_context(shown_text(path), parse_npy_header(start, size)));
    TRY(check_dimension(shown_text(path), header.columns));
    RecordFile records =
        TRY(RecordFile::open(files, path,
                             {.record_bytes = header.columns * size_of(header.element),
                              .data_at = header.data_at,
                              .records = header.rows}));
    std::optional<IdList> ids = TRY(ids_beside(files, path));
    if (ids && ids->size() != header.rows) {
        return fail(ErrorCode::kInvalidArgument, "{}: {} ids for the {} rows of {}", ids->name(),
                    ids->size(), header.rows, records.name());
    }
    const RowLayout layout{.element = header.element,
                           .dimension = static_cast<std::uint32_t>(header.columns)};
    return std::make_unique<MatrixSource>(std::move(records), layout, std::move(ids));
}

Result<std::unique_ptr<VectorSource>> open_vecs_source(FileSystem& files, const std::string& path,
                                                       SourceFormat format) {
    const auto file = TRY(files.open(path, OpenMode::kRead));
    std::int32_t dimension = 0;
    const std::size_t read =
        TRY(file->read_at(0, std::as_writable_bytes(std::span(&dimension, 1))));
    if (read < sizeof(dimension) || dimension < 0) {
        return fail(ErrorCode::kCorruption, "{}: does not begin with the dimension of its rows",
                    shown_text(path));
    }
    TRY(check_dimension(shown_text(path), static_cast<std::uint64_t>(dimension)));
    const RowLayout layout{
        .element = format == SourceFormat::kFvecs ? NpyElement::kFloat32 : NpyElement::kUint8,
        .dimension = static_cast<std::uint32_t>(dimension),
        .head_bytes = sizeof(dimension)};
    const std::size_t record_bytes = layout.head_bytes + layout.dimension * size_of(layout.element);
    RecordFile records = TRY(RecordFile::open(files, path, {.record_bytes = record_bytes}));
    return std::make_unique<MatrixSource>(std::move(records), layout, std::nullopt);
}

Result<std::unique_ptr<VectorSource>> open_raw_source(FileSystem& files, const SourceFile& file) {
    const std::string name = shown_text(file.path);
    std::uint64_t dimension = file.dimension;
    if (dimension == 0) {
        const FileStatus status = TRY(files.status_following(file.path));
        const std::uint64_t rows = file.rows.value_or(0);
        if (rows == 0 || status.size_bytes % (rows * sizeof(float)) != 0) {
            return fail(ErrorCode::kInvalidArgument,
                        "{}: bare float32 does not say how many components a row has: give its "
                        "dimension, or an id for each row",
                        name);
        }
        dimension = status.size_bytes / (rows * sizeof(float));
    }
    TRY(check_dimension(name, dimension));
    RecordFile records = TRY(RecordFile::open(
        files, file.path, {.record_bytes = static_cast<std::size_t>(dimension) * sizeof(float)}));
    const RowLayout layout{.dimension = static_cast<std::uint32_t>(dimension)};
    return std::make_unique<MatrixSource>(std::move(records), layout, std::nullopt);
}

namespace {

Result<SourceRows> MatrixSource::next(std::size_t rows_max) {
    const auto count =
        static_cast<std::size_t>(std::min<std::uint64_t>(rows_max, records_.records() - next_));
    SourceRows rows;
    if (count == 0) return rows;
    rows.vectors.resize(count * layout_.dimension);
    TRY(read_floats(rows.vectors));
    rows.numbers.resize(count);
    std::iota(rows.numbers.begin(), rows.numbers.end(), next_);
    if (ids_) rows.ids = TRY(ids_->next(count));
    next_ += count;
    return rows;
}

Result<void> MatrixSource::read_floats(std::span<float> rows) {
    if (layout_.element == NpyElement::kFloat32 && layout_.head_bytes == 0) {
        return records_.read(next_, std::as_writable_bytes(rows));
    }
    const std::size_t count = rows.size() / layout_.dimension;
    std::vector<std::byte> bytes(count * records_.record_bytes());
    TRY(records_.read(next_, bytes));
    if (layout_.head_bytes > 0) TRY(check_heads(bytes));
    for (std::size_t row = 0; row < count; ++row) {
        const std::byte* components =
            bytes.data() + row * records_.record_bytes() + layout_.head_bytes;
        npy_to_floats(layout_.element, components,
                      rows.subspan(row * layout_.dimension, layout_.dimension));
    }
    return {};
}

Result<void> MatrixSource::check_heads(std::span<const std::byte> bytes) const {
    for (std::size_t at = 0; at < bytes.size(); at += records_.record_bytes()) {
        std::uint32_t dimension = 0;
        std::memcpy(&dimension, bytes.data() + at, sizeof(dimension));
        if (dimension == layout_.dimension) continue;
        return fail(ErrorCode::kCorruption, "{}: row {}: dimension {}, but row 0 has {}",
                    records_.name(), next_ + at / records_.record_bytes(), dimension,
                    layout_.dimension);
    }
    return {};
}

Result<void> MatrixSource::seek(std::uint64_t position) {
    if (position > records_.records()) {
        return fail(ErrorCode::kInvalidArgument, "{}: row {}: it has {}", records_.name(), position,
                    records_.records());
    }
    if (ids_) TRY(ids_->seek(position));
    next_ = position;
    return {};
}

Result<void> check_dimension(std::string_view name, std::uint64_t dimension) {
    if (dimension >= 1 && dimension <= collection::kDimensionMax) return {};
    return fail(ErrorCode::kInvalidArgument, "{}: dimension {}, must be 1 to {}", name, dimension,
                collection::kDimensionMax);
}

Result<std::optional<IdList>> ids_beside(FileSystem& files, const std::string& path) {
    if (!path.ends_with(kShardVectors)) return std::nullopt;
    const std::string beside =
        path.substr(0, path.size() - kShardVectors.size()) + std::string(kShardIds);
    const auto status = files.status_following(beside);
    if (!status && status.error().code() == ErrorCode::kNotFound) return std::nullopt;
    TRY(std::move(status));
    IdList ids = TRY(IdList::open(files, beside));
    return ids;
}

}  // namespace
}  // namespace sokkuri::service
