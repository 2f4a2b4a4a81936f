// Goal: items answer as a std::map would: page by page without loss or repetition, by chance but
// the same for the same seed.
#include "service/items.h"

#include "base/testing/temporary_directory.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

namespace sokkuri::service {
namespace {

class Items : public ::testing::Test {
 protected:
    Items()
        : library_(Library::open(posix_file_system(), directory_.path(), "", LibraryAccess::kWrite)
                       .value()) {}

    void put(int first, int end) {
        std::vector<collection::PutRecord> records;
        for (int i = first; i < end; ++i) {
            records.push_back(
                {.id = fmt::format("item/{}", i), .document = fmt::format(R"({{"n": {}}})", i)});
        }
        ASSERT_TRUE(library_.collection().put(records));
    }
    void remove(int first, int end) {
        std::vector<std::string> ids;
        for (int i = first; i < end; ++i)
            ids.push_back(fmt::format("item/{}", i));
        ASSERT_TRUE(library_.collection().remove(ids));
    }
    std::vector<std::string> sampled(std::size_t count, std::uint64_t seed) {
        std::vector<std::string> ids;
        const auto items = sample_items(library_, {count, seed});
        EXPECT_TRUE(items) << items.error().message();
        for (const Item& item : items.value())
            ids.push_back(item.id);
        EXPECT_EQ(std::set(ids.begin(), ids.end()).size(), ids.size()) << "drawn twice";
        return ids;
    }

    sokkuri::testing::TemporaryDirectory directory_;
    Library library_;
};

TEST_F(Items, AreFoundByTheirIdAlone) {
    put(0, 3);
    const Item item = get_item(library_, "item/1").value();
    EXPECT_EQ(item.document, R"({"n": 1})");
    EXPECT_EQ(item.version, 1U);
    EXPECT_EQ(item.seq, 2U);
    EXPECT_EQ(get_item(library_, "item/9").error().code(), ErrorCode::kNotFound);
    EXPECT_FALSE(get_item(library_, ""));
}

TEST_F(Items, PagesGiveEachItemOnceInTheOrderTheyCame) {
    put(0, 100);
    remove(10, 40);
    put(100, 130);
    std::vector<std::string> expected;
    for (int i = 0; i < 130; ++i) {
        if (i < 10 || i >= 40) expected.push_back(fmt::format("item/{}", i));
    }
    for (const std::size_t limit : {1U, 7U, 50U, 99U, 100U, 101U, 1000U}) {
        std::vector<std::string> listed;
        std::string cursor;
        do {
            const ItemPage page = list_items(library_, cursor, limit).value();
            EXPECT_LE(page.items.size(), limit);
            EXPECT_FALSE(page.items.empty()) << "an empty last page";
            for (const Item& item : page.items)
                listed.push_back(item.id);
            cursor = page.next;
        } while (!cursor.empty());
        EXPECT_EQ(listed, expected) << limit;
    }
}

TEST_F(Items, ACursorOutlivesChangesAndForeignOnesAreRefused) {
    put(0, 10);
    const std::string cursor = list_items(library_, "", 5).value().next;
    remove(0, 7);
    EXPECT_EQ(list_items(library_, cursor, 5).value().items.front().id, "item/7");
    remove(7, 10);
    EXPECT_TRUE(list_items(library_, cursor, 5).value().items.empty());
    for (const char* foreign : {"x", "-1", "5x", " 5", "99999999999999999999999"}) {
        EXPECT_EQ(list_items(library_, foreign, 5).error().code(), ErrorCode::kInvalidArgument)
            << foreign;
    }
    EXPECT_TRUE(list_items(library_, "18446744073709551615", 5).value().items.empty());
    EXPECT_FALSE(list_items(library_, "", 0));
    EXPECT_FALSE(list_items(library_, "", kItemPageMax + 1));
}

TEST_F(Items, AreFoundByAPartOfTheirFilesPath) {
    put(0, 3);
    const std::vector<collection::FileState> files{
        {.root = library_.root(), .path = "Cats/Tama.jpg", .id = "item/2"},
        {.root = library_.root(), .path = "cats/mike.jpg", .id = "item/0"},
        {.root = library_.root(), .path = "cats/gone.jpg", .id = "item/99"}};
    ASSERT_TRUE(library_.workspace().record(files, {}));
    std::vector<std::string> found;
    const std::vector<Item> items = find_items_by_name(library_, "cats/", 10).value();
    for (const Item& item : items)
        found.push_back(item.id);
    EXPECT_EQ(found, (std::vector<std::string>{"item/2", "item/0"})) << "by path";
    EXPECT_EQ(find_items_by_name(library_, "TAMA", 10).value().size(), 1U);
    EXPECT_FALSE(find_items_by_name(library_, "x", 0));
    EXPECT_FALSE(find_items_by_name(library_, "x", kItemPageMax + 1));
}

TEST_F(Items, APageEndsWhereDocumentsAreLarge) {
    constexpr std::size_t kDocumentBytes = collection::kDocumentBytesMax / 2;
    constexpr std::size_t kItems = 2 * kItemPageBytesMax / kDocumentBytes;
    const std::string document =
        fmt::format(R"({{"text":"{}"}})", std::string(kDocumentBytes - 11, 'x'));
    for (std::size_t i = 0; i < kItems; ++i) {
        const collection::PutRecord record{.id = fmt::format("large/{}", i), .document = document};
        ASSERT_TRUE(library_.collection().put(std::span(&record, 1)));
    }
    std::size_t seen = 0;
    std::size_t pages = 0;
    std::string cursor;
    do {
        const ItemPage page = list_items(library_, cursor, kItemPageMax).value();
        EXPECT_LT(page.items.size(), kItems);
        seen += page.items.size();
        ++pages;
        cursor = page.next;
    } while (!cursor.empty());
    EXPECT_EQ(seen, kItems);
    EXPECT_LE(pages, 3U) << "and no earlier";
    EXPECT_FALSE(list_items(library_, "", 0));
    EXPECT_FALSE(list_items(library_, "", kItemPageMax + 1));
}

TEST_F(Items, ASampleIsTheSameForTheSameSeedOnly) {
    put(0, 500);
    EXPECT_EQ(sampled(20, 1), sampled(20, 1));
    EXPECT_NE(sampled(20, 1), sampled(20, 2));
    EXPECT_EQ(sampled(20, 1).size(), 20U);
}

TEST_F(Items, ASampleHasAsManyAsThereAre) {
    EXPECT_TRUE(sampled(5, 1).empty());
    put(0, 12);
    for (const std::size_t count : {0U, 1U, 5U, 6U, 7U, 11U, 12U, 13U, 1000U}) {
        EXPECT_EQ(sampled(count, 3).size(), std::min<std::size_t>(count, 12)) << count;
    }
    EXPECT_FALSE(sample_items(library_, {collection::kSampleRecordsMax + 1, 1}));
}

TEST_F(Items, ASampleOfWhatAFewRemovalsOrManyHaveLeftIsComplete) {
    std::mt19937 random(5);
    put(0, 3000);
    std::set<std::string> alive;
    for (int i = 0; i < 3000; ++i)
        alive.insert(fmt::format("item/{}", i));
    // Down to the last, most of it in long runs.
    for (int round = 0; round < 30; ++round) {
        const int first = static_cast<int>(random() % 3000);
        const int end = std::min(3000, first + 200);
        remove(first, end);
        for (int i = first; i < end; ++i)
            alive.erase(fmt::format("item/{}", i));
        const auto ids = sampled(100, static_cast<unsigned>(round));
        EXPECT_EQ(ids.size(), std::min<std::size_t>(100, alive.size()));
        for (const std::string& id : ids)
            EXPECT_TRUE(alive.contains(id)) << id;
    }
}

TEST_F(Items, EveryItemIsSampledAboutAsOften) {
    put(0, 200);
    std::map<std::string, int> times;
    constexpr int kSamples = 2000;
    for (int seed = 0; seed < kSamples; ++seed) {
        for (const std::string& id : sampled(10, static_cast<unsigned>(seed)))
            ++times[id];
    }
    // 100 expected of each, with a deviation of 10: seven of those are beyond any chance.
    EXPECT_EQ(times.size(), 200U);
    for (const auto& [id, count] : times)
        EXPECT_NEAR(count, kSamples * 10 / 200, 70) << id;
}

}  // namespace
}  // namespace sokkuri::service
