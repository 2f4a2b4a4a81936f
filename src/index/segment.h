// Segment: an immutable index over some of a field's rows: codes, graph, which slots. Bytes that it
// can take from a file's map, from an arena or from a builder alike. Never opens a file. Safe from
// any number of threads.
//
// Ordinals are positions in the segment, in the order of the build (near rows lie near each other).
// Rows with the very same raw components share one ordinal; `postings` lists their slots.
#pragma once

#include "base/result.h"
#include "index/codes.h"
#include "index/head_model.h"
#include "index/l2_space.h"
#include "index/raw_rows.h"
#include "simd/kernels.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace sokkuri::index {

/// Dense 32-bit position in a segment.
using Ordinal = std::uint32_t;
inline constexpr Ordinal kNoOrdinal = 0xFFFFFFFF;
inline constexpr std::size_t kDegree = 48;

/// A named run of bytes of a segment; offsets in the file are multiples of 64.
struct Section {
    std::string name;  // at most 15 bytes
    std::span<const std::byte> bytes;
};

/// What graph search at one width finds, measured at build against exact search, on queries that
/// were not yet in the graph.
struct CalibrationPoint {
    std::uint32_t k = 0;
    std::uint32_t ef = 0;
    float recall = 0;      // mean
    float recall_low = 0;  // lower end of its 95 % interval
};

/// The parts, as views. All lengths are checked by Segment::open.
struct SegmentParts {
    L2Space space;
    HeadModel model;
    std::uint32_t nodes = 0;               // ordinals
    std::span<const std::uint8_t> heads;   // nodes × model.layout.row_bytes()
    std::span<const float> head_norms;     // nodes, |ẑ|²
    std::span<const float> head_errors;    // nodes
    std::span<const float> head_tails;     // nodes
    std::span<const std::uint8_t> full;    // nodes × full_code_stride
    std::span<const std::uint32_t> links;  // nodes × kDegree, unused ones kNoOrdinal at the end;
                                           // empty: no graph (few rows)
    std::span<const std::uint32_t> landmarks;     // ordinals, entry points
    std::span<const std::uint32_t> posting_ends;  // nodes: slots of ordinal o are
                                                  // [posting_ends[o−1], posting_ends[o])
    std::span<const Slot> postings;               // ascending within an ordinal
    std::span<const Slot> loose;  // slots that no code can stand for: always decided in float64
    std::span<const CalibrationPoint> calibration;

    bool has_graph() const { return !links.empty(); }
    std::span<const Slot> slots_of(Ordinal ordinal) const {
        const std::uint32_t first = ordinal == 0 ? 0 : posting_ends[ordinal - 1];
        return postings.subspan(first, posting_ends[ordinal] - first);
    }
};

class Segment {
 public:
    /// Checks every length, offset, ordinal and slot (slots below `slots_end`): bytes from a disk
    /// are hostile. kCorruption names the section. `keep` holds the memory of the sections.
    /// O(nodes) with links; `trusted` (the section checksums were right) skips the walk over links.
    static Result<std::shared_ptr<const Segment>> open(std::span<const Section> sections,
                                                       std::shared_ptr<const void> keep,
                                                       const simd::Kernels& kernels);

    const SegmentParts& parts() const { return parts_; }
    const QueryEncoder& query_encoder() const { return *query_encoder_; }
    const simd::Kernels& kernels() const { return kernels_; }
    std::uint64_t rows() const { return parts_.postings.size() + parts_.loose.size(); }
    std::size_t size_bytes() const { return size_bytes_; }

 private:
    Segment(const simd::Kernels& kernels) : kernels_(kernels) {}

    const simd::Kernels& kernels_;
    SegmentParts parts_;
    std::size_t size_bytes_ = 0;
    std::unique_ptr<const QueryEncoder> query_encoder_;
    std::vector<std::uint8_t> landmark_heads_;
    std::shared_ptr<const void> keep_;

 public:
    /// Heads of the landmarks, side by side.
    std::span<const std::uint8_t> landmark_heads() const { return landmark_heads_; }
};

/// A segment as a builder leaves it: sections that own their bytes.
class SegmentImage {
 public:
    struct OwnedSection {
        std::string name;
        std::shared_ptr<std::byte[]> bytes;  // huge pages where the system gives them
        std::size_t size = 0;
    };
    std::vector<OwnedSection> sections;

    std::vector<Section> views() const;
    /// The same bytes, ready to be searched.
    Result<std::shared_ptr<const Segment>> open(const simd::Kernels& kernels) const;
};

}  // namespace sokkuri::index
