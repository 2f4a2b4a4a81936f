#include "image/bounds.h"

#include <algorithm>

namespace sokkuri::image {

Result<Size> checked_size(std::uint64_t width, std::uint64_t height, const DecodeLimits& limits) {
    if (width == 0 || height == 0) {
        return fail(ErrorCode::kCorruption, "an empty picture of {}x{} pixels", width, height);
    }
    if (std::max(width, height) > limits.side_max) {
        return fail(ErrorCode::kExhausted, "{}x{} pixels: a side is longer than side_max, {}",
                    width, height, limits.side_max);
    }
    // Sides are at most 32 bits wide here, so the product fits into 64.
    if (width * height > limits.pixels_max) {
        return fail(ErrorCode::kExhausted, "{}x{} pixels are more than pixels_max, {}", width,
                    height, limits.pixels_max);
    }
    return Size{.width = static_cast<std::uint32_t>(width),
                .height = static_cast<std::uint32_t>(height)};
}

Result<void> check_memory(std::uint64_t needed_bytes, const DecodeLimits& limits) {
    if (needed_bytes <= limits.memory_bytes_max) return {};
    return fail(ErrorCode::kExhausted, "decoding needs {} bytes, more than memory_bytes_max, {}",
                needed_bytes, limits.memory_bytes_max);
}

Deadline::Deadline(const DecodeLimits& limits)
    : time_max_ms_(limits.time_max_ms),
      end_(std::chrono::steady_clock::now() + std::chrono::milliseconds(limits.time_max_ms)) {}

bool Deadline::has_passed() const {
    return std::chrono::steady_clock::now() >= end_;
}

Error Deadline::error() const {
    return Error(ErrorCode::kDeadlineExceeded,
                 fmt::format("decoding took longer than time_max_ms, {}", time_max_ms_));
}

}  // namespace sokkuri::image
