// Annoy's index files: nodes of one size without a header; items come first, then the trees over
// them, last a copy of each root. The file says neither dimension nor metric. Layout of Annoy's
// nodes (github.com/spotify/annoy, src/annoylib.h): docs/formats/exchange.md.
#include "base/shown_text.h"
#include "collection/collection.h"
#include "service/record_file.h"
#include "service/vector_source.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace sokkuri::service {
namespace {

/// What can stand before a node's vector; Annoy has changed that of inner products once.
struct NodeHead {
    index::Metric metric;
    std::size_t bytes;
};
constexpr std::array<NodeHead, 5> kHeads = {{{index::Metric::kCosine, 12},
                                             {index::Metric::kL2, 16},
                                             {index::Metric::kL1, 16},
                                             {index::Metric::kInnerProduct, 24},
                                             {index::Metric::kInnerProduct, 16}}};
constexpr std::uint64_t kItemsLookedAt = 100;  // before a file is believed

class AnnoySource final : public VectorSource {
 public:
    AnnoySource(RecordFile nodes, std::uint32_t dimension, index::Metric metric,
                std::uint64_t items)
        : nodes_(std::move(nodes)), dimension_(dimension), metric_(metric), items_(items) {}

    std::uint32_t dimension() const override { return dimension_; }
    std::optional<index::Metric> metric() const override { return metric_; }
    std::uint64_t numbers_end() const override { return items_; }
    Result<SourceRows> next(std::size_t rows_max) override;
    std::uint64_t position() const override { return next_; }
    std::uint64_t end() const override { return items_; }
    Result<void> seek(std::uint64_t position) override;

 private:
    RecordFile nodes_;
    const std::uint32_t dimension_;
    const index::Metric metric_;
    const std::uint64_t items_;
    std::uint64_t next_ = 0;
};

/// How many items the last node, the root of a tree, says it is over. kCorruption unless what
/// stands there can be items.
Result<std::uint64_t> items_of(const RecordFile& nodes);
std::int32_t descendants_of(std::span<const std::byte> node);

}  // namespace

Result<std::unique_ptr<VectorSource>> open_annoy_source(FileSystem& files, const SourceFile& file) {
    if (file.dimension == 0 || file.dimension > collection::kDimensionMax) {
        return fail(ErrorCode::kInvalidArgument,
                    "{}: an Annoy index does not say its dimension: give it (1 to {})",
                    shown_text(file.path), collection::kDimensionMax);
    }
    std::optional<Error> first_error;
    for (const NodeHead& head : kHeads) {
        if (file.metric && head.metric != *file.metric) continue;
        const RecordLayout layout{.record_bytes = head.bytes + file.dimension * sizeof(float)};
        auto nodes = RecordFile::open(files, file.path, layout);
        const auto items = nodes ? items_of(*nodes) : tl::unexpected(nodes.error());
        if (items) {
            return std::make_unique<AnnoySource>(std::move(*nodes), file.dimension, head.metric,
                                                 *items);
        }
        if (items.error().code() != ErrorCode::kCorruption) return tl::unexpected(items.error());
        if (!first_error) first_error = items.error();
    }
    if (!first_error) {
        return fail(ErrorCode::kUnsupported, "{}: metric {}: Annoy has none that is read",
                    shown_text(file.path), index::name_of(*file.metric));
    }
    return fail(ErrorCode::kCorruption, "{}; is it an Annoy index of dimension {}{}{}?",
                first_error->message(), file.dimension, file.metric ? ", metric " : "",
                file.metric ? index::name_of(*file.metric) : "");
}

namespace {

Result<SourceRows> AnnoySource::next(std::size_t rows_max) {
    SourceRows rows;
    const std::size_t size = nodes_.record_bytes();
    // Items that were never given are nodes of zeros.
    while (rows.numbers.empty() && next_ < items_) {
        const auto count =
            static_cast<std::size_t>(std::min<std::uint64_t>(rows_max, items_ - next_));
        std::vector<std::byte> bytes(count * size);
        TRY(nodes_.read(next_, bytes));
        for (std::size_t i = 0; i < count; ++i) {
            const auto node = std::span(bytes).subspan(i * size, size);
            const std::int32_t descendants = descendants_of(node);
            if (descendants == 0) continue;
            if (descendants != 1) {
                return fail(ErrorCode::kCorruption,
                            "{}: node {} is no item but stands among the {} items", nodes_.name(),
                            next_ + i, items_);
            }
            const std::size_t filled = rows.vectors.size();
            rows.vectors.resize(filled + dimension_);
            std::memcpy(rows.vectors.data() + filled, node.last(dimension_ * sizeof(float)).data(),
                        dimension_ * sizeof(float));
            rows.numbers.push_back(next_ + i);
        }
        next_ += count;
    }
    return rows;
}

Result<void> AnnoySource::seek(std::uint64_t position) {
    if (position > items_) {
        return fail(ErrorCode::kInvalidArgument, "{}: item {}: it has {}", nodes_.name(), position,
                    items_);
    }
    next_ = position;
    return {};
}

Result<std::uint64_t> items_of(const RecordFile& nodes) {
    if (nodes.records() == 0) {
        return fail(ErrorCode::kCorruption, "{}: holds no nodes", nodes.name());
    }
    std::vector<std::byte> root(nodes.record_bytes());
    TRY(nodes.read(nodes.records() - 1, root));
    const std::int32_t items = descendants_of(root);
    bool are_items = items >= 1 && static_cast<std::uint64_t>(items) < nodes.records();
    std::vector<std::byte> node(nodes.record_bytes());
    for (std::uint64_t i = 0; are_items && i < kItemsLookedAt; ++i) {
        if (i >= static_cast<std::uint64_t>(items)) break;
        TRY(nodes.read(i, node));
        const std::int32_t descendants = descendants_of(node);
        are_items = descendants == 0 || descendants == 1;
    }
    if (are_items) return static_cast<std::uint64_t>(items);
    return fail(ErrorCode::kCorruption, "{}: {} nodes, of which the last is no root over {} items",
                nodes.name(), nodes.records(), items);
}

std::int32_t descendants_of(std::span<const std::byte> node) {
    std::int32_t descendants = 0;
    std::memcpy(&descendants, node.data(), sizeof(descendants));
    return descendants;
}

}  // namespace
}  // namespace sokkuri::service
