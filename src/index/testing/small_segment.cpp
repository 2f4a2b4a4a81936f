#include "index/testing/small_segment.h"

#include "base/check.h"
#include "index/balls.h"
#include "index/distance.h"
#include "index/segment_sections.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

namespace sokkuri::index::testing {

namespace {

constexpr std::size_t kDimension = 20;
constexpr std::size_t kComponents = 12;
constexpr std::size_t kCopies = 4;
constexpr std::size_t kLoose = 2;
constexpr std::size_t kLinksEach = 12;

/// What the views of SegmentParts point at.
struct Memory {
    std::vector<std::uint8_t> heads;
    std::vector<float> norms, errors, tails;
    std::vector<std::uint8_t> full;
    std::vector<std::uint32_t> links, landmarks, ends, postings, loose;
    std::vector<CalibrationPoint> calibration;
};

std::vector<float> rows_for_tests();
HeadModel plain_model();
void fill_codes(const SegmentParts& parts, const SmallSegment& small, const simd::Kernels& kernels,
                Memory& memory);
void fill_links(const SmallSegment& small, Memory& memory);

}  // namespace

std::vector<Section> OwnedSections::views() const {
    std::vector<Section> views;
    for (const auto& [name, bytes] : sections) {
        views.push_back({name, bytes});
    }
    return views;
}

std::vector<std::byte>& OwnedSections::operator[](const std::string& name) {
    const auto found = std::ranges::find(sections, name, [](const auto& one) { return one.first; });
    CHECK(found != sections.end());
    return found->second;
}

SmallSegment small_segment(const simd::Kernels& kernels) {
    SmallSegment small{.rows = rows_for_tests(), .dimension = kDimension, .sections = {}};
    Memory memory;
    memory.postings.resize(kSmallNodes);
    std::iota(memory.postings.begin(), memory.postings.end(), 0);
    std::shuffle(memory.postings.begin(), memory.postings.end(), std::mt19937(5));
    SegmentParts parts;
    parts.space = {.metric = Metric::kCosine, .raw_dimension = kDimension};
    parts.model = plain_model();
    parts.nodes = kSmallNodes;
    parts.slots_end = small.rows.size() / kDimension;
    fill_codes(parts, small, kernels, memory);
    fill_links(small, memory);
    std::vector<Slot> postings;
    for (const Slot slot : memory.postings) {
        postings.push_back(slot);
        if (slot < kCopies) postings.push_back(static_cast<Slot>(kSmallNodes + slot));
        memory.ends.push_back(static_cast<std::uint32_t>(postings.size()));
    }
    memory.landmarks = {3, 40, 77};
    memory.loose = {kSmallNodes + kCopies, kSmallNodes + kCopies + 1};
    memory.calibration = {{1, 10, 0.9F, 0.85F}, {10, 10, 0.8F, 0.75F}, {10, 20, 0.95F, 0.9F}};
    parts.heads = memory.heads;
    parts.head_norms = memory.norms;
    parts.head_errors = memory.errors;
    parts.head_tails = memory.tails;
    parts.full = memory.full;
    parts.links = memory.links;
    parts.landmarks = memory.landmarks;
    parts.posting_ends = memory.ends;
    parts.postings = postings;
    parts.loose = memory.loose;
    parts.calibration = memory.calibration;
    ThreadPool alone(1);
    Balls balls;
    extend_balls(parts, kernels, alone, balls);
    parts.ball_nodes = kBallNodes;
    parts.ball_heads = balls.heads;
    parts.ball_norms = balls.norms;
    parts.ball_tails = balls.tails;
    parts.ball_radii = balls.radii;
    const auto meta = encode_meta(parts);
    for (const Section& section : sections_of(parts, meta)) {
        small.sections.sections.emplace_back(
            section.name, std::vector<std::byte>(section.bytes.begin(), section.bytes.end()));
    }
    return small;
}

namespace {

std::vector<float> rows_for_tests() {
    std::mt19937 random(11);
    std::normal_distribution<float> normal;
    std::vector<float> rows((kSmallNodes + kCopies + kLoose) * kDimension);
    for (std::size_t i = 0; i < kSmallNodes * kDimension; ++i) {
        const std::size_t cluster = i / kDimension % 6;
        rows[i] =
            std::sin(static_cast<float>(cluster * 31 + i % kDimension)) + 0.3F * normal(random);
    }
    std::copy_n(rows.begin(), kCopies * kDimension, rows.begin() + kSmallNodes * kDimension);
    return rows;
}

/// The first components as they are: orthonormal, if not principal.
HeadModel plain_model() {
    HeadModel model;
    model.layout = {.bits = 4, .lines = 1};
    model.dimension = kDimension;
    model.components = kComponents;
    model.step = 0.08F;
    model.kappa = 0.5F;
    model.tail_slack = 1e-3F;
    model.orthogonality = 1e-7;
    model.mean.resize(kDimension);
    model.matrix.resize(kDimension * model.columns());
    model.offset.resize(model.columns());
    for (std::size_t i = 0; i < kComponents; ++i) {
        model.matrix[i * model.columns() + i] = 1;
    }
    return model;
}

void fill_codes(const SegmentParts& parts, const SmallSegment& small, const simd::Kernels& kernels,
                Memory& memory) {
    const std::size_t full_stride = full_code_stride(kDimension);
    memory.heads.resize(kSmallNodes * parts.model.layout.row_bytes());
    memory.full.resize(kSmallNodes * full_stride);
    RowEncoder encoder(parts.space, parts.model, kernels);
    for (std::size_t i = 0; i < kSmallNodes; ++i) {
        HeadBounds bounds = {};
        const std::array<const float*, 1> raw = {small.rows.data() +
                                                 memory.postings[i] * kDimension};
        const std::array<RowEncoder::Target, 1> target = {
            {{memory.heads.data() + i * parts.model.layout.row_bytes(), &bounds,
              memory.full.data() + i * full_stride}}};
        encoder.encode(raw, target);
        memory.norms.push_back(bounds.norm_squared);
        memory.errors.push_back(bounds.error);
        memory.tails.push_back(bounds.tail);
    }
}

void fill_links(const SmallSegment& small, Memory& memory) {
    const RawRows rows = small.raw_rows();
    memory.links.assign(kSmallNodes * kDegree, kNoOrdinal);
    for (Ordinal i = 0; i < kSmallNodes; ++i) {
        std::vector<std::pair<double, Ordinal>> near;
        for (Ordinal j = 0; j < kSmallNodes; ++j) {
            const std::span<const float> from = rows.row(memory.postings[i]);
            if (i == j) continue;
            near.emplace_back(exact_distance(Metric::kCosine, from, rows.row(memory.postings[j])),
                              j);
        }
        std::ranges::sort(near);
        for (std::size_t link = 0; link < kLinksEach; ++link) {
            // Some far ones, so that everything can be reached.
            memory.links[i * kDegree + link] =
                near[link < kLinksEach / 2 ? link : near.size() - 1 - link * 6].second;
        }
    }
}

}  // namespace

}  // namespace sokkuri::index::testing
