// Segment: an immutable index over some of a field's rows: codes, graph, which slots. Bytes that it
// can take from a file's map, from an arena or from a builder alike (docs/formats/segment.md).
// Never opens a file. Safe from any number of threads.
//
// Ordinals are positions in the segment, in the order of the build (near rows lie near each other).
// Rows with the very same raw components share one ordinal; `postings` lists their slots.
//
// Hostile bytes: Check::kLengths costs O(sections) and leaves big sections untouched, so that a
// file of any size opens at once; whether they are what was written is told by the file's
// checksums, which `verify` and the background compare. Until then a flipped bit may make answers
// worse, but no search leaves its memory. That costs nothing where it is decided: a row of links
// ends at the first ordinal that is no node (as an unused one is), slots_of() stays within
// postings, and whoever reads a raw row passes over slots that do not exist.
#pragma once

#include "base/result.h"
#include "index/codes.h"
#include "index/head_model.h"
#include "index/l2_space.h"
#include "index/raw_rows.h"
#include "simd/kernels.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

namespace sokkuri::index {

/// Dense 32-bit position in a segment.
using Ordinal = std::uint32_t;
inline constexpr Ordinal kNoOrdinal = 0xFFFFFFFF;
inline constexpr std::size_t kDegree = 48;
/// A candidate pool keeps an ordinal and a flag in 32 bits.
inline constexpr std::uint32_t kNodesMax = 0x7FFFFFFF;
inline constexpr std::size_t kLandmarksMax = 65'536;

/// A named run of bytes of a segment; offsets in the file are multiples of 64.
struct Section {
    std::string name;                  // at most 15 bytes
    std::span<const std::byte> bytes;  // 64-byte aligned
};

/// What graph search at one width finds, measured at build against exact search, on queries that
/// were not yet in the graph.
struct CalibrationPoint {
    std::uint32_t k = 0;
    std::uint32_t ef = 0;
    float recall = 0;      // mean
    float recall_low = 0;  // lower 95 % bound
};

/// The parts, as views. All lengths are checked by Segment::open.
struct SegmentParts {
    L2Space space;
    HeadModel model;
    std::uint32_t nodes = 0;               // ordinals; 0 when all rows are loose, or there are none
    std::uint64_t slots_end = 0;           // no slot of the segment lies here or beyond
    std::span<const std::uint8_t> heads;   // nodes × model.layout.row_bytes()
    std::span<const float> head_norms;     // nodes, |ẑ|²
    std::span<const float> head_errors;    // nodes
    std::span<const float> head_tails;     // nodes
    std::span<const std::uint8_t> full;    // nodes × full_code_stride
    std::span<const std::uint32_t> links;  // nodes × kDegree; a row ends at the first ordinal that
                                           // is no node (kNoOrdinal to the end). Empty: no graph
    std::span<const Ordinal> landmarks;    // entry points, at least 1 where there is a graph
    std::span<const std::uint32_t> posting_ends;  // nodes: slots of ordinal o are
                                                  // [posting_ends[o−1], posting_ends[o])
    std::span<const Slot> postings;               // ascending within an ordinal
    std::span<const Slot> loose;  // slots that no code can stand for: always decided in float64;
                                  // ascending
    std::span<const CalibrationPoint> calibration;  // ascending by (k, ef); empty: not known
    std::uint32_t ball_nodes = 0;  // nodes of each ball (balls.h), the last one may have
                                   // fewer; 0: there are none
    std::span<const std::uint8_t> ball_heads;  // balls × model.layout.row_bytes()
    std::span<const float> ball_norms;
    std::span<const float> ball_tails;
    std::span<const float> ball_radii;

    bool has_graph() const { return !links.empty(); }
    std::size_t balls() const {
        return ball_nodes == 0 ? 0 : (std::size_t{nodes} + ball_nodes - 1) / ball_nodes;
    }
    /// Within `postings` whatever posting_ends says.
    std::span<const Slot> slots_of(Ordinal ordinal) const {
        const std::size_t end = std::min<std::size_t>(posting_ends[ordinal], postings.size());
        const std::size_t first =
            ordinal == 0 ? 0 : std::min<std::size_t>(posting_ends[ordinal - 1], end);
        return postings.subspan(first, end - first);
    }
};

enum class Check {
    kLengths,     // O(sections + model): lengths, counts, the model's numbers, landmarks
    kEverything,  // O(bytes): every link, slot and number as well
};

struct OpenOptions {
    Check check = Check::kEverything;
    std::uint64_t slots_end =
        UINT64_MAX;  // rows that exist: a segment that speaks of more is corrupt
};

class SlotOrdinals;

class Segment {
    struct Key {};  // made by open() alone

 public:
    /// `keep` holds the memory of the sections. kCorruption names the section; kUnsupported for a
    /// version of the content that is not ours.
    static Result<std::shared_ptr<const Segment>> open(std::span<const Section> sections,
                                                       std::shared_ptr<const void> keep,
                                                       const simd::Kernels& kernels,
                                                       const OpenOptions& options = {});
    Segment(Key /*key*/, const simd::Kernels& kernels);
    ~Segment();
    Segment(const Segment&) = delete;
    Segment& operator=(const Segment&) = delete;

    const SegmentParts& parts() const { return parts_; }
    const QueryEncoder& query_encoder() const { return *query_encoder_; }
    const simd::Kernels& kernels() const { return kernels_; }
    std::uint64_t rows() const { return parts_.postings.size() + parts_.loose.size(); }
    /// Of all sections: what is resident once all of it has been touched.
    std::size_t size_bytes() const { return size_bytes_; }
    /// Heads of the landmarks, side by side.
    std::span<const std::uint8_t> landmark_heads() const { return landmark_heads_; }
    /// The same in packed blocks (simd/kernels.h).
    std::span<const std::uint8_t> landmark_tiles() const { return landmark_tiles_; }
    /// The inverse of the postings; made when first asked for (O(rows)), then kept.
    const SlotOrdinals& slot_ordinals() const;

 private:
    const simd::Kernels& kernels_;
    SegmentParts parts_;
    std::size_t size_bytes_ = 0;
    std::unique_ptr<const QueryEncoder> query_encoder_;
    std::vector<std::uint8_t> landmark_heads_;
    std::vector<std::uint8_t> landmark_tiles_;
    mutable std::once_flag slot_ordinals_once_;
    mutable std::unique_ptr<const SlotOrdinals> slot_ordinals_;
    std::shared_ptr<const void> keep_;
};

}  // namespace sokkuri::index
