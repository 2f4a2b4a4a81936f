// Goal: a group table is made once for each state of documents and vectors, and weighs what it
// holds. Method: LocalGroups beside a writer, which tells each time that it goes through documents.
#include "collection/group_cache.h"

#include "base/testing/memory_file_system.h"
#include "collection/local_groups.h"
#include "collection/tail_codes.h"
#include "collection/testing/small_collection.h"
#include "simd/dispatch.h"

#include <gtest/gtest.h>

namespace sokkuri::collection {
namespace {

using sokkuri::testing::MemoryFileSystem;

constexpr const char* kDirectory = "/pictures/.sokkuri";

TEST(GroupCache, KeepsATableUntilDocumentsOrVectorsChange) {
    MemoryFileSystem files;
    const auto writer = testing::open_small(files, kDirectory);
    std::vector<PutRecord> records;
    // As many as are worth an index, so that it is told when documents are gone through.
    for (std::size_t number = 0; number < 1'100; ++number)
        records.push_back(testing::small_record(number));
    ASSERT_TRUE(writer->put(records));

    const simd::Kernels& kernels = *simd::chosen_kernels().value();
    ThreadPool threads(1);
    SegmentShelf shelf(files, kDirectory, kernels);
    const TailCodes tails;
    Snapshots snapshots(files, kDirectory, shelf, tails);
    std::size_t times_gathered = 0;
    LocalGroups groups(snapshots, kernels, threads, [&](const auto&) { ++times_gathered; });
    const auto catalog = store::Catalog::open(files, join_path(kDirectory, "catalog.db"),
                                              store::CatalogAccess::kRead)
                             .value();
    const auto total = [&] {
        const auto transaction = catalog->begin_read().value();
        return groups.list(*transaction, {.by = {"round"}}).value().total;
    };
    EXPECT_EQ(total(), 1U);
    EXPECT_EQ(times_gathered, 1U);
    const std::uint64_t before = writer->stats()->generation;
    ASSERT_TRUE(writer->optimize({}));
    ASSERT_TRUE(writer->load({.mark = LoadMark{"a file", "half of it"}}));
    ASSERT_GT(writer->stats()->generation, before);
    EXPECT_EQ(total(), 1U);
    EXPECT_EQ(times_gathered, 1U);
    records.front() = testing::small_record(7, 1);
    ASSERT_TRUE(writer->put(std::span(records).first(1)));
    EXPECT_EQ(total(), 2U);
    EXPECT_EQ(times_gathered, 2U);
}

/// A table as it would come of making it.
GroupCache::Table table_of(store::FieldNumber field, const GroupState& state) {
    auto table = std::make_shared<GroupTable>();
    table->state = state;
    table->field = field;
    return table;
}

TEST(GroupCache, NeitherGoesBackNorKeepsWhatWasDropped) {
    GroupCache cache;
    std::size_t times_made = 0;
    const auto ask = [&](store::FieldNumber field, const GroupState& state) {
        const auto make = [&](const GroupTable*) -> Result<GroupCache::Table> {
            ++times_made;
            return table_of(field, state);
        };
        EXPECT_EQ(cache.of({field, {"shop"}}, state, make).value()->state, state);
        return times_made;
    };
    EXPECT_EQ(ask(0, {.next_seq = 5, .committed = 3}), 1U);
    EXPECT_EQ(ask(0, {.next_seq = 5, .committed = 4}), 2U);
    EXPECT_EQ(ask(0, {.next_seq = 5, .committed = 3}), 3U) << "an older reader";
    EXPECT_EQ(ask(0, {.next_seq = 5, .committed = 4}), 3U);
    EXPECT_EQ(ask(1, {.next_seq = 5, .committed = 4}), 4U);
    const store::FieldRow second{.number = 1};
    cache.forget_other_fields({&second, 1});
    EXPECT_EQ(ask(1, {.next_seq = 5, .committed = 4}), 4U);
    EXPECT_EQ(ask(0, {.next_seq = 5, .committed = 4}), 5U);
}

TEST(GroupTable, IsBoundedInBytesOfItsTexts) {
    MemoryFileSystem files;
    const auto collection = testing::open_small(files, kDirectory);
    std::string text(kDocumentBytesMax / 2, 'x');
    std::vector<PutRecord> records;
    while (records.size() * text.size() <= kGroupTextBytesMax) {
        text[records.size()] = 'y';  // another one
        records.push_back({.id = fmt::format("{}", records.size()),
                           .document = fmt::format(R"({{"long":"{}"}})", text)});
    }
    ASSERT_TRUE(collection->put(records));
    const auto groups = collection->groups({.by = {"long"}});
    ASSERT_FALSE(groups);
    EXPECT_EQ(groups.error().code(), ErrorCode::kExhausted);
    EXPECT_TRUE(collection->groups({.by = {"short"}}));
}

TEST(GroupTable, WeighsItsTextsAndExamples) {
    GroupTable table;
    const std::string long_text(100'000, 'x');
    table.values.emplace_back(long_text);
    table.starts = {0, 1};
    table.members = {0};
    table.text_bytes = 100'000;
    const std::size_t before = table.size_bytes();
    EXPECT_GT(before, 100'000U);
    (*table.examples.lock())[0] = std::vector<index::Neighbor>(kGroupExamplesMax);
    EXPECT_GE(table.size_bytes(), before + kGroupExamplesMax * sizeof(index::Neighbor));
}

}  // namespace
}  // namespace sokkuri::collection
