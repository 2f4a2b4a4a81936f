// Databases of gannoy's first version: big-endian records of one size; leaves hold a key and its
// vector in float64. Layout (github.com/monochromegane/gannoy): docs/formats/exchange.md.
#include "service/gannoy_source.h"

#include "base/shown_text.h"
#include "collection/collection.h"
#include "service/record_file.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <utility>

namespace sokkuri::service {
namespace {

constexpr std::int32_t kTreesMax = 10'000;  // of a database; gannoy makes 1 unless asked
constexpr std::size_t kFreeAt = 0;          // in a record: one byte
constexpr std::size_t kDescendantsAt = 1;
constexpr std::size_t kKeyAt = 5;
constexpr std::size_t kParentsAt = 9;

class GannoyTree final : public VectorSource {
 public:
    GannoyTree(RecordFile nodes, std::uint32_t dimension)
        : nodes_(std::move(nodes)), dimension_(dimension) {}

    std::uint32_t dimension() const override { return dimension_; }
    /// Angular, all of them.
    std::optional<index::Metric> metric() const override { return index::Metric::kCosine; }
    bool has_ids() const override { return true; }
    std::uint64_t numbers_end() const override { return nodes_.records(); }
    Result<SourceRows> next(std::size_t rows_max) override;
    std::uint64_t position() const override { return next_; }
    std::uint64_t end() const override { return nodes_.records(); }
    Result<void> seek(std::uint64_t position) override;

 private:
    void take(std::span<const std::byte> node, std::uint64_t number, SourceRows& rows) const;

    RecordFile nodes_;
    const std::uint32_t dimension_;
    std::uint64_t next_ = 0;
};

template <typename Integer>
Integer big_endian(std::span<const std::byte> bytes, std::size_t at);

}  // namespace

Result<std::unique_ptr<VectorSource>> open_gannoy_source(FileSystem& files,
                                                         const std::string& path) {
    const FileStatus status = TRY(files.status_following(path));
    if (status.kind == FileKind::kDirectory) return open_gannoy_ngt(files, path);
    const std::size_t dot = path.rfind('.');
    return open_gannoy_tree(files, path.substr(0, dot));
}

Result<std::unique_ptr<VectorSource>> open_gannoy_tree(FileSystem& files, const std::string& stem) {
    const std::string meta_path = stem + ".meta";
    const std::string name = shown_text(meta_path);
    const auto meta = TRY(files.open(meta_path, OpenMode::kRead));
    std::array<std::byte, 12> head{};
    const std::size_t read = TRY(meta->read_at(0, head));
    if (read < head.size()) {
        return fail(ErrorCode::kCorruption, "{}: {} bytes: no description of a gannoy database",
                    name, read);
    }
    const auto trees = big_endian<std::int32_t>(head, 0);
    const auto dimension = big_endian<std::int32_t>(head, 4);
    const std::uint64_t size = TRY(meta->size_bytes());
    const bool is_one = trees >= 1 && trees <= kTreesMax && dimension >= 1 &&
                        dimension <= static_cast<std::int32_t>(collection::kDimensionMax) &&
                        size == head.size() + 4 * static_cast<std::uint64_t>(trees);
    if (!is_one) {
        return fail(ErrorCode::kCorruption,
                    "{}: {} bytes for {} trees of dimension {}: no description of a gannoy "
                    "database",
                    name, size, trees, dimension);
    }
    const std::size_t record_bytes = kParentsAt + 4 * static_cast<std::size_t>(trees) + 8 +
                                     8 * static_cast<std::size_t>(dimension);
    RecordFile nodes = TRY(RecordFile::open(files, stem + ".tree", {.record_bytes = record_bytes}));
    return std::make_unique<GannoyTree>(std::move(nodes), static_cast<std::uint32_t>(dimension));
}

namespace {

Result<SourceRows> GannoyTree::next(std::size_t rows_max) {
    SourceRows rows;
    const std::size_t size = nodes_.record_bytes();
    while (rows.numbers.empty() && next_ < nodes_.records()) {
        const auto count =
            static_cast<std::size_t>(std::min<std::uint64_t>(rows_max, nodes_.records() - next_));
        std::vector<std::byte> bytes(count * size);
        TRY(nodes_.read(next_, bytes));
        for (std::size_t i = 0; i < count; ++i) {
            take(std::span(bytes).subspan(i * size, size), next_ + i, rows);
        }
        next_ += count;
    }
    return rows;
}

/// Leaves that are not free; the other nodes are the trees.
void GannoyTree::take(std::span<const std::byte> node, std::uint64_t number,
                      SourceRows& rows) const {
    if (node[kFreeAt] != std::byte{0} || big_endian<std::int32_t>(node, kDescendantsAt) != 1) {
        return;
    }
    const std::size_t vector_at = node.size() - 8 * std::size_t{dimension_};
    for (std::size_t i = 0; i < dimension_; ++i) {
        const auto bits = big_endian<std::uint64_t>(node, vector_at + 8 * i);
        rows.vectors.push_back(static_cast<float>(std::bit_cast<double>(bits)));
    }
    rows.ids.push_back(fmt::format("{}", big_endian<std::int32_t>(node, kKeyAt)));
    rows.numbers.push_back(number);
}

Result<void> GannoyTree::seek(std::uint64_t position) {
    if (position > nodes_.records()) {
        return fail(ErrorCode::kInvalidArgument, "{}: node {}: it has {}", nodes_.name(), position,
                    nodes_.records());
    }
    next_ = position;
    return {};
}

template <typename Integer>
Integer big_endian(std::span<const std::byte> bytes, std::size_t at) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < sizeof(Integer); ++i) {
        value = value << 8U | std::to_integer<std::uint64_t>(bytes[at + i]);
    }
    return static_cast<Integer>(value);
}

}  // namespace
}  // namespace sokkuri::service
