#include "index/testing/hand_made_segment.h"

#include "base/check.h"
#include "index/balls.h"
#include "index/codes.h"
#include "index/head_projection.h"
#include "index/segment_image.h"
#include "index/segment_sections.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <random>

namespace sokkuri::index::testing {

namespace {

/// Slots by what they hold, in the order of ordinals, and those that are loose.
struct Postings {
    std::vector<std::vector<Slot>> nodes;
    std::vector<Slot> loose;
};

struct Columns {
    std::vector<std::uint8_t> heads;
    std::vector<float> norms;
    std::vector<float> errors;
    std::vector<float> tails;
    std::vector<std::uint8_t> full;
};

Postings postings_of(const RawRows& rows, const L2Space& space, const HandMade& how);
HeadModel random_model(const RawRows& rows, const Postings& postings, const L2Space& space,
                       const HandMade& how);
Columns encode(const RawRows& rows, const Postings& postings, const SegmentParts& parts,
               const simd::Kernels& kernels);
SegmentImage image_of(const Postings& postings, const Columns& columns, SegmentParts& parts,
                      const simd::Kernels& kernels);

}  // namespace

std::shared_ptr<const Segment> hand_made_segment(const RawRows& rows, const HandMade& how,
                                                 const simd::Kernels& kernels) {
    std::vector<Slot> all(rows.count());
    for (Slot slot = 0; slot < rows.count(); ++slot) {
        all[slot] = slot;
    }
    SegmentParts parts;
    parts.space = L2Space::fit(how.metric, rows, all);
    const Postings postings = postings_of(rows, parts.space, how);
    parts.model = random_model(rows, postings, parts.space, how);
    parts.slots_end = rows.count();
    const Columns columns = encode(rows, postings, parts, kernels);
    auto segment = image_of(postings, columns, parts, kernels).open(kernels);
    CHECK(segment);
    return *segment;
}

namespace {

Postings postings_of(const RawRows& rows, const L2Space& space, const HandMade& how) {
    std::map<std::vector<float>, std::vector<Slot>> by_content;
    std::vector<float> mapped(space.dimension());
    Postings postings;
    for (Slot slot = 0; slot < rows.count(); ++slot) {
        const std::span<const float> row = rows.row(slot);
        if (space.map_row(row.data(), mapped.data())) {
            by_content[{row.begin(), row.end()}].push_back(slot);
        } else {
            postings.loose.push_back(slot);
        }
    }
    for (auto& [content, slots] : by_content) {
        postings.nodes.push_back(std::move(slots));
    }
    if (how.is_in_order) return postings;
    std::shuffle(postings.nodes.begin(), postings.nodes.end(), std::mt19937(how.seed));
    return postings;
}

/// Orthonormal columns of a dimension × components matrix, row-major: those of the identity, seen
/// in a few mirrors.
std::vector<double> random_basis(std::size_t dimension, std::size_t components,
                                 std::mt19937& random) {
    std::normal_distribution<double> normal;
    std::vector<double> matrix(dimension * components);
    for (std::size_t c = 0; c < components; ++c) {
        matrix[c * components + c] = 1;
    }
    for (int mirror = 0; mirror < 4; ++mirror) {
        std::vector<double> across(dimension);
        double norm_squared = 0;
        for (double& value : across) {
            value = normal(random);
            norm_squared += value * value;
        }
        std::vector<double> overlaps(components);
        for (std::size_t i = 0; i < dimension; ++i) {
            for (std::size_t c = 0; c < components; ++c) {
                overlaps[c] += across[i] * matrix[i * components + c];
            }
        }
        for (std::size_t i = 0; i < dimension; ++i) {
            for (std::size_t c = 0; c < components; ++c) {
                matrix[i * components + c] -= 2 * across[i] * overlaps[c] / norm_squared;
            }
        }
    }
    return matrix;
}

HeadModel random_model(const RawRows& rows, const Postings& postings, const L2Space& space,
                       const HandMade& how) {
    std::mt19937 random(how.seed);
    HeadModel model{.layout = how.layout, .dimension = space.dimension()};
    // All components, or some: with no tail, and with one.
    const std::size_t wanted = how.seed % 2 == 0 ? model.dimension : (2 * model.dimension + 2) / 3;
    model.components = std::min(model.layout.capacity(), wanted);
    model.mean.assign(model.dimension, 0);
    std::vector<float> mapped(model.dimension);
    const auto share = 1 / static_cast<float>(std::max<std::size_t>(1, postings.nodes.size()));
    double mean_square = 0;
    for (const std::vector<Slot>& slots : postings.nodes) {
        CHECK(space.map_row(rows[slots.front()], mapped.data()));
        for (std::size_t i = 0; i < model.dimension; ++i) {
            model.mean[i] += share * mapped[i];
            mean_square += double{share} * double{mapped[i]} * double{mapped[i]};
        }
    }
    const std::vector<double> basis = random_basis(model.dimension, model.components, random);
    model.matrix.assign(model.dimension * model.columns(), 0);
    model.offset.assign(model.columns(), 0);
    for (std::size_t i = 0; i < model.dimension; ++i) {
        for (std::size_t c = 0; c < model.components; ++c) {
            const auto value = static_cast<float>(basis[i * model.components + c]);
            model.matrix[i * model.columns() + c] = value;
            model.offset[c] += model.mean[i] * value;
        }
    }
    // Float32 rounds each of the matrix's components by 2^-24 of its size; |V|_F² = components.
    model.orthogonality = 3 * 0x1p-24 * std::sqrt(static_cast<double>(model.components)) + 1e-12;
    const double rms = std::sqrt(mean_square / static_cast<double>(model.dimension));
    model.step = static_cast<float>(rms * (model.layout.bits == 4 ? 0.335 : 4.0 / 127)) + 1e-20F;
    model.kappa = 0.5F;
    model.tail_slack = static_cast<float>(4 * projection_slack(model));
    return model;
}

Columns encode(const RawRows& rows, const Postings& postings, const SegmentParts& parts,
               const simd::Kernels& kernels) {
    const std::size_t nodes = postings.nodes.size();
    const std::size_t head = parts.model.layout.row_bytes();
    const std::size_t full = full_code_stride(parts.model.dimension);
    Columns columns;
    columns.heads.resize(nodes * head);
    columns.full.resize(nodes * full);
    RowEncoder encoder(parts.space, parts.model, kernels);
    for (std::size_t node = 0; node < nodes; ++node) {
        HeadBounds bounds{};
        const float* row = rows[postings.nodes[node].front()];
        const RowEncoder::Target target{.head = columns.heads.data() + node * head,
                                        .bounds = &bounds,
                                        .full = columns.full.data() + node * full};
        encoder.encode({&row, 1}, {&target, 1});
        columns.norms.push_back(bounds.norm_squared);
        columns.errors.push_back(bounds.error);
        columns.tails.push_back(bounds.tail);
    }
    return columns;
}

template <typename T>
void add(SegmentImage& image, const char* name, const std::vector<T>& values) {
    CHECK(image.add(name, std::as_bytes(std::span(values))));
}

SegmentImage image_of(const Postings& postings, const Columns& columns, SegmentParts& parts,
                      const simd::Kernels& kernels) {
    std::vector<std::uint32_t> ends;
    std::vector<Slot> slots;
    for (const std::vector<Slot>& node : postings.nodes) {
        slots.insert(slots.end(), node.begin(), node.end());
        ends.push_back(static_cast<std::uint32_t>(slots.size()));
    }
    parts.nodes = static_cast<std::uint32_t>(postings.nodes.size());
    parts.postings = slots;
    parts.loose = postings.loose;
    parts.heads = columns.heads;
    parts.head_tails = columns.tails;
    parts.full = columns.full;
    ThreadPool alone(1);
    Balls balls;
    extend_balls(parts, kernels, alone, balls);
    parts.ball_nodes = kBallNodes;
    SegmentImage image;
    CHECK(image.add("meta", encode_meta(parts)));
    add(image, "mean", parts.model.mean);
    add(image, "matrix", parts.model.matrix);
    add(image, "offset", parts.model.offset);
    add(image, "heads", columns.heads);
    add(image, "head_norms", columns.norms);
    add(image, "head_errors", columns.errors);
    add(image, "head_tails", columns.tails);
    add(image, "full", columns.full);
    add(image, "posting_ends", ends);
    add(image, "postings", slots);
    add(image, "loose", postings.loose);
    add(image, "ball_heads", balls.heads);
    add(image, "ball_norms", balls.norms);
    add(image, "ball_tails", balls.tails);
    add(image, "ball_radii", balls.radii);
    for (const char* name : {"links", "landmarks", "calibration"}) {
        CHECK(image.add(name, std::span<const std::byte>()));
    }
    return image;
}

}  // namespace

}  // namespace sokkuri::index::testing
