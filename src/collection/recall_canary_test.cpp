// The canary: a reading says what recall a segment has, is asked for again when rows have died, and
// only what is beyond doubt lower than asked for is a fall.
#include "collection/recall_canary.h"

#include "collection/testing/segment_folder.h"
#include "simd/dispatch.h"
#include "store/segment_file.h"

#include <gtest/gtest.h>

#include <cstring>
#include <thread>

namespace sokkuri::collection {
namespace {

using testing::put_some;
using testing::remove_some;
using testing::SegmentFolder;
using testing::Vectors;

RecallReading reading(double recall, double recall_high, std::uint64_t live) {
    return {.measured = {.k = 10, .asked = 0.99, .recall = recall, .queries = 256},
            .recall_high = recall_high,
            .live = live};
}

TEST(RecallCanary, IsReadAgainWhenAHundredthHasDied) {
    EXPECT_TRUE(is_reading_due(std::nullopt, 10'000));
    EXPECT_FALSE(is_reading_due(reading(1, 1, 10'000), 10'000));
    EXPECT_FALSE(is_reading_due(reading(1, 1, 10'000), 9'900));
    EXPECT_TRUE(is_reading_due(reading(1, 1, 10'000), 9'899));
}

TEST(RecallCanary, CallsOnlyAFallWhatIsBeyondDoubt) {
    EXPECT_FALSE(has_fallen(reading(0.98, 0.9851, 1)));
    EXPECT_TRUE(has_fallen(reading(0.98, 0.9849, 1)));
}

TEST(RecallCanary, CallsNoFallWhatWasMadeSo) {
    EXPECT_FALSE(has_fallen_since(reading(0.98, 0.9849, 10'000), 10'000));
    EXPECT_TRUE(has_fallen_since(reading(0.98, 0.9849, 9'999), 10'000));
    EXPECT_FALSE(has_fallen_since(reading(0.98, 0.9851, 9'999), 10'000));
}

/// Of the first segment, once the server has had time for it with so many rows alive.
IndexStats::MeasuredRecall measured_with(Collection& collection, std::uint64_t live) {
    while (true) {
        const CollectionStats stats = collection.stats().value();
        const auto& segments = stats.fields[0].index.segments;
        if (!segments.empty() && segments[0].rows == live && segments[0].measured) {
            return *segments[0].measured;
        }
        std::this_thread::yield();
    }
}

TEST(RecallCanary, IsReadInTheBackgroundAndSaidInStats) {
    const SegmentFolder folder;
    KeeperOptions keeper = testing::small_keeper();
    keeper.sealing = KeeperOptions::Sealing::kInBackground;
    const auto collection = folder.open(index::Metric::kCosine, keeper);
    Vectors vectors(21);
    std::vector<PutRecord> records(1'500);
    std::vector<std::string> removed;
    for (std::size_t i = 0; i < records.size(); ++i) {
        records[i] = {.id = std::to_string(i), .vectors = {{"picture", vectors.next()}}};
        if (i % 5 == 0) removed.push_back(records[i].id);
    }
    ASSERT_TRUE(collection->put(records));
    const auto before = measured_with(*collection, records.size());
    EXPECT_EQ(before.k, 10U);
    EXPECT_EQ(before.queries, 256U);
    EXPECT_GE(before.recall, 0.97);
    ASSERT_TRUE(collection->remove(removed));
    EXPECT_GE(measured_with(*collection, records.size() - removed.size()).recall, 0.97);
}

/// Its checksums are right, and what its postings say is looked at by nobody before.
TEST(RecallCanary, PassesOverSlotsThatDoNotExist) {
    const SegmentFolder folder;
    Vectors vectors(22);
    {
        const auto collection = folder.open(index::Metric::kCosine, testing::small_keeper());
        testing::Oracle oracle(index::Metric::kCosine);
        put_some(*collection, oracle, vectors, 900);
        ASSERT_TRUE(collection->optimize({}));
    }
    FileSystem& files = posix_file_system();
    const std::string path = join_path(folder.segments_folder(), folder.segment_files().at(0));
    {
        const auto file = store::SegmentFile::open(files, path).value();
        std::vector<store::FileSection> sections(file->sections().begin(), file->sections().end());
        std::vector<std::uint32_t> postings;
        for (store::FileSection& section : sections) {
            if (section.name != "postings") continue;
            postings.resize(section.bytes.size() / sizeof(postings[0]));
            std::memcpy(postings.data(), section.bytes.data(), section.bytes.size());
            for (std::size_t i = 0; i < postings.size(); i += 100)
                postings[i] = 0xFFFFFFF0;
            section.bytes = std::as_bytes(std::span(postings));
        }
        ASSERT_GT(postings.size(), 256U);
        ASSERT_TRUE(store::write_segment_file(files, path, sections));
    }
    const auto catalog =
        store::Catalog::open(files, folder.directory() + "/catalog.db", store::CatalogAccess::kRead)
            .value();
    SegmentShelf shelf(files, folder.directory(), *simd::chosen_kernels().value());
    TailCodes tails;
    Snapshots snapshots(files, folder.directory(), shelf, tails);
    const auto snapshot = snapshots.of(*catalog->begin_read().value()).value();
    ThreadPool threads(1);
    const FieldSnapshot& field = snapshot->fields.at(0);
    const auto read = read_recall(field, field.segments.at(0), threads, {});
    ASSERT_TRUE(read);
    EXPECT_GT(read->measured.queries, 200U);
    EXPECT_LT(read->measured.queries, 256U);
}

}  // namespace
}  // namespace sokkuri::collection
