// The bytes of a segment's sections and what they mean (docs/formats/segment.md): between Segment
// and whoever makes one. Numbers are little-endian; big sections are plain arrays that are used
// where they lie.
#pragma once

#include "base/result.h"
#include "index/segment.h"

#include <array>
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace sokkuri::index {

/// The one that is written. Version 1, which is read as well, had no balls.
inline constexpr std::uint32_t kSegmentContentVersion = 2;
inline constexpr std::size_t kSegmentMetaBytes = 128;
/// Of raw rows. Kernels sum at most 65,536 products of bytes.
inline constexpr std::size_t kSegmentDimensionMax = 65'000;
inline constexpr std::size_t kHeadLinesMax = 8;
inline constexpr std::size_t kCalibrationPointsMax = 4'096;

/// All that a segment has, each exactly once, in the order in which builders write them.
inline constexpr std::array<std::string_view, 19> kSectionNames = {
    "meta",       "mean",         "matrix",     "offset",    "heads",
    "head_norms", "head_errors",  "head_tails", "full",      "links",
    "landmarks",  "posting_ends", "postings",   "loose",     "calibration",
    "ball_heads", "ball_norms",   "ball_tails", "ball_radii"};
inline constexpr std::size_t kSectionsOfVersion1 = 15;

/// The section "meta" of `parts`; counts come from the spans.
std::array<std::byte, kSegmentMetaBytes> encode_meta(const SegmentParts& parts);

/// All sections of `parts`, in the order of kSectionNames, valid as long as both arguments.
std::vector<Section> sections_of(const SegmentParts& parts, std::span<const std::byte> meta);

/// Views into `sections`; the model's numbers are copied. Errors as Segment::open.
Result<SegmentParts> parse_sections(std::span<const Section> sections, const OpenOptions& options);

}  // namespace sokkuri::index
