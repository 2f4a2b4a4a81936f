// Corpora for tests of search: rows that few numbers describe, in clusters, as features of pictures
// are, a segment over them, and the answer of a float64 scan to hold against others.
#pragma once

#include "base/thread_pool.h"
#include "index/segment_search.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace sokkuri::index::testing {

inline constexpr std::uint64_t kSeed = 20261121;
inline constexpr std::size_t kDimension = 64;
inline constexpr std::size_t kRows = 4000;
inline constexpr std::size_t kQueries = 100;

const simd::Kernels& kernels();
ThreadPool& pool();

/// Rows of kDimension; other seeds give other rows of the same clusters.
std::vector<float> clustered(std::size_t count, std::uint64_t seed);

/// Rows, and a segment over some of them.
struct Corpus {
    Metric metric = Metric::kCosine;
    std::vector<float> values;
    std::vector<Slot> slots;
    RawRows rows;
    std::shared_ptr<const Segment> segment;

    std::span<const float> row(Slot slot) const { return rows.row(slot); }
    SegmentAnswer search(const SegmentQuery& asked) const {
        return search_segment(*segment, rows, asked, nullptr);
    }
};

/// All rows when `slots` is empty.
std::unique_ptr<Corpus> make_corpus(Metric metric, std::vector<float> values,
                                    std::vector<Slot> slots = {});
/// kRows rows; made once.
const Corpus& corpus_of(Metric metric);

/// kQueries of them, none of which is a row.
const std::vector<float>& queries();
std::span<const float> query(std::size_t i);

/// What a scan finds.
std::vector<Neighbor> oracle(const Corpus& corpus, const SegmentQuery& asked);
/// Share of the k nearest that was found; as near as the k-th counts.
double recall_of(const std::vector<Neighbor>& found, const std::vector<Neighbor>& truth,
                 std::size_t k);
/// What is wrong with an answer, or nothing. Every one must give enough neighbors, all of which
/// pass, in order, no slot twice, with distances of float64; an exact one what the scan gives.
std::string flaw_of(const Corpus& corpus, const SegmentQuery& asked, const SegmentAnswer& answer);

Bitmap random_bitmap(std::size_t count, double share, std::uint64_t seed);

}  // namespace sokkuri::index::testing
