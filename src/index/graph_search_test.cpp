// Graph search over small graphs made by hand: exact neighbors of random nibble rows, and a ring so
// that every node can be reached. The oracle is a scan with the same scores.
#include "index/graph_search.h"

#include "index/candidate_pool.h"
#include "index/graph_turns.h"
#include "simd/dispatch.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <random>

namespace sokkuri::index {
namespace {

constexpr std::uint64_t kSeed = 20261121;

struct Fixture {
    HeadLayout layout;
    std::vector<std::uint8_t> heads;
    std::vector<std::uint32_t> links;

    std::size_t nodes() const { return heads.size() / layout.row_bytes(); }
    GraphView view() const { return {heads, layout, links}; }
};

constexpr std::size_t kLatent = 5;  // what the rows really vary in

/// Codes 0 … 15 of a point that few numbers describe, as pictures' are.
std::vector<std::uint8_t> random_codes(const HeadLayout& layout, std::mt19937& random) {
    std::mt19937 fixed(kSeed);
    std::normal_distribution<float> normal;
    std::array<float, kLatent> latent;
    for (float& value : latent) {
        value = normal(random);
    }
    std::vector<std::uint8_t> codes(layout.capacity());
    for (std::uint8_t& code : codes) {
        float value = 7.5F;
        for (const float factor : latent) {
            value += 1.2F * factor * normal(fixed);
        }
        code = static_cast<std::uint8_t>(std::clamp(value, 0.0F, 15.0F));
    }
    return codes;
}

/// Scores are squared distances between codes, but for a constant.
std::vector<std::uint8_t> random_heads(const HeadLayout& layout, std::size_t nodes,
                                       std::mt19937& random) {
    std::vector<std::uint8_t> heads(nodes * layout.row_bytes());
    for (std::size_t node = 0; node < nodes; ++node) {
        std::uint8_t* const head = &heads[node * layout.row_bytes()];
        const std::vector<std::uint8_t> codes = random_codes(layout, random);
        float bias = 0;
        for (std::size_t i = 0; i < codes.size(); ++i) {
            const std::size_t place = layout.place_of(i);
            const std::size_t byte = layout.bits == 8 ? place : place / 128 * 64 + place % 64;
            const bool is_high = layout.bits == 4 && place % 128 >= 64;
            head[byte] |= static_cast<std::uint8_t>(codes[i] << (is_high ? 4 : 0));
            bias += static_cast<float>(codes[i] * codes[i]);
        }
        std::memcpy(head + layout.row_bytes() - 4, &bias, 4);
    }
    return heads;
}

HeadQuery random_query(const HeadLayout& layout, std::mt19937& random) {
    HeadQuery query;
    query.codes.resize(layout.places());
    const std::vector<std::uint8_t> codes = random_codes(layout, random);
    for (std::size_t i = 0; i < codes.size(); ++i) {
        query.codes[layout.place_of(i)] = static_cast<std::int8_t>(8 * codes[i]);
    }
    query.multiplier = -2.0F / 8;
    return query;
}

std::vector<Candidate> scan(const Fixture& fixture, const HeadQuery& query,
                            const simd::Kernels& kernels) {
    std::vector<float> scores(fixture.nodes());
    const simd::CodeRows rows{.rows = fixture.heads.data(),
                              .stride = fixture.layout.row_bytes(),
                              .size = fixture.layout.row_bytes(),
                              .count = fixture.nodes()};
    const auto score = fixture.layout.bits == 4 ? kernels.score_nibbles : kernels.score_bytes;
    score(rows, query.codes.data(), query.multiplier, scores.data());
    std::vector<Candidate> all;
    for (Ordinal i = 0; i < scores.size(); ++i) {
        all.push_back({scores[i], i});
    }
    std::ranges::sort(all, [](const Candidate& a, const Candidate& b) {
        return candidate_key(a.score, a.ordinal) < candidate_key(b.score, b.ordinal);
    });
    return all;
}

const simd::Kernels& kernels() {
    return **simd::chosen_kernels();
}

/// Links: the next node of a ring, then those that a node as a query scores best.
Fixture make_fixture(HeadLayout layout, std::size_t nodes, std::size_t degree) {
    std::mt19937 random(kSeed);
    Fixture fixture{layout, random_heads(layout, nodes, random), {}};
    fixture.links.assign(nodes * kDegree, kNoOrdinal);
    random.seed(kSeed);
    for (Ordinal node = 0; node < nodes; ++node) {
        const HeadQuery own = random_query(layout, random);  // the node's codes: the same numbers
        std::uint32_t* links = &fixture.links[node * kDegree];
        std::size_t count = 0;
        links[count++] = static_cast<Ordinal>((node + 1) % nodes);
        for (const Candidate& near : scan(fixture, own, kernels())) {
            if (count == degree) break;
            if (near.ordinal != node && near.ordinal != links[0]) links[count++] = near.ordinal;
        }
    }
    return fixture;
}

TEST(GraphSearch, FindsWhatAScanFindsOnceItIsAsWideAsTheGraph) {
    for (const HeadLayout layout : {HeadLayout{4, 1}, HeadLayout{4, 2}, HeadLayout{8, 2}}) {
        const Fixture fixture = make_fixture(layout, 300, 10);
        std::mt19937 random(kSeed);
        GraphScratch scratch;
        for (int round = 0; round < 10; ++round) {
            const HeadQuery query = random_query(layout, random);
            const std::vector<Ordinal> entries{7, 7, 250};
            const GraphEffort effort =
                search_graph(fixture.view(), {.query = query, .ef = 300, .entries = entries},
                             kernels(), scratch);
            EXPECT_EQ(scratch.found, scan(fixture, query, kernels()));
            EXPECT_EQ(effort.nodes_scored, 300U);
            EXPECT_EQ(effort.expansions, 300U);
        }
    }
}

TEST(GraphSearch, FindsMostOfTheNearestWithANarrowPool) {
    const Fixture fixture = make_fixture({4, 2}, 1000, 32);
    std::mt19937 random(kSeed + 1);
    GraphScratch scratch;
    std::size_t hits = 0;
    for (int round = 0; round < 50; ++round) {
        const HeadQuery query = random_query(fixture.layout, random);
        const std::vector<Ordinal> entries{0, 1, 2, 3, 4, 5, 6, 7};
        search_graph(fixture.view(), {.query = query, .ef = 100, .entries = entries}, kernels(),
                     scratch);
        ASSERT_EQ(scratch.found.size(), 100U);
        const std::vector<Candidate> truth = scan(fixture, query, kernels());
        for (std::size_t i = 0; i < 10; ++i) {
            hits += static_cast<std::size_t>(std::ranges::count(scratch.found, truth[i]));
        }
    }
    EXPECT_GE(hits, 450U);  // of 500
}

TEST(GraphSearch, DoesNotDependOnWhatTheScratchSawBefore) {
    const Fixture small = make_fixture({4, 1}, 100, 8);
    const Fixture large = make_fixture({4, 2}, 900, 12);
    std::mt19937 random(kSeed + 2);
    GraphScratch used;
    for (int round = 0; round < 20; ++round) {
        for (const Fixture* fixture : {&large, &small}) {
            const HeadQuery query = random_query(fixture->layout, random);
            const std::vector<Ordinal> entries{static_cast<Ordinal>(random() % 100)};
            const GraphSearch search{.query = query, .ef = 1 + random() % 80, .entries = entries};
            GraphScratch fresh;
            search_graph(fixture->view(), search, kernels(), fresh);
            search_graph(fixture->view(), search, kernels(), used);
            EXPECT_EQ(used.found, fresh.found);
            EXPECT_TRUE(std::ranges::all_of(used.visited, [](auto word) { return word == 0; }));
        }
    }
}

TEST(GraphTurns, FindWhatEachSearchFindsAlone) {
    const Fixture small = make_fixture({4, 1}, 120, 8);
    const Fixture large = make_fixture({8, 2}, 900, 12);
    std::mt19937 random(kSeed + 5);
    GraphTurns turns;
    for (const std::size_t count : {0U, 1U, 3U, 4U, 5U, 17U, 2U}) {
        for (const Fixture* fixture : {&large, &small}) {
            const std::size_t ef = 1 + random() % 80;
            std::vector<HeadQuery> queries(count);
            std::vector<std::vector<Ordinal>> entries(count);
            std::vector<GraphTurn> asked(count);
            for (std::size_t i = 0; i < count; ++i) {
                queries[i] = random_query(fixture->layout, random);
                // None, some, doubles, more than are noted at once: searches of every length.
                entries[i].resize(i % 4 == 3 ? 200 : i % 4);
                for (Ordinal& entry : entries[i]) {
                    entry = static_cast<Ordinal>(random() % fixture->nodes());
                }
                asked[i].query = &queries[i];
                asked[i].entries = entries[i];
            }
            turns.search(fixture->view(), ef, asked, kernels());
            for (std::size_t i = 0; i < count; ++i) {
                GraphScratch alone;
                const GraphEffort effort = search_graph(
                    fixture->view(), {.query = queries[i], .ef = ef, .entries = entries[i]},
                    kernels(), alone);
                EXPECT_EQ(asked[i].found, alone.found);
                EXPECT_EQ(asked[i].effort, effort);
            }
        }
    }
}

TEST(GraphSearch, StopsAfterSoManyExpansions) {
    const Fixture fixture = make_fixture({4, 1}, 500, 8);
    std::mt19937 random(kSeed + 3);
    const HeadQuery query = random_query(fixture.layout, random);
    const std::vector<Ordinal> entries{3};
    GraphScratch scratch;
    for (const std::size_t most : {0UL, 1UL, 5UL}) {
        const GraphEffort effort = search_graph(
            fixture.view(), {.query = query, .ef = 64, .entries = entries, .expansions_max = most},
            kernels(), scratch);
        EXPECT_EQ(effort.expansions, most);
        EXPECT_LE(effort.nodes_scored, 1 + most * kDegree);
        EXPECT_EQ(scratch.found.size(), std::min<std::size_t>(effort.nodes_scored, 64));
    }
}

TEST(GraphSearch, ReturnsTheEntriesOfNodesWithoutLinks) {
    Fixture fixture = make_fixture({4, 1}, 64, 4);
    std::ranges::fill(fixture.links, kNoOrdinal);
    std::mt19937 random(kSeed + 4);
    const HeadQuery query = random_query(fixture.layout, random);
    const std::vector<Ordinal> entries{5, 9, 60};
    GraphScratch scratch;
    search_graph(fixture.view(), {.query = query, .ef = 10, .entries = entries}, kernels(),
                 scratch);
    EXPECT_EQ(scratch.found.size(), 3U);
}

TEST(GraphSearch, TakesTheBestLandmarksAsEntries) {
    const Fixture fixture = make_fixture({4, 2}, 200, 4);
    std::mt19937 random(kSeed + 5);
    const HeadQuery query = random_query(fixture.layout, random);
    std::vector<Ordinal> landmarks(200);
    for (Ordinal i = 0; i < 200; ++i) {
        landmarks[i] = i;
    }
    GraphScratch scratch;
    choose_entries({fixture.heads, fixture.layout, landmarks}, query, kernels(), scratch);
    ASSERT_EQ(scratch.entries.size(), kEntries);
    const std::vector<Candidate> truth = scan(fixture, query, kernels());
    for (std::size_t i = 0; i < kEntries; ++i) {
        EXPECT_EQ(scratch.entries[i], truth[i].ordinal);
    }
}

TEST(CandidatePool, KeysOrderLikeScoreThenOrdinal) {
    const float infinity = std::numeric_limits<float>::infinity();
    const std::vector<float> scores{-infinity, -2.5F, -1e-30F, 0.0F, 1e-30F, 1.0F, 3e38F, infinity};
    std::uint64_t last = 0;
    for (const float score : scores) {
        for (const Ordinal ordinal : {0U, 1U, 77U, 0x7FFFFFFFU}) {
            const std::uint64_t key = candidate_key(score, ordinal);
            EXPECT_LT(last, key);
            EXPECT_EQ(candidate_of_key(key | 1), (Candidate{score, ordinal}));
            last = key;
        }
    }
}

TEST(CandidatePool, KeepsTheNearestInOrderWhateverComesIn) {
    std::mt19937 random(kSeed + 6);
    for (const std::size_t size_max : {1UL, 2UL, 7UL, 64UL, 300UL}) {
        std::vector<std::uint64_t> memory(size_max + 1);
        CandidatePool pool(memory.data(), size_max);
        std::vector<std::uint64_t> all;
        for (Ordinal i = 0; i < 500; ++i) {
            const std::uint64_t key = candidate_key(static_cast<float>(random() % 50), i);
            all.push_back(key);
            if (pool.takes(key)) pool.insert(key);
        }
        std::ranges::sort(all);
        ASSERT_EQ(pool.size(), std::min<std::size_t>(size_max, 500));
        for (std::size_t i = 0; i < pool.size(); ++i) {
            EXPECT_EQ(pool[i], all[i]);
        }
        std::size_t taken = 0;
        while (pool.has_next()) {
            EXPECT_EQ(pool.take_next(), ordinal_of_key(all[taken]));
            ++taken;
        }
        EXPECT_EQ(taken, pool.size());
    }
}

}  // namespace
}  // namespace sokkuri::index
