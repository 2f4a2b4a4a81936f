// Goal: what is saved comes back and answers alike; bytes that no index wrote are refused with a
// reason, also when their checksums have been made right again, and never do worse than that.
#include "library/index_file.h"

#include "base/hash.h"
#include "base/testing/temporary_directory.h"
#include "index/arena.h"
#include "library/test_vectors.h"

#include <gtest/gtest.h>

#include <cstring>
#include <sokkuri/index.h>

namespace sokkuri {
namespace {

using library::testing::clustered;
using library::testing::rows_of;
using library::testing::Vectors;

using Bytes = std::vector<std::byte>;

/// With a tail and tombstones.
Index sample(Metric metric, std::size_t rows) {
    const Vectors vectors = clustered(rows, 12, 1);
    auto index = Index::build(vectors.view(0, rows * 3 / 4), {.metric = metric});
    EXPECT_TRUE(index) << index.failure().message;
    EXPECT_TRUE(index->add(vectors.view(rows * 3 / 4, rows - rows * 3 / 4)));
    const Row gone[] = {1, 5, static_cast<Row>(rows - 1)};
    EXPECT_TRUE(index->remove(gone));
    return std::move(*index);
}

Bytes saved(const Index& index) {
    Bytes bytes;
    EXPECT_TRUE(index.save([&](std::span<const std::byte> piece) {
        bytes.insert(bytes.end(), piece.begin(), piece.end());
        return true;
    }));
    return bytes;
}

void expect_alike(const Index& a, const Index& b) {
    const Vectors queries = clustered(10, 12, 2);
    for (std::size_t i = 0; i < queries.count(); ++i) {
        for (const Effort& effort : {Effort::exact(), Effort::ef(32)}) {
            const auto one = a.search(queries[i], {.effort = effort});
            const auto two = b.search(queries[i], {.effort = effort});
            ASSERT_TRUE(two);
            EXPECT_EQ(rows_of(*one), rows_of(*two));
        }
    }
    EXPECT_EQ(a.stats().removed, b.stats().removed);
    EXPECT_EQ(a.stats().in_tail, b.stats().in_tail);
}

TEST(IndexFile, ComesBackFromBytesAndFilesHoweverTheyAreKept) {
    const sokkuri::testing::TemporaryDirectory folder;
    const std::string path = folder.path() + "/vectors.sokkidx";
    for (const Metric metric : {Metric::kInnerProduct, Metric::kL1}) {
        const Index index = sample(metric, 2'800);
        const Bytes bytes = saved(index);
        auto arena = index::Arena::create(bytes.size());
        std::ranges::copy(bytes, arena->bytes().begin());
        ASSERT_TRUE(index.save(path));
        for (const Keep keep : {Keep::kCopy, Keep::kBorrow}) {
            const IndexOptions options{.rows = keep, .codes = keep};
            auto from_bytes = Index::load(arena->bytes(), options);
            ASSERT_TRUE(from_bytes) << from_bytes.failure().message;
            expect_alike(index, *from_bytes);
            EXPECT_EQ(saved(*from_bytes), bytes);
            auto from_file = Index::load(path, options);
            ASSERT_TRUE(from_file) << from_file.failure().message;
            expect_alike(index, *from_file);
            // It goes on as if it had never been away.
            const Vectors more = clustered(5, 12, 3);
            EXPECT_EQ(*from_file->add(more.view()), 2'800U);
            ASSERT_TRUE(from_file->compact());
            EXPECT_EQ(rows_of(*from_file->search(more[2], {.k = 1})), std::vector<Row>{2'802});
        }
    }
}

TEST(IndexFile, IsTheSameForAnyNumberOfThreads) {
    const Vectors vectors = clustered(2'200, 12, 4);
    const auto one = Index::build(vectors.view(), {.threads = 1});
    const auto three = Index::build(vectors.view(), {.threads = 3});
    EXPECT_EQ(saved(*one), saved(*three));
}

TEST(IndexFile, ComesBackEmptyAndWithoutABlockOfRowsThatIsGone) {
    const auto empty = Index::build({.dimension = 5});
    auto back = Index::load(saved(*empty));
    ASSERT_TRUE(back) << back.failure().message;
    EXPECT_EQ(back->stats().rows, 0U);
    const Vectors vectors = clustered(1'300, 1'000, 5);
    auto index = Index::build(vectors.view());
    std::vector<Row> gone(1'100);
    for (Row row = 0; row < gone.size(); ++row) {
        gone[row] = row;
    }
    ASSERT_TRUE(index->remove(gone));
    ASSERT_TRUE(index->compact());
    auto again = Index::load(saved(*index));
    ASSERT_TRUE(again) << again.failure().message;
    EXPECT_EQ(rows_of(*again->search(vectors[1'200], {.k = 1})), std::vector<Row>{1'200});
}

TEST(IndexFile, OpensTheGoldenOne) {
    const std::string path = std::string(SOKKURI_SOURCE_DIR) + "/tests/golden/index-1.sokkidx";
    const auto index = Index::load(path);
    ASSERT_TRUE(index) << index.failure().message;
    EXPECT_EQ(index->stats().rows, 30U);
    EXPECT_EQ(index->stats().removed, 2U);
    // As tests/golden/make_index.cpp made them.
    std::vector<float> query(4);
    for (std::size_t i = 0; i < query.size(); ++i) {
        query[i] = static_cast<float>((17 * 4 + i) * (17 * 4 + i) % 31) / 4;
    }
    EXPECT_EQ(*index->row(17), query);
    const auto answer = index->search(query, {.k = 30});
    EXPECT_EQ(answer->neighbors.size(), 28U);
    EXPECT_EQ(answer->neighbors[0].row, 17U);
    EXPECT_EQ(answer->neighbors[0].distance, 0);
    EXPECT_FALSE(index->row(29));
}

TEST(IndexFile, OpensGoldenOnesOfEveryVersionOfSegments) {
    for (const char* name : {"index-1-segment-1", "index-1-segment-2"}) {
        const auto index =
            Index::load(std::string(SOKKURI_SOURCE_DIR) + "/tests/golden/" + name + ".sokkidx");
        ASSERT_TRUE(index) << name << ": " << index.failure().message;
        EXPECT_EQ(index->stats().rows, 30U);
        EXPECT_EQ(index->stats().in_tail, 0U);
        const auto row = index->row(17);
        ASSERT_TRUE(row);
        const auto answer = index->search(*row, {.k = 30, .effort = Effort::exact()});
        EXPECT_EQ(answer->neighbors.size(), 28U);
        EXPECT_EQ(answer->neighbors[0].distance, 0);
    }
}

TEST(IndexFile, SaysWhereItCouldNotBeWrittenOrRead) {
    const Index index = sample(Metric::kL2, 40);
    int pieces = 3;
    const auto refused = index.save([&](auto) { return --pieces > 0; });
    EXPECT_EQ(refused.failure().kind, Failure::Kind::kIo);
    const auto nowhere = index.save("no/such/folder/at/all");
    EXPECT_EQ(nowhere.failure().kind, Failure::Kind::kIo);
    EXPECT_NE(nowhere.failure().message.find("no/such/folder"), std::string::npos);
    EXPECT_EQ(Index::load("no-such-file").failure().kind, Failure::Kind::kIo);
    EXPECT_EQ(Index::load(std::span<const std::byte>()).failure().kind, Failure::Kind::kCorruption);
}

TEST(IndexFile, RefusesEveryCutAndEveryFlippedByte) {
    const Bytes bytes = saved(sample(Metric::kCosine, 60));
    for (std::size_t length = 0; length < bytes.size(); length += 37) {
        EXPECT_FALSE(Index::load(std::span(bytes).first(length))) << length;
    }
    Bytes longer = bytes;
    longer.push_back(std::byte{0});
    EXPECT_FALSE(Index::load(longer));
    std::mt19937 random(1);
    for (int round = 0; round < 2'000; ++round) {
        Bytes bad = bytes;
        const std::size_t at = random() % bad.size();
        bad[at] ^= static_cast<std::byte>(1U << random() % 8);
        const auto loaded = Index::load(bad);
        // Zeros between sections are nobody's: they may be anything.
        EXPECT_TRUE(!loaded || bytes[at] == std::byte{0}) << at;
    }
}

/// Makes every checksum right again, as somebody who means harm would.
void repair(Bytes& bytes) {
    std::uint32_t sections = 0;
    std::memcpy(&sections, bytes.data() + 12, sizeof(sections));
    for (std::size_t i = 0; i < std::min(sections, 62U); ++i) {
        std::uint64_t place[2];
        std::byte* entry = bytes.data() + 64 + 64 * i;
        std::memcpy(place, entry + 16, sizeof(place));
        if (place[0] > bytes.size() || place[1] > bytes.size() - place[0]) continue;
        const std::uint64_t checksum = xxh64(std::span(bytes).subspan(place[0], place[1]));
        std::memcpy(entry + 32, &checksum, sizeof(checksum));
    }
    const std::uint64_t checksum = xxh64(std::span(bytes).first(4'088));
    std::memcpy(bytes.data() + 4'088, &checksum, sizeof(checksum));
}

TEST(IndexFile, LivesThroughBytesWhoseChecksumsWereMadeRight) {
    const Vectors queries = clustered(2, 12, 6);
    for (const std::size_t rows : {60U, 2'800U}) {
        const Bytes bytes = saved(sample(Metric::kCosine, rows));
        std::mt19937 random(2);
        int opened = 0;
        for (int round = 0; round < 400; ++round) {
            Bytes bad = bytes;
            // The first page, where the promises are, as often as all the rest.
            const std::size_t range = round % 2 == 0 ? 1'024 : bad.size();
            for (int flips = 0; flips < 2; ++flips) {
                bad[random() % range] = static_cast<std::byte>(random());
            }
            repair(bad);
            const auto loaded = Index::load(bad);
            if (!loaded) continue;
            ++opened;
            for (const Effort& effort : {Effort::exact(), Effort::ef(16)}) {
                for (const Row row : rows_of(*loaded->search(queries[0], {.effort = effort}))) {
                    EXPECT_LT(row, loaded->stats().rows);
                }
            }
        }
        EXPECT_GT(opened, 0);
    }
}

}  // namespace
}  // namespace sokkuri
