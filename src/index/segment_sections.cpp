#include "index/segment_sections.h"

#include "index/balls.h"
#include "index/codes.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <type_traits>

namespace sokkuri::index {

namespace {

// Big arrays are used where they lie in a file.
static_assert(std::endian::native == std::endian::little);

constexpr std::array<char, 8> kMagic = {'s', 'o', 'k', 'k', 'i', 'd', 'x', '\0'};

/// The section "meta", byte by byte as in docs/formats/segment.md.
struct Meta {
    std::array<char, 8> magic = kMagic;
    std::uint32_t version = kSegmentContentVersion;
    std::uint32_t metric = 0;
    std::uint32_t raw_dimension = 0;
    std::uint32_t degree = kDegree;
    double scale = 1;
    double norm_max = 0;
    std::uint32_t head_bits = 0;
    std::uint32_t head_lines = 0;
    std::uint32_t components = 0;
    float step = 0;
    float kappa = 0;
    std::uint32_t nodes = 0;
    double orthogonality = 0;
    double mean_error = 0;
    double mean_tail = 0;
    std::uint64_t slots_end = 0;
    std::uint32_t postings = 0;
    std::uint32_t loose = 0;
    std::uint32_t landmarks = 0;
    std::uint32_t calibration_points = 0;
    std::uint32_t has_graph = 0;
    float tail_slack = 0;
    std::uint32_t ball_nodes = 0;
    std::uint32_t zero = 0;
};
static_assert(sizeof(Meta) == kSegmentMetaBytes && std::is_trivially_copyable_v<Meta>);
static_assert(sizeof(CalibrationPoint) == 16);

/// The sections by position in kSectionNames.
using Table = std::array<std::span<const std::byte>, kSectionNames.size()>;
enum At : std::size_t {
    kMeta,
    kMean,
    kMatrix,
    kOffset,
    kHeads,
    kHeadNorms,
    kHeadErrors,
    kHeadTails,
    kFull,
    kLinks,
    kLandmarks,
    kPostingEnds,
    kPostings,
    kLoose,
    kCalibration,
    kBallHeads,
    kBallNorms,
    kBallTails,
    kBallRadii
};

constexpr std::array<Metric, 3> kMetrics = {Metric::kCosine, Metric::kL2, Metric::kInnerProduct};

/// And which of them are there.
Result<Table> table_of(std::span<const Section> sections, std::span<bool> is_there);
Result<Meta> parse_meta(std::span<const std::byte> bytes);
Result<void> check_model(const Meta& meta);
Result<void> check_counts(const Meta& meta, const OpenOptions& options);
void take_scalars(const Meta& meta, SegmentParts& parts);
Result<void> take_arrays(const Meta& meta, const Table& table, SegmentParts& parts);
Result<void> take_model(const Table& table, SegmentParts& parts);
Result<void> check_small_arrays(const SegmentParts& parts);

template <typename T>
Result<std::span<const T>> array_of(const Table& table, At at, std::uint64_t count);
bool is_finite_from(double least, double value);

}  // namespace

std::array<std::byte, kSegmentMetaBytes> encode_meta(const SegmentParts& parts) {
    const HeadModel& model = parts.model;
    const Meta meta = {
        .metric = static_cast<std::uint32_t>(std::ranges::find(kMetrics, parts.space.metric) -
                                             kMetrics.begin() + 1),
        .raw_dimension = static_cast<std::uint32_t>(parts.space.raw_dimension),
        .scale = parts.space.scale,
        .norm_max = parts.space.norm_max,
        .head_bits = model.layout.bits,
        .head_lines = model.layout.lines,
        .components = static_cast<std::uint32_t>(model.components),
        .step = model.step,
        .kappa = model.kappa,
        .nodes = parts.nodes,
        .orthogonality = model.orthogonality,
        .mean_error = model.mean_error,
        .mean_tail = model.mean_tail,
        .slots_end = parts.slots_end,
        .postings = static_cast<std::uint32_t>(parts.postings.size()),
        .loose = static_cast<std::uint32_t>(parts.loose.size()),
        .landmarks = static_cast<std::uint32_t>(parts.landmarks.size()),
        .calibration_points = static_cast<std::uint32_t>(parts.calibration.size()),
        .has_graph = parts.has_graph() ? 1U : 0U,
        .tail_slack = model.tail_slack,
        .ball_nodes = parts.ball_nodes,
    };
    return std::bit_cast<std::array<std::byte, kSegmentMetaBytes>>(meta);
}

std::vector<Section> sections_of(const SegmentParts& parts, std::span<const std::byte> meta) {
    const std::array<std::span<const std::byte>, kSectionNames.size()> bytes = {
        meta,
        std::as_bytes(std::span(parts.model.mean)),
        std::as_bytes(std::span(parts.model.matrix)),
        std::as_bytes(std::span(parts.model.offset)),
        std::as_bytes(parts.heads),
        std::as_bytes(parts.head_norms),
        std::as_bytes(parts.head_errors),
        std::as_bytes(parts.head_tails),
        std::as_bytes(parts.full),
        std::as_bytes(parts.links),
        std::as_bytes(parts.landmarks),
        std::as_bytes(parts.posting_ends),
        std::as_bytes(parts.postings),
        std::as_bytes(parts.loose),
        std::as_bytes(parts.calibration),
        std::as_bytes(parts.ball_heads),
        std::as_bytes(parts.ball_norms),
        std::as_bytes(parts.ball_tails),
        std::as_bytes(parts.ball_radii),
    };
    std::vector<Section> sections;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        sections.push_back({std::string(kSectionNames[i]), bytes[i]});
    }
    return sections;
}

Result<SegmentParts> parse_sections(std::span<const Section> sections, const OpenOptions& options) {
    std::array<bool, kSectionNames.size()> is_there = {};
    const Table table = TRY(table_of(sections, is_there));
    if (!is_there[kMeta]) return fail(ErrorCode::kCorruption, "meta: missing");
    const Meta meta = TRY(parse_meta(table[kMeta]));
    const std::size_t needed = meta.version == 1 ? kSectionsOfVersion1 : kSectionNames.size();
    for (std::size_t i = 0; i < needed; ++i) {
        if (!is_there[i]) return fail(ErrorCode::kCorruption, "{}: missing", kSectionNames[i]);
    }
    TRY(check_model(meta));
    TRY(check_counts(meta, options));
    SegmentParts parts;
    take_scalars(meta, parts);
    TRY(take_arrays(meta, table, parts));
    TRY(take_model(table, parts));
    TRY(check_small_arrays(parts));
    return parts;
}

namespace {

Result<Table> table_of(std::span<const Section> sections, std::span<bool> is_there) {
    Table table;
    for (const Section& section : sections) {
        const auto found = std::ranges::find(kSectionNames, section.name);
        const auto at = static_cast<std::size_t>(found - kSectionNames.begin());
        if (found == kSectionNames.end()) {
            return fail(ErrorCode::kCorruption, "a section that no segment has");
        }
        if (is_there[at]) return fail(ErrorCode::kCorruption, "{}: there twice", *found);
        if (reinterpret_cast<std::uintptr_t>(section.bytes.data()) % alignof(double) != 0) {
            return fail(ErrorCode::kCorruption, "{}: not aligned in memory", *found);
        }
        is_there[at] = true;
        table[at] = section.bytes;
    }
    return table;
}

Result<Meta> parse_meta(std::span<const std::byte> bytes) {
    Meta meta;
    if (bytes.size() != sizeof meta) {
        return fail(ErrorCode::kCorruption, "meta: {} bytes instead of {}", bytes.size(),
                    sizeof meta);
    }
    std::memcpy(&meta, bytes.data(), sizeof meta);
    if (meta.magic != kMagic) return fail(ErrorCode::kCorruption, "meta: not that of a segment");
    if (meta.version < 1 || meta.version > kSegmentContentVersion) {
        return fail(ErrorCode::kUnsupported, "meta: version {}; this program reads 1 to {}",
                    meta.version, kSegmentContentVersion);
    }
    return meta;
}

Result<void> check_model(const Meta& meta) {
    const auto refused = [](std::string_view what, auto value) -> Result<void> {
        return fail(ErrorCode::kCorruption, "meta: {} {}", what, value);
    };
    if (meta.metric < 1 || meta.metric > kMetrics.size()) return refused("metric", meta.metric);
    if (meta.raw_dimension < 1 || meta.raw_dimension > kSegmentDimensionMax) {
        return refused("dimension", meta.raw_dimension);
    }
    if (meta.degree != kDegree) return refused("degree", meta.degree);
    if (!is_finite_from(0, meta.scale) || meta.scale == 0) return refused("scale", meta.scale);
    if (!is_finite_from(0, meta.norm_max)) return refused("largest norm", meta.norm_max);
    if (meta.head_bits != 4 && meta.head_bits != 8) return refused("head bits", meta.head_bits);
    if (meta.head_lines < 1 || meta.head_lines > kHeadLinesMax) {
        return refused("head lines", meta.head_lines);
    }
    SegmentParts parts;
    take_scalars(meta, parts);
    if (meta.components < 1 || meta.components > parts.model.layout.capacity() ||
        meta.components > parts.model.dimension) {
        return refused("components", meta.components);
    }
    if (!is_finite_from(0, meta.step) || meta.step == 0) return refused("step", meta.step);
    if (!is_finite_from(0, meta.kappa) || meta.kappa > 1) return refused("kappa", meta.kappa);
    for (const double value :
         {double{meta.tail_slack}, meta.orthogonality, meta.mean_error, meta.mean_tail}) {
        if (!is_finite_from(0, value)) return refused("error of the model", value);
    }
    return {};
}

Result<void> check_counts(const Meta& meta, const OpenOptions& options) {
    const auto refused = [](std::string_view what, std::uint64_t value) -> Result<void> {
        return fail(ErrorCode::kCorruption, "meta: {} {}", value, what);
    };
    if (meta.nodes > kNodesMax) return refused("nodes", meta.nodes);
    if (meta.postings < meta.nodes) return refused("postings for more nodes", meta.postings);
    if ((meta.nodes == 0) != (meta.postings == 0)) return refused("postings", meta.postings);
    if (meta.slots_end > options.slots_end || meta.slots_end > (std::uint64_t{1} << 32)) {
        return refused("slots, more than there are", meta.slots_end);
    }
    if (std::uint64_t{meta.postings} + meta.loose > meta.slots_end) {
        return refused("slots, fewer than rows", meta.slots_end);
    }
    if (meta.has_graph > 1 || (meta.has_graph == 1 && meta.nodes == 0)) {
        return refused("graphs", meta.has_graph);
    }
    if ((meta.has_graph == 1) != (meta.landmarks > 0) || meta.landmarks > kLandmarksMax ||
        meta.landmarks > meta.nodes) {
        return refused("landmarks", meta.landmarks);
    }
    if (meta.calibration_points > kCalibrationPointsMax) {
        return refused("points of calibration", meta.calibration_points);
    }
    if (meta.ball_nodes != 0 && (meta.version == 1 || meta.ball_nodes != kBallNodes)) {
        return refused("nodes a ball", meta.ball_nodes);
    }
    if (meta.zero != 0) return refused("where zero belongs", meta.zero);
    return {};
}

void take_scalars(const Meta& meta, SegmentParts& parts) {
    parts.space = {.metric = kMetrics[meta.metric - 1],
                   .raw_dimension = meta.raw_dimension,
                   .scale = meta.scale,
                   .norm_max = meta.norm_max};
    HeadModel& model = parts.model;
    model.layout = {.bits = meta.head_bits, .lines = meta.head_lines};
    model.dimension = parts.space.dimension();
    model.components = meta.components;
    model.step = meta.step;
    model.kappa = meta.kappa;
    model.tail_slack = meta.tail_slack;
    model.orthogonality = meta.orthogonality;
    model.mean_error = meta.mean_error;
    model.mean_tail = meta.mean_tail;
    parts.nodes = meta.nodes;
    parts.ball_nodes = meta.ball_nodes;
    parts.slots_end = meta.slots_end;
}

Result<void> take_arrays(const Meta& meta, const Table& table, SegmentParts& parts) {
    const std::uint64_t nodes = meta.nodes;
    const std::uint64_t full_stride = full_code_stride(parts.model.dimension);
    parts.heads =
        TRY(array_of<std::uint8_t>(table, kHeads, nodes * parts.model.layout.row_bytes()));
    parts.head_norms = TRY(array_of<float>(table, kHeadNorms, nodes));
    parts.head_errors = TRY(array_of<float>(table, kHeadErrors, nodes));
    parts.head_tails = TRY(array_of<float>(table, kHeadTails, nodes));
    parts.full = TRY(array_of<std::uint8_t>(table, kFull, nodes * full_stride));
    parts.links =
        TRY(array_of<std::uint32_t>(table, kLinks, meta.has_graph == 1 ? nodes * kDegree : 0));
    parts.landmarks = TRY(array_of<std::uint32_t>(table, kLandmarks, meta.landmarks));
    parts.posting_ends = TRY(array_of<std::uint32_t>(table, kPostingEnds, nodes));
    parts.postings = TRY(array_of<std::uint32_t>(table, kPostings, meta.postings));
    parts.loose = TRY(array_of<std::uint32_t>(table, kLoose, meta.loose));
    parts.calibration =
        TRY(array_of<CalibrationPoint>(table, kCalibration, meta.calibration_points));
    const std::uint64_t balls = parts.balls();
    parts.ball_heads =
        TRY(array_of<std::uint8_t>(table, kBallHeads, balls * parts.model.layout.row_bytes()));
    parts.ball_norms = TRY(array_of<float>(table, kBallNorms, balls));
    parts.ball_tails = TRY(array_of<float>(table, kBallTails, balls));
    parts.ball_radii = TRY(array_of<float>(table, kBallRadii, balls));
    return {};
}

Result<void> take_model(const Table& table, SegmentParts& parts) {
    HeadModel& model = parts.model;
    const auto take = [&](At at, std::size_t count, std::vector<float>& out) -> Result<void> {
        const std::span<const float> values = TRY(array_of<float>(table, at, count));
        if (!std::ranges::all_of(values, [](float value) { return std::isfinite(value); })) {
            return fail(ErrorCode::kCorruption, "{}: not a finite number", kSectionNames[at]);
        }
        out.assign(values.begin(), values.end());
        return {};
    };
    TRY(take(kMean, model.dimension, model.mean));
    TRY(take(kMatrix, model.dimension * model.columns(), model.matrix));
    TRY(take(kOffset, model.columns(), model.offset));
    return {};
}

/// What is small enough to be looked at whenever a segment is opened.
Result<void> check_small_arrays(const SegmentParts& parts) {
    for (const Ordinal landmark : parts.landmarks) {
        if (landmark >= parts.nodes) {
            return fail(ErrorCode::kCorruption, "landmarks: node {} of {}", landmark, parts.nodes);
        }
    }
    const CalibrationPoint* before = nullptr;
    for (const CalibrationPoint& point : parts.calibration) {
        const bool is_in_order = before == nullptr || before->k < point.k ||
                                 (before->k == point.k && before->ef < point.ef);
        const bool is_share = point.recall >= 0 && point.recall <= 1 && point.recall_low >= 0 &&
                              point.recall_low <= point.recall;
        if (!is_in_order || !is_share || point.k == 0 || point.ef == 0) {
            return fail(ErrorCode::kCorruption, "calibration: k {}, ef {}, recall {}, {}", point.k,
                        point.ef, point.recall, point.recall_low);
        }
        before = &point;
    }
    return {};
}

template <typename T>
Result<std::span<const T>> array_of(const Table& table, At at, std::uint64_t count) {
    const std::span<const std::byte> bytes = table[at];
    if (bytes.size() != count * sizeof(T)) {
        return fail(ErrorCode::kCorruption, "{}: {} bytes instead of {}", kSectionNames[at],
                    bytes.size(), count * sizeof(T));
    }
    return std::span(reinterpret_cast<const T*>(bytes.data()), count);
}

bool is_finite_from(double least, double value) {
    return std::isfinite(value) && value >= least;
}

}  // namespace

}  // namespace sokkuri::index
