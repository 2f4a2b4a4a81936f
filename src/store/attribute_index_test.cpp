// Attribute indexes against what the documents themselves say: records put, changed and removed in
// any order with slices of indexes built in between; every value, range and test must give the
// records whose documents have it, among those below the index's mark. Some values are rare and
// share rows, some are frequent, some become the one or the other on the way.
#include "base/testing/temporary_directory.h"
#include "store/attribute_queries.h"
#include "store/attribute_slice.h"
#include "store/catalog.h"
#include "store/words.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

namespace sokkuri::store {
namespace {

using Documents = std::map<RecordNumber, std::string>;

constexpr std::uint64_t kEnd = 1'000;

const std::vector<AttributeSource> kSources = {
    {"color", AttributeKind::kValues}, {"n", AttributeKind::kValues},
    {"when", AttributeKind::kDates},   {"color", AttributeKind::kWords},
    {"n", AttributeKind::kPresence},   {"", AttributeKind::kPresence},
    {"color", AttributeKind::kRuns},   {"color", AttributeKind::kDirectories}};

class AttributeIndexTest : public ::testing::Test {
 protected:
    void SetUp() override {
        catalog_ = Catalog::open(posix_file_system(), folder_.path() + "/catalog.db",
                                 CatalogAccess::kCreate)
                       .value();
    }

    std::string random_document() {
        static const std::string kColors[] = {"red",
                                              "dark/red",
                                              "赤い靴",
                                              "靴",
                                              "2024-01",
                                              std::string(300, 'x'),
                                              "赤い靴と青い靴",
                                              "い靴赤い。と青い"};
        std::string document = "{\"x\":[1,2]";
        if (random_() % 4 != 0)
            document += fmt::format(",\"color\":\"{}\"", kColors[random_() % 8]);
        if (random_() % 8 == 0) document += ",\"color\":[\"赤い靴箱\",\"靴と赤い\",7]";
        if (random_() % 3 != 0)
            document += fmt::format(",\"n\":[{},{}.5]", random_number(), random_number());
        if (random_() % 3 == 0)
            document += fmt::format(",\"when\":\"2024-0{}-01\"", random_() % 9 + 1);
        return document + "}";
    }

    std::uint32_t random_number() {
        return static_cast<std::uint32_t>(random_() % (random_() % 2 == 0 ? 9 : 100'000));
    }

    void put(WriteTransaction& transaction, std::uint64_t id) {
        std::string document = random_document();
        const auto row = transaction.put_record(fmt::format("{}", id), document, {}).value();
        documents_[row.number] = std::move(document);
        numbers_[id] = row.number;
    }

    void remove(WriteTransaction& transaction, std::uint64_t id) {
        if (!transaction.remove_record(fmt::format("{}", id)).value()) return;
        documents_.erase(numbers_[id]);
    }

    void expect_right() {
        const auto transaction = catalog_->begin_read().value();
        const AttributeQueries& queries = transaction->attributes();
        const std::vector<AttributeIndex> indexes = queries.indexes().value();
        for (const AttributeIndex& index : indexes) {
            std::map<AttributeValue, RecordSet, AttributeLess> expected;
            for (const auto& [number, document] : documents_) {
                if (number >= index.built_to) continue;
                for (const AttributeValue& value :
                     values_of(parse_json(document).value(), index.source)) {
                    expected.try_emplace(value, kEnd).first->second.set(number);
                }
            }
            if (index.source.kind == AttributeKind::kRuns) {
                expect_phrases(queries, index, expected);
                continue;
            }
            expect_values(queries, index, expected);
            expect_ranges(queries, index, expected);
        }
    }

    testing::TemporaryDirectory folder_;
    std::unique_ptr<Catalog> catalog_;
    std::mt19937 random_{20};
    Documents documents_;
    std::map<std::uint64_t, RecordNumber> numbers_;

 private:
    using ByValue = std::map<AttributeValue, RecordSet, AttributeLess>;

    static void expect_values(const AttributeQueries& queries, const AttributeIndex& index,
                              const ByValue& expected) {
        std::map<AttributeValue, std::uint64_t, AttributeLess> counts;
        const auto add = [&](const AttributeValue& value, std::uint64_t count) {
            counts[value] += count;
            return true;
        };
        ASSERT_TRUE(queries.count(index, nullptr, add));
        ASSERT_EQ(counts.size(), expected.size()) << index.source.path;
        for (const auto& [value, records] : expected) {
            RecordSet equal(kEnd);
            ASSERT_TRUE(queries.add_equal(index, value, equal));
            EXPECT_EQ(equal, records);
            EXPECT_EQ(counts[value], records.count());
        }
        RecordSet none(kEnd);
        ASSERT_TRUE(queries.add_equal(index, std::string("never there"), none));
        EXPECT_EQ(none.count(), 0U);
    }

    /// Every part of three letters or more of every run, and some letters that are in none.
    static void expect_phrases(const AttributeQueries& queries, const AttributeIndex& index,
                               const ByValue& expected) {
        const std::u32string asked = U"赤い靴と青い靴赤い箱靴と赤青";
        for (std::size_t first = 0; first + 3 <= asked.size(); ++first) {
            for (std::size_t count = 3; first + count <= asked.size() && count < 9; ++count) {
                const std::u32string_view letters = std::u32string_view(asked).substr(first, count);
                RecordSet wanted(kEnd);
                for (const auto& [run, records] : expected) {
                    const bool has_letters =
                        std::get<std::string>(run).find(utf8_of(letters)) != std::string::npos;
                    if (has_letters) wanted |= records;
                }
                RecordSet found(kEnd);
                ASSERT_TRUE(queries.add_containing(index, letters, found));
                EXPECT_EQ(found, wanted) << utf8_of(letters);
            }
        }
    }

    void expect_ranges(const AttributeQueries& queries, const AttributeIndex& index,
                       const ByValue& expected) {
        const auto check = [&](const ValueRange& range) {
            RecordSet wanted(kEnd);
            const AttributeValue& sample = range.low ? range.low->value : range.high->value;
            for (const auto& [value, records] : expected) {
                const bool is_above =
                    !range.low || compare(value, range.low->value) > 0 ||
                    (range.low->is_inclusive && compare(value, range.low->value) == 0);
                const bool is_below =
                    !range.high || compare(value, range.high->value) < 0 ||
                    (range.high->is_inclusive && compare(value, range.high->value) == 0);
                if (is_above && is_below && is_same_class(value, sample)) wanted |= records;
            }
            RecordSet found(kEnd);
            ASSERT_TRUE(queries.add_range(index, range, found));
            EXPECT_EQ(found, wanted);
        };
        std::vector<AttributeValue> ends{3.25, std::int64_t{4}, std::string("m")};
        for (const auto& [value, records] : expected) {
            if (random_() % expected.size() < 8) ends.push_back(value);
        }
        for (const AttributeValue& low : ends) {
            check({.low = ValueBound{low, true}, .high = {}});
            check({.low = {}, .high = ValueBound{low, false}});
            for (const AttributeValue& high : ends) {
                if (!is_same_class(low, high)) continue;
                check({.low = ValueBound{low, false}, .high = ValueBound{high, true}});
            }
        }
    }
};

TEST_F(AttributeIndexTest, SaysWhatTheDocumentsSay) {
    for (int round = 0; round < 12; ++round) {
        auto transaction = catalog_->begin_write().value();
        for (int step = 0; step < 60; ++step) {
            const std::uint64_t id = random_() % 200;
            if (random_() % 4 == 0) {
                remove(*transaction, id);
            } else {
                put(*transaction, id);
            }
        }
        if (round >= 2) {
            for (std::size_t i = 0; i < kSources.size(); ++i) {
                if (random_() % 2 == 0) continue;
                ASSERT_TRUE(transaction->extend_attribute(kSources[i], random_() % 100));
            }
            for (int step = 0; step < 20; ++step)
                put(*transaction, random_() % 200);
        }
        ASSERT_TRUE(transaction->commit());
        expect_right();
    }
}

/// Slices are read, then records change, then the slices are taken in.
TEST_F(AttributeIndexTest, TakesInSlicesThatWereReadBefore) {
    const auto change_some = [&](WriteTransaction& transaction) {
        for (int step = 0; step < 40; ++step) {
            const std::uint64_t id = random_() % 200;
            if (random_() % 4 == 0) {
                remove(transaction, id);
            } else {
                put(transaction, id);
            }
        }
    };
    for (const AttributeSource& source : kSources) {
        {
            auto transaction = catalog_->begin_write().value();
            change_some(*transaction);
            ASSERT_TRUE(transaction->commit());
        }
        const AttributeSlice slice =
            read_attribute_slice(*catalog_->begin_read().value(), source, 0).value();
        EXPECT_GT(slice.end, 0U);
        for (std::size_t commits = random_() % 3; commits > 0; --commits) {
            auto transaction = catalog_->begin_write().value();
            change_some(*transaction);
            ASSERT_TRUE(transaction->commit());
        }
        auto transaction = catalog_->begin_write().value();
        change_some(*transaction);
        EXPECT_EQ(transaction->extend_attribute(slice)->built_to, slice.end);
        EXPECT_EQ(transaction->extend_attribute(slice)->built_to, slice.end) << "once is enough";
        change_some(*transaction);
        ASSERT_TRUE(transaction->commit());
        expect_right();
    }
    auto transaction = catalog_->begin_write().value();
    for (const AttributeSource& source : kSources)
        ASSERT_TRUE(transaction->extend_attribute(source, kEnd));
    ASSERT_TRUE(transaction->commit());
    expect_right();
}

TEST_F(AttributeIndexTest, TakesNoSliceInOfWhichItDoesNotKnowWhatHasChanged) {
    {
        auto transaction = catalog_->begin_write().value();
        put(*transaction, 1);
        ASSERT_TRUE(transaction->commit());
    }
    const auto reopen = [&] {
        catalog_.reset();
        catalog_ = Catalog::open(posix_file_system(), folder_.path() + "/catalog.db",
                                 CatalogAccess::kWrite)
                       .value();
    };
    AttributeSlice slice =
        read_attribute_slice(*catalog_->begin_read().value(), kSources[0], 0).value();
    reopen();
    {
        auto transaction = catalog_->begin_write().value();
        put(*transaction, 1);
        EXPECT_EQ(transaction->extend_attribute(slice)->built_to, 1U)
            << "nothing was changed before";
        ASSERT_TRUE(transaction->commit());
    }
    expect_right();
    reopen();
    slice.source = kSources[1];
    {
        auto transaction = catalog_->begin_write().value();
        EXPECT_EQ(transaction->extend_attribute(slice)->built_to, 0U);
        ASSERT_TRUE(transaction->extend_attribute(slice.source, 10));
        ASSERT_TRUE(transaction->commit());
    }
    expect_right();
}

TEST_F(AttributeIndexTest, FindsEachOfManyValuesInItsRun) {
    constexpr std::uint64_t kRecords = 3'000;
    const AttributeSource source{"n", AttributeKind::kValues};
    std::vector<std::uint64_t> values(kRecords);
    for (std::size_t i = 0; i < kRecords; ++i)
        values[i] = i * 7 % kRecords;  // each once
    const auto document = [](std::uint64_t value) { return fmt::format("{{\"n\":{}}}", value); };
    auto transaction = catalog_->begin_write().value();
    for (std::size_t i = 0; i < kRecords; ++i)
        ASSERT_TRUE(transaction->put_record(fmt::format("{}", i), document(values[i]), {}));
    while (transaction->extend_attribute(source, 700).value().built_to < kRecords) {
    }
    // Every third one is gone or somewhere else, between two others or behind all.
    for (std::size_t i = 0; i < kRecords; i += 3) {
        values[i] += kRecords * (i % 2);
        ASSERT_TRUE(transaction->put_record(fmt::format("{}", i), document(values[i]), {}));
    }
    ASSERT_TRUE(transaction->commit());
    const auto read = catalog_->begin_read().value();
    const AttributeIndex index = read->attributes().indexes().value().at(0);
    for (std::size_t i = 0; i < kRecords; ++i) {
        RecordSet equal(kRecords);
        const AttributeValue value(static_cast<std::int64_t>(values[i]));
        ASSERT_TRUE(read->attributes().add_equal(index, value, equal));
        ASSERT_EQ(equal.numbers(), std::vector<RecordNumber>{static_cast<RecordNumber>(i)});
    }
    for (const std::uint64_t low : {0U, 17U, 2'000U, 2'999U, 3'000U, 4'111U}) {
        RecordSet found(kRecords);
        const ValueRange range{.low = ValueBound{static_cast<std::int64_t>(low), false},
                               .high = ValueBound{static_cast<std::int64_t>(low + 900), true}};
        ASSERT_TRUE(read->attributes().add_range(index, range, found));
        const auto is_inside = [low](std::uint64_t value) {
            return value > low && value <= low + 900;
        };
        EXPECT_EQ(found.count(), std::count_if(values.begin(), values.end(), is_inside));
    }
}

TEST_F(AttributeIndexTest, ReachesOverSeveralBlocks) {
    constexpr std::uint64_t kRecords = RecordSet::kBlockRecords + 1'000;
    auto transaction = catalog_->begin_write().value();
    for (std::uint64_t id = 0; id < kRecords; ++id) {
        const auto row =
            transaction->put_record(fmt::format("{}", id), id % 3 == 0 ? R"({"n":1})" : "{}", {});
        ASSERT_TRUE(row);
    }
    const AttributeSource source{"n", AttributeKind::kValues};
    while (transaction->extend_attribute(source, 50'000).value().built_to < kRecords) {
    }
    ASSERT_TRUE(transaction->put_record("66001", R"({"n":1})", {}));
    ASSERT_TRUE(transaction->commit());
    const auto read = catalog_->begin_read().value();
    const auto indexes = read->attributes().indexes().value();
    ASSERT_EQ(indexes.size(), 1U);
    RecordSet records(kRecords);
    ASSERT_TRUE(read->attributes().add_equal(indexes[0], std::int64_t{1}, records));
    EXPECT_EQ(records.count(), (kRecords + 2) / 3 + (66'001 % 3 == 0 ? 0 : 1));
    EXPECT_TRUE(records.test(65'535));
    EXPECT_TRUE(records.test(66'000));
    EXPECT_TRUE(records.test(66'001));
    EXPECT_FALSE(records.test(66'002));
    std::uint64_t counted = 0;
    ASSERT_TRUE(read->attributes().count(indexes[0], &records, [&](const auto&, std::uint64_t n) {
        counted += n;
        return true;
    }));
    EXPECT_EQ(counted, records.count());
}

TEST_F(AttributeIndexTest, MakesRoomWhenThereAreTooMany) {
    constexpr std::size_t kMore = kAttributeIndexesMax + 40;
    const auto source = [](const char* prefix, std::size_t i) {
        return AttributeSource{fmt::format("{}{}", prefix, i), AttributeKind::kValues};
    };
    std::string document = R"({"color":"red")";
    for (std::size_t i = 0; i < kMore; ++i)
        document += fmt::format(",\"p{}\":{}", i, i);
    {
        auto transaction = catalog_->begin_write().value();
        documents_[transaction->put_record("x", document + "}", {})->number] = document + "}";
        ASSERT_TRUE(transaction->extend_attribute(kSources[0], 10));
        for (std::size_t i = 0; i < kMore; ++i)
            ASSERT_TRUE(transaction->extend_attribute(source("nowhere", i), 10)) << i;
        ASSERT_TRUE(transaction->commit());
    }
    const auto indexes = [&] {
        return catalog_->begin_read().value()->attributes().indexes().value();
    };
    EXPECT_EQ(indexes().size(), kAttributeIndexesMax);
    EXPECT_EQ(indexes().front().source, kSources[0]) << "those with nothing in them go first";
    {
        auto transaction = catalog_->begin_write().value();
        for (std::size_t i = 0; i < kMore; ++i)
            ASSERT_TRUE(transaction->extend_attribute(source("p", i), 10)) << i;
        ASSERT_TRUE(transaction->commit());
    }
    EXPECT_EQ(indexes().size(), kAttributeIndexesMax);
    EXPECT_EQ(indexes().front().source, source("p", kMore - kAttributeIndexesMax))
        << "then the oldest";
    expect_right();
}

TEST_F(AttributeIndexTest, LeavesNothingOfARolledBackWrite) {
    {
        auto transaction = catalog_->begin_write().value();
        put(*transaction, 1);
        ASSERT_TRUE(transaction->commit());
    }
    {
        auto transaction = catalog_->begin_write().value();
        ASSERT_TRUE(transaction->extend_attribute(kSources[0], 10));
    }
    const auto read = catalog_->begin_read().value();
    EXPECT_TRUE(read->attributes().indexes().value().empty());
}

}  // namespace
}  // namespace sokkuri::store
