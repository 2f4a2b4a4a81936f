#include "index/graph_landmarks.h"

#include "index/bisection.h"

#include <algorithm>

namespace sokkuri::index {

namespace {

// Scoring 512 costs 3 µs and spares the first ten hops.
constexpr std::size_t kLandmarksWanted = 512;
constexpr std::size_t kNodesPerLandmark = 64;
constexpr std::size_t kSamplePerLandmark = 16;

/// The one with the least sum of distances to all.
Ordinal medoid(const NodeCodes& codes, std::span<const Ordinal> nodes);

}  // namespace

std::vector<Ordinal> choose_landmarks(const NodeCodes& codes) {
    const std::size_t nodes = codes.count();
    const std::size_t wanted =
        std::min(kLandmarksWanted, (nodes + kNodesPerLandmark - 1) / kNodesPerLandmark);
    std::vector<Ordinal> sample(std::min(nodes, wanted * kSamplePerLandmark));
    for (std::size_t i = 0; i < sample.size(); ++i) {
        sample[i] = static_cast<Ordinal>(i * nodes / sample.size());
    }
    std::vector<Ordinal> landmarks;
    std::span<const Ordinal> rest = sample;
    for (const std::size_t size : bisect(codes, sample, kSamplePerLandmark)) {
        landmarks.push_back(medoid(codes, rest.first(size)));
        rest = rest.subspan(size);
    }
    std::sort(landmarks.begin(), landmarks.end());
    return landmarks;
}

LandmarkHeads::LandmarkHeads(const GraphNodes& nodes, std::span<const Ordinal> landmarks)
    : layout_(nodes.model.layout), ordinals_(landmarks.begin(), landmarks.end()) {
    const std::size_t row = layout_.row_bytes();
    heads_.reserve(landmarks.size() * row);
    for (const Ordinal landmark : landmarks) {
        const auto head = nodes.heads.subspan(landmark * row, row);
        heads_.insert(heads_.end(), head.begin(), head.end());
    }
}

namespace {

Ordinal medoid(const NodeCodes& codes, std::span<const Ordinal> nodes) {
    std::vector<std::int32_t> distances(nodes.size());
    Ordinal best = nodes.front();
    std::int64_t least = INT64_MAX;
    for (const Ordinal node : nodes) {
        codes.distances(codes.query_of(node), nodes, distances.data());
        std::int64_t sum = 0;
        for (const std::int32_t distance : distances) {
            sum += distance;
        }
        if (sum >= least) continue;
        least = sum;
        best = node;
    }
    return best;
}

}  // namespace

}  // namespace sokkuri::index
