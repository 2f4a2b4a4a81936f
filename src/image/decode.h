// From the bytes of a picture file to a Picture. Sniffs the format by content; JPEG goes through
// libjpeg-turbo, the rest through libvips (opened on first need) and our BMP reader. Hostile input
// is expected: every refusal has a reason, every bound a name. Safe from any number of threads.
#pragma once

#include "base/result.h"
#include "image/format.h"
#include "image/picture.h"

#include <cstddef>
#include <cstdint>
#include <span>

namespace sokkuri::image {

struct DecodeLimits {
    std::uint64_t file_bytes_max = 512ULL << 20;
    std::uint64_t pixels_max = 300'000'000;  // of the picture as stored, before any shrinking
    std::uint32_t side_max = 65'535;
    std::uint64_t memory_bytes_max = 2ULL << 30;  // what one decode may hold at a time
    std::uint32_t time_max_ms = 20'000;
};

struct DecodeOptions {
    DecodeLimits limits;
    /// Shrink while decoding, where the format can (JPEG), as long as the shorter side keeps at
    /// least this many pixels. 0: full size. Ask for twice what will be needed: then a resized
    /// picture differs from one decoded in full by 0.9 of 255 in the mean, against 2.1 for once.
    std::uint32_t shorter_side_min = 0;
};

struct Decoded {
    Picture picture;  // upright; perhaps smaller than `original`
    Size original;    // upright size of the picture as stored
    Format format = Format::kUnknown;
};

/// kUnsupported for what is not a picture format we read; kCorruption for broken ones; kExhausted
/// where a limit was met (the message names it and its value); kDeadlineExceeded for `time_max_ms`.
Result<Decoded> decode(std::span<const std::byte> file, const DecodeOptions& options);

}  // namespace sokkuri::image
