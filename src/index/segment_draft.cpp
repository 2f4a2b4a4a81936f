#include "index/segment_draft.h"

#include "index/segment_sections.h"

#include <algorithm>
#include <cstring>

namespace sokkuri::index {

namespace {

/// Rows that one thread encodes at a stretch, with one encoder.
constexpr std::size_t kStretchRows = 8 * RowEncoder::kBlockRows;
/// Stretches between two looks at whether to stop.
constexpr std::size_t kStretchesPerRound = 16;
/// Bytes of a row that one thread moves when rows change places.
constexpr std::size_t kMovedBytesMax = 640;

/// A column of rows of bytes, and which bytes of each.
struct Column {
    std::byte* begin = nullptr;
    std::size_t stride = 0;
    std::size_t size = 0;
};

template <typename T>
std::span<const T> first_values(const Arena& arena, std::size_t count) {
    return {reinterpret_cast<const T*>(arena.bytes().data()), count};
}

void add_columns(std::span<std::byte> array, std::size_t nodes, std::vector<Column>& columns);
void reorder_column(const Column& column, std::span<const std::uint32_t> order);

}  // namespace

Result<std::unique_ptr<SegmentDraft>> SegmentDraft::create(const L2Space& space, HeadModel model,
                                                           std::size_t nodes) {
    if (nodes > kNodesMax) {
        return fail(ErrorCode::kExhausted, "{} rows; a segment has at most {}", nodes, kNodesMax);
    }
    auto draft = std::make_unique<SegmentDraft>(Key(), space, std::move(model), nodes);
    draft->heads_ = TRY(Arena::create(nodes * draft->model_.layout.row_bytes()));
    draft->head_norms_ = TRY(Arena::create(nodes * sizeof(float)));
    draft->head_errors_ = TRY(Arena::create(nodes * sizeof(float)));
    draft->head_tails_ = TRY(Arena::create(nodes * sizeof(float)));
    draft->full_ = TRY(Arena::create(nodes * full_code_stride(space.dimension())));
    return draft;
}

Result<void> SegmentDraft::encode(const Building& building, std::span<const Slot> slots,
                                  std::size_t first, const Stage& stage) {
    constexpr std::size_t kRoundRows = kStretchRows * kStretchesPerRound;
    for (std::size_t begin = 0; begin < slots.size(); begin += kRoundRows) {
        TRY(building.report(stage, static_cast<double>(begin) / static_cast<double>(slots.size())));
        const std::size_t end = std::min(begin + kRoundRows, slots.size());
        const std::size_t stretches = (end - begin + kStretchRows - 1) / kStretchRows;
        building.from.threads.for_each(stretches, [&](std::size_t stretch) {
            const std::size_t from = begin + stretch * kStretchRows;
            const std::size_t count = std::min(kStretchRows, end - from);
            encode_stretch(building, slots.subspan(from, count), first + from);
        });
    }
    return {};
}

void SegmentDraft::encode_stretch(const Building& building, std::span<const Slot> slots,
                                  std::size_t first) {
    const std::size_t head_stride = model_.layout.row_bytes();
    const std::size_t full_stride = full_code_stride(space_.dimension());
    RowEncoder encoder(space_, model_, building.from.kernels);
    std::vector<const float*> raw;
    std::vector<RowEncoder::Target> targets;
    std::vector<HeadBounds> bounds(RowEncoder::kBlockRows);
    for (std::size_t block = 0; block < slots.size(); block += RowEncoder::kBlockRows) {
        const std::size_t count = std::min(RowEncoder::kBlockRows, slots.size() - block);
        raw.clear();
        targets.clear();
        for (std::size_t i = 0; i < count; ++i) {
            const std::size_t node = first + block + i;
            raw.push_back(building.from.rows[slots[block + i]]);
            targets.push_back({heads_.as<std::uint8_t>().data() + node * head_stride, &bounds[i],
                               full_.as<std::uint8_t>().data() + node * full_stride});
        }
        encoder.encode(raw, targets);
        for (std::size_t i = 0; i < count; ++i) {
            const std::size_t node = first + block + i;
            head_norms_.as<float>()[node] = bounds[i].norm_squared;
            head_errors_.as<float>()[node] = bounds[i].error;
            head_tails_.as<float>()[node] = bounds[i].tail;
        }
    }
}

void SegmentDraft::copy_node(const SegmentParts& source, Ordinal from, Ordinal to) {
    const std::size_t head_stride = model_.layout.row_bytes();
    const std::size_t full_stride = full_code_stride(space_.dimension());
    std::memcpy(heads_.bytes().data() + to * head_stride, source.heads.data() + from * head_stride,
                head_stride);
    std::memcpy(full_.bytes().data() + to * full_stride, source.full.data() + from * full_stride,
                full_stride);
    head_norms_.as<float>()[to] = source.head_norms[from];
    head_errors_.as<float>()[to] = source.head_errors[from];
    head_tails_.as<float>()[to] = source.head_tails[from];
}

void SegmentDraft::reorder(std::span<const std::uint32_t> order, ThreadPool& threads) {
    std::vector<Column> columns;
    for (Arena* arena : {&full_, &heads_, &head_norms_, &head_errors_, &head_tails_}) {
        add_columns(arena->bytes(), nodes_, columns);
    }
    threads.for_each(columns.size(), [&](std::size_t i) { reorder_column(columns[i], order); });
    balls_ = {};
}

void SegmentDraft::find_balls(std::size_t count, const simd::Kernels& kernels,
                              ThreadPool& threads) {
    extend_balls(parts(count), kernels, threads, balls_);
}

void SegmentDraft::set_kappa(float kappa) {
    const std::size_t stride = model_.layout.row_bytes();
    for (std::size_t node = 0; node < nodes_; ++node) {
        const float tail = head_tails_.as<float>()[node];
        std::byte* const place = heads_.bytes().data() + (node + 1) * stride - sizeof(float);
        float bias = 0;
        std::memcpy(&bias, place, sizeof(bias));
        bias += (kappa - model_.kappa) * tail * tail;
        std::memcpy(place, &bias, sizeof(bias));
    }
    model_.kappa = kappa;
}

void SegmentDraft::shrink(std::size_t nodes) {
    for (Arena* arena : {&full_, &heads_, &head_norms_, &head_errors_, &head_tails_}) {
        if (nodes_ != 0) arena->shrink(arena->bytes().size() / nodes_ * nodes);
    }
    nodes_ = nodes;
}

std::span<const std::uint8_t> SegmentDraft::full_code(Ordinal node) const {
    const std::size_t stride = full_code_stride(space_.dimension());
    return first_values<std::uint8_t>(full_, (node + std::size_t{1}) * stride).last(stride);
}

GraphNodes SegmentDraft::graph_nodes(std::size_t count) const {
    const std::span<const std::byte> heads =
        heads_.bytes().first(count * model_.layout.row_bytes());
    return {{reinterpret_cast<const std::uint8_t*>(heads.data()), heads.size()}, model_};
}

SegmentParts SegmentDraft::parts(std::size_t count) const {
    SegmentParts parts;
    parts.space = space_;
    parts.model = model_;
    parts.nodes = static_cast<std::uint32_t>(count);
    parts.heads = first_values<std::uint8_t>(heads_, count * model_.layout.row_bytes());
    parts.head_norms = first_values<float>(head_norms_, count);
    parts.head_errors = first_values<float>(head_errors_, count);
    parts.head_tails = first_values<float>(head_tails_, count);
    parts.full = first_values<std::uint8_t>(full_, count * full_code_stride(space_.dimension()));
    parts.links = graph.links;
    parts.landmarks = graph.landmarks;
    if (!posting_ends.empty() && count != 0) {
        parts.posting_ends = std::span(posting_ends).first(count);
        parts.postings = std::span(postings).first(posting_ends[count - 1]);
    }
    parts.loose = loose;
    parts.calibration = calibration;
    if (balls_.nodes == count && count != 0) {
        parts.ball_nodes = kBallNodes;
        parts.ball_heads = balls_.heads;
        parts.ball_norms = balls_.norms;
        parts.ball_tails = balls_.tails;
        parts.ball_radii = balls_.radii;
    }
    for (const std::span<const Slot> slots : {parts.postings, parts.loose}) {
        if (slots.empty()) continue;
        const std::uint64_t largest = *std::ranges::max_element(slots);
        parts.slots_end = std::max(parts.slots_end, largest + 1);
    }
    return parts;
}

Result<std::shared_ptr<const Segment>> SegmentDraft::open(std::size_t count,
                                                          const simd::Kernels& kernels) const {
    const SegmentParts now = parts(count);
    const std::array<std::byte, kSegmentMetaBytes> meta = encode_meta(now);
    return Segment::open(sections_of(now, meta), nullptr, kernels, {.check = Check::kLengths});
}

Result<SegmentImage> SegmentDraft::finish() {
    const SegmentParts all = parts(nodes_);
    const std::array<std::byte, kSegmentMetaBytes> meta = encode_meta(all);
    SegmentImage image;
    for (const Section& section : sections_of(all, meta)) {
        Arena* big = section.name == "heads"         ? &heads_
                     : section.name == "head_norms"  ? &head_norms_
                     : section.name == "head_errors" ? &head_errors_
                     : section.name == "head_tails"  ? &head_tails_
                     : section.name == "full"        ? &full_
                                                     : nullptr;
        if (big == nullptr) {
            TRY(image.add(section.name, section.bytes));
            continue;
        }
        image.add(section.name, std::move(*big));
    }
    graph = {};
    nodes_ = 0;
    return image;
}

namespace {

void add_columns(std::span<std::byte> array, std::size_t nodes, std::vector<Column>& columns) {
    if (nodes == 0) return;
    const std::size_t stride = array.size() / nodes;
    for (std::size_t at = 0; at < stride; at += kMovedBytesMax) {
        columns.push_back({array.data() + at, stride, std::min(kMovedBytesMax, stride - at)});
    }
}

/// Along the cycles of the permutation: one row put aside, every other moved once.
void reorder_column(const Column& column, std::span<const std::uint32_t> order) {
    const auto row = [&](std::size_t i) { return column.begin + i * column.stride; };
    std::array<std::byte, kMovedBytesMax> aside;
    std::vector<bool> is_done(order.size());
    for (std::size_t start = 0; start < order.size(); ++start) {
        if (is_done[start]) continue;
        std::memcpy(aside.data(), row(start), column.size);
        std::size_t to = start;
        for (;;) {
            is_done[to] = true;
            const std::size_t from = order[to];
            if (from == start) break;
            std::memcpy(row(to), row(from), column.size);
            to = from;
        }
        std::memcpy(row(to), aside.data(), column.size);
    }
}

}  // namespace

}  // namespace sokkuri::index
