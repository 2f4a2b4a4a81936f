#include "index/segment_check.h"

#include "index/bitmap.h"
#include "index/codes.h"

#include <cmath>
#include <cstring>
#include <string_view>

namespace sokkuri::index {

namespace {

Result<void> check_numbers(std::string_view section, std::span<const float> values);
/// NaN: nothing is known of that tail.
Result<void> check_tails(std::span<const float> tails);
/// Infinite: nothing is known of a node in it.
Result<void> check_radii(std::span<const float> radii);
Result<void> check_heads(const SegmentParts& parts);
Result<void> check_full(const SegmentParts& parts);
Result<void> check_links(const SegmentParts& parts);
Result<void> check_slots(const SegmentParts& parts);
/// Ascending, below slots_end, not in `seen` yet.
Result<void> take_slots(std::string_view section, std::span<const Slot> slots,
                        std::uint64_t slots_end, Bitmap& seen);

}  // namespace

Result<void> check_contents(const SegmentParts& parts) {
    TRY(check_numbers("head_norms", parts.head_norms));
    TRY(check_numbers("head_errors", parts.head_errors));
    TRY(check_tails(parts.head_tails));
    TRY(check_numbers("ball_norms", parts.ball_norms));
    TRY(check_numbers("ball_tails", parts.ball_tails));
    TRY(check_radii(parts.ball_radii));
    TRY(check_heads(parts));
    TRY(check_full(parts));
    TRY(check_links(parts));
    return check_slots(parts);
}

namespace {

Result<void> check_numbers(std::string_view section, std::span<const float> values) {
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (!std::isfinite(values[i]) || values[i] < 0) {
            return fail(ErrorCode::kCorruption, "{}: {} at {}", section, values[i], i);
        }
    }
    return {};
}

Result<void> check_tails(std::span<const float> tails) {
    for (std::size_t i = 0; i < tails.size(); ++i) {
        if (std::isinf(tails[i]) || tails[i] < 0) {
            return fail(ErrorCode::kCorruption, "head_tails: {} at {}", tails[i], i);
        }
    }
    return {};
}

Result<void> check_radii(std::span<const float> radii) {
    for (std::size_t i = 0; i < radii.size(); ++i) {
        if (std::isnan(radii[i]) || radii[i] < 0) {
            return fail(ErrorCode::kCorruption, "ball_radii: {} at {}", radii[i], i);
        }
    }
    return {};
}

Result<void> check_heads(const SegmentParts& parts) {
    const std::size_t stride = parts.model.layout.row_bytes();
    for (std::size_t i = 0; i < parts.nodes; ++i) {
        float bias = 0;
        std::memcpy(&bias, parts.heads.data() + (i + 1) * stride - sizeof bias, sizeof bias);
        if (!std::isfinite(bias)) {
            return fail(ErrorCode::kCorruption, "heads: bias {} at {}", bias, i);
        }
    }
    return {};
}

Result<void> check_full(const SegmentParts& parts) {
    const std::size_t stride = full_code_stride(parts.model.dimension);
    const std::size_t at = full_meta_at(parts.model.dimension);
    for (std::size_t i = 0; i < parts.nodes; ++i) {
        FullMeta meta = {};
        std::memcpy(&meta, parts.full.data() + i * stride + at, sizeof meta);
        const bool is_finite = std::isfinite(meta.scale) && std::isfinite(meta.low) &&
                               std::isfinite(meta.norm_squared) && std::isfinite(meta.error);
        if (!is_finite || meta.scale < 0 || meta.norm_squared < 0 || meta.error < 0) {
            return fail(ErrorCode::kCorruption, "full: numbers of row {}", i);
        }
    }
    return {};
}

Result<void> check_links(const SegmentParts& parts) {
    for (std::size_t i = 0; i < parts.links.size(); i += kDegree) {
        const std::span<const std::uint32_t> row = parts.links.subspan(i, kDegree);
        const auto end = std::ranges::find(row, kNoOrdinal);
        const bool is_known =
            std::all_of(row.begin(), end, [&](Ordinal to) { return to < parts.nodes; });
        const bool is_over =
            std::all_of(end, row.end(), [](Ordinal to) { return to == kNoOrdinal; });
        const bool is_own = std::find(row.begin(), end, i / kDegree) != end;
        if (!is_known || !is_over || is_own) {
            return fail(ErrorCode::kCorruption, "links: those of node {}", i / kDegree);
        }
    }
    return {};
}

Result<void> check_slots(const SegmentParts& parts) {
    Bitmap seen;
    std::uint32_t before = 0;
    for (Ordinal i = 0; i < parts.nodes; ++i) {
        const std::uint32_t end = parts.posting_ends[i];
        if (end <= before || end > parts.postings.size()) {
            return fail(ErrorCode::kCorruption, "posting_ends: {} after {} at {}", end, before, i);
        }
        before = end;
        TRY(take_slots("postings", parts.slots_of(i), parts.slots_end, seen));
    }
    if (before != parts.postings.size()) {
        return fail(ErrorCode::kCorruption, "posting_ends: {} of {}", before,
                    parts.postings.size());
    }
    return take_slots("loose", parts.loose, parts.slots_end, seen);
}

Result<void> take_slots(std::string_view section, std::span<const Slot> slots,
                        std::uint64_t slots_end, Bitmap& seen) {
    for (std::size_t i = 0; i < slots.size(); ++i) {
        const Slot slot = slots[i];
        if (slot >= slots_end || seen.test(slot) || (i > 0 && slot <= slots[i - 1])) {
            return fail(ErrorCode::kCorruption, "{}: slot {} of {}", section, slot, slots_end);
        }
        seen.set(slot);
    }
    return {};
}

}  // namespace

}  // namespace sokkuri::index
