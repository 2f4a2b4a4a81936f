#include "index/encoded_queries.h"

#include "base/check.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace sokkuri::index {

void EncodedQueries::encode(const Segment& segment, std::span<const float> vectors) {
    const L2Space& space = segment.parts().space;
    const std::size_t count = vectors.size() / space.raw_dimension;
    DCHECK(count <= kMax);
    count_ = count;
    mapped_.resize(space.dimension());
    for (std::size_t i = 0; i < count; ++i) {
        Query& query = queries_[i];
        const auto raw = vectors.subspan(i * space.raw_dimension, space.raw_dimension);
        query.effort.reset();
        query.has_codes = space.map_query(raw, mapped_.data()).has_value();
        if (query.has_codes) segment.query_encoder().encode_full_fast(mapped_, query.full);
    }
    encode_heads(segment, count);
    choose_entries_of_all(segment, count);
}

void EncodedQueries::search_graph(const Segment& segment, std::size_t ef) {
    std::array<GraphTurn, kMax> turns;
    std::array<Query*, kMax> askers{};
    std::size_t count = 0;
    for (Query& query : std::span(queries_).first(count_)) {
        if (!query.has_codes) continue;
        turns[count].query = &query.head;
        turns[count].entries = query.entries;
        turns[count].found.swap(query.found);
        askers[count] = &query;
        ++count;
    }
    const SegmentParts& parts = segment.parts();
    turns_.search({parts.heads, parts.model.layout, parts.links}, ef, std::span(turns).first(count),
                  segment.kernels());
    for (std::size_t i = 0; i < count; ++i) {
        askers[i]->found.swap(turns[i].found);
        askers[i]->effort = turns[i].effort;
    }
}

std::optional<GraphEffort> EncodedQueries::effort_of(std::size_t i) const {
    return queries_[i].effort;
}

bool EncodedQueries::take(std::size_t i, SearchScratch& scratch) {
    Query& query = queries_[i];
    if (!query.has_codes) return false;
    std::swap(query.full, scratch.full);
    std::swap(query.head, scratch.head);
    std::swap(query.entries, scratch.graph.entries);
    if (query.effort) std::swap(query.found, scratch.graph.found);
    return true;
}

void EncodedQueries::encode_heads(const Segment& segment, std::size_t count) {
    std::array<const FullQuery*, kMax> full{};
    std::array<HeadQuery*, kMax> heads{};
    std::size_t encoded = 0;
    for (Query& query : std::span(queries_).first(count)) {
        if (!query.has_codes) continue;
        full[encoded] = &query.full;
        heads[encoded] = &query.head;
        ++encoded;
    }
    segment.query_encoder().encode_heads_fast(std::span(full).first(encoded),
                                              std::span(heads).first(encoded));
}

void EncodedQueries::choose_entries_of_all(const Segment& segment, std::size_t count) {
    const SegmentParts& parts = segment.parts();
    const HeadLayout layout = parts.model.layout;
    const LandmarksView landmarks{segment.landmark_heads(), layout, parts.landmarks};
    const std::size_t rows = landmarks.ordinals.size();
    const std::size_t places = layout.places();
    const std::size_t blocks = simd::packed_blocks(rows);
    const std::size_t dots_stride = blocks * simd::kPackedRows;
    codes_.assign(count * places, 0);
    for (std::size_t i = 0; i < count; ++i) {
        if (queries_[i].has_codes) {
            std::ranges::copy(queries_[i].head.codes,
                              codes_.begin() + static_cast<std::ptrdiff_t>(i * places));
        }
    }
    dots_.resize(count * dots_stride);
    segment.kernels().dot_tile(codes_.data(), places, count, segment.landmark_tiles().data(),
                               blocks, places, dots_.data(), dots_stride);
    scores_.resize(rows);
    for (std::size_t i = 0; i < count; ++i) {
        if (!queries_[i].has_codes) continue;
        for (std::size_t row = 0; row < rows; ++row) {
            float bias = 0;
            std::memcpy(&bias, &landmarks.heads[(row + 1) * layout.row_bytes() - sizeof bias],
                        sizeof bias);
            scores_[row] = bias + queries_[i].head.multiplier *
                                      static_cast<float>(dots_[i * dots_stride + row]);
        }
        choose_entries(landmarks, scores_, queries_[i].entries);
    }
}

}  // namespace sokkuri::index
