#include "index/full_scores.h"

#include <cstring>

namespace sokkuri::index {

void score_full_codes(const Segment& segment, const FullQuery& query,
                      std::span<const Ordinal> ordinals, std::vector<std::int32_t>& dots,
                      std::span<float> scores) {
    const SegmentParts& parts = segment.parts();
    const std::size_t dimension = parts.space.dimension();
    const std::size_t stride = full_code_stride(dimension);
    const std::size_t meta_at = full_meta_at(dimension);
    const std::size_t count = ordinals.size();
    const auto meta_of = [&](std::size_t i) { return &parts.full[ordinals[i] * stride + meta_at]; };
    // The kernel asks for the codes, but for no more.
    for (std::size_t i = 0; i < count; ++i) {
        __builtin_prefetch(meta_of(i));
    }
    dots.resize(count);
    const simd::CodeRows rows{.rows = parts.full.data(),
                              .stride = stride,
                              .size = dimension,
                              .ordinals = ordinals.data(),
                              .count = count};
    segment.kernels().dot_bytes(rows, query.codes.data(), dots.data());
    for (std::size_t i = 0; i < count; ++i) {
        FullMeta meta;
        std::memcpy(&meta, meta_of(i), sizeof(meta));
        const float dot =
            meta.low * query.sum + meta.scale * query.step * static_cast<float>(dots[i]);
        scores[i] = meta.norm_squared - 2 * dot;
    }
}

float full_scale(const Segment& segment, Ordinal ordinal) {
    const SegmentParts& parts = segment.parts();
    const std::size_t dimension = parts.space.dimension();
    FullMeta meta;
    std::memcpy(&meta, &parts.full[ordinal * full_code_stride(dimension) + full_meta_at(dimension)],
                sizeof(meta));
    return meta.scale;
}

}  // namespace sokkuri::index
