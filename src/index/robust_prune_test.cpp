// RobustPrune and the tiles under it against the plain thing: integers added up one by one.
#include "index/robust_prune.h"

#include "index/packed_nodes.h"
#include "index/testing/made_heads.h"
#include "simd/dispatch.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <random>
#include <string>

namespace sokkuri::index {
namespace {

using testing::NamedRows;

constexpr HeadLayout kLayouts[] = {{.bits = 4, .lines = 1},
                                   {.bits = 4, .lines = 2},
                                   {.bits = 8, .lines = 1},
                                   {.bits = 8, .lines = 3}};

/// Heads, and their codes as plain integers: doubled and centered for nibbles, centered for bytes.
struct PlainNodes {
    HeadModel model;
    std::vector<std::uint8_t> heads;

    GraphNodes nodes() const { return {heads, model}; }
    std::int32_t code(Ordinal node, std::size_t component) const {
        const std::size_t place = model.layout.place_of(component);
        const std::uint8_t* row = heads.data() + node * model.layout.row_bytes();
        if (model.layout.bits == 8) return row[place] - 128;
        const int byte = row[place / 128 * 64 + place % 64];
        return 2 * (place % 128 < 64 ? byte & 15 : byte >> 4) - 15;
    }
    std::int64_t distance(Ordinal a, Ordinal b) const {
        std::int64_t sum = 0;
        for (std::size_t i = 0; i < model.components; ++i) {
            const std::int64_t difference = code(a, i) - code(b, i);
            sum += difference * difference;
        }
        return sum;
    }
};

PlainNodes plain_nodes(const HeadLayout& layout, const NamedRows& data) {
    const HeadModel model = testing::model_of(layout);
    return {model, testing::heads_of(model, data.rows)};
}

std::vector<Ordinal> pruned_plainly(const PlainNodes& plain, const NodeCodes& codes, Ordinal node,
                                    std::vector<Ordinal> candidates) {
    const NodeQuery query = codes.query_of(node);
    const auto key_of = [&](Ordinal other) {
        std::int32_t key = 0;
        codes.keys(query, {&other, 1}, &key);
        return std::pair(key, other);
    };
    std::sort(candidates.begin(), candidates.end(),
              [&](Ordinal a, Ordinal b) { return key_of(a) < key_of(b); });
    candidates.erase(std::unique(candidates.begin(), candidates.end()), candidates.end());
    std::erase(candidates, node);
    if (candidates.size() > RobustPrune::kCandidatesMax) {
        candidates.resize(RobustPrune::kCandidatesMax);
    }
    std::vector<Ordinal> kept;
    for (const Ordinal candidate : candidates) {
        const bool is_out = std::any_of(kept.begin(), kept.end(), [&](Ordinal by) {
            return 529 * plain.distance(by, candidate) <= 400 * plain.distance(node, candidate);
        });
        if (!is_out && kept.size() < kDegree) kept.push_back(candidate);
    }
    kept.resize(kDegree, kNoOrdinal);
    return kept;
}

TEST(NodeCodes, DistancesAreThoseOfTheCodes) {
    ThreadPool threads(1);
    for (const HeadLayout& layout : kLayouts) {
        for (const NamedRows& data : testing::odd_rows({40, layout.capacity()})) {
            PlainNodes plain = plain_nodes(layout, data);
            plain.model.components -= 5;  // places that are not used must not count
            const NodeCodes codes(plain.nodes(), *simd::runnable_kernels().front(), threads);
            std::vector<Ordinal> all(40);
            std::iota(all.begin(), all.end(), 0U);
            std::vector<std::int32_t> distances(40);
            for (const Ordinal node : all) {
                codes.distances(codes.query_of(node), all, distances.data());
                for (const Ordinal other : all) {
                    ASSERT_EQ(distances[other], plain.distance(node, other)) << data.name;
                }
            }
        }
    }
}

TEST(RobustPrune, ChoosesWhatThePlainRuleChooses) {
    ThreadPool threads(1);
    std::mt19937 random(11);
    for (const HeadLayout& layout : kLayouts) {
        for (const NamedRows& data : testing::odd_rows({300, layout.capacity()})) {
            const PlainNodes plain = plain_nodes(layout, data);
            const NodeCodes codes(plain.nodes(), *simd::runnable_kernels().front(), threads);
            RobustPrune prune(codes);
            for (const std::size_t count : {0, 1, 2, 15, 16, 17, 60, 112, 113, 250}) {
                const auto node = static_cast<Ordinal>(random() % 300);
                std::vector<Ordinal> candidates(count);
                std::generate(candidates.begin(), candidates.end(), [&] {
                    return random() % 20 == 0 ? node : static_cast<Ordinal>(random() % 300);
                });
                const auto expected = pruned_plainly(plain, codes, node, candidates);
                candidates.push_back(kNoOrdinal);
                std::array<std::uint32_t, kDegree> links{};
                prune.choose(node, candidates, links);
                ASSERT_EQ(std::vector<Ordinal>(links.begin(), links.end()), expected)
                    << data.name << ", " << count << " candidates";
            }
        }
    }
}

TEST(PackedNodes, FindTheNearestOfAll) {
    ThreadPool threads(1);
    std::mt19937 random(11);
    for (const HeadLayout& layout : kLayouts) {
        for (const std::size_t count : {1, 15, 16, 17, 400, 2'100}) {
            for (const NamedRows& data : testing::odd_rows({count, layout.capacity()})) {
                const PlainNodes plain = plain_nodes(layout, data);
                const NodeCodes codes(plain.nodes(), *simd::runnable_kernels().front(), threads);
                std::vector<Ordinal> all(count);
                std::iota(all.begin(), all.end(), 0U);
                std::vector<Ordinal> queries(14);  // more than one tile of them
                std::generate(queries.begin(), queries.end(),
                              [&] { return static_cast<Ordinal>(random() % count); });
                const PackedNodes packed(codes, all);
                for (const std::size_t k : {1, 3, 21}) {
                    std::vector<std::int32_t> keys(count);
                    packed.nearest(queries, k, [&](std::size_t i, auto nearest) {
                        codes.keys(codes.query_of(queries[i]), all, keys.data());
                        std::vector<KeyedPosition> expected(count);
                        for (const Ordinal node : all) {
                            expected[node] = KeyedPosition::of(keys[node], node);
                        }
                        std::sort(expected.begin(), expected.end());
                        expected.resize(std::min(k, count));
                        ASSERT_TRUE(std::equal(nearest.begin(), nearest.end(), expected.begin(),
                                               expected.end()))
                            << data.name << ", " << count << " nodes, k " << k;
                    });
                }
            }
        }
    }
}

}  // namespace
}  // namespace sokkuri::index
