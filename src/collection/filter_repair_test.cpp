// Kept answers of filters, put right after changes, against evaluation from scratch in the same
// transaction: under random puts, patches and removals, with readers of older states, and from
// several threads beside a writer.
#include "base/testing/temporary_directory.h"
#include "collection/filter_cache.h"
#include "collection/filter_text.h"
#include "collection/testing/filter_oracle.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>
#include <random>
#include <thread>

namespace sokkuri::collection {
namespace {

constexpr std::size_t kIds = 150;

class FilterRepair : public ::testing::Test {
 protected:
    void SetUp() override {
        catalog_ = store::Catalog::open(posix_file_system(), folder_.path() + "/catalog.db",
                                        store::CatalogAccess::kCreate)
                       .value();
        for (int i = 0; i < 20; ++i)
            filters_.push_back(random_filter(random_, kIds));
    }

    void change_some(std::size_t count) {
        const auto write = catalog_->begin_write().value();
        for (std::size_t i = 0; i < count; ++i) {
            const std::string id = fmt::format("{}", random_() % kIds);
            if (random_() % 4 == 0) {
                ASSERT_TRUE(write->remove_record(id));
            } else {
                ASSERT_TRUE(write->put_record(id, random_document(random_), {}));
            }
        }
        if (random_() % 3 == 0) {
            ASSERT_TRUE(write->extend_attribute({"color", store::AttributeKind::kValues}, 40));
        }
        if (random_() % 10 != 0) {
            ASSERT_TRUE(write->commit());
        }
    }

    /// The cached answer is that of an evaluation in the same transaction.
    void expect_right(store::ReadTransaction& transaction, const Filter& filter) {
        const auto kept = cache_.of(transaction, filter, nullptr);
        ASSERT_TRUE(kept) << kept.error().message();
        const auto fresh = evaluate(transaction, filter);
        ASSERT_TRUE(fresh);
        ASSERT_EQ((*kept)->records, fresh->records) << key_of(filter);
        ASSERT_EQ((*kept)->count, fresh->records.count());
        ASSERT_EQ((*kept)->next_seq, transaction.next_seq());
    }

    testing::TemporaryDirectory folder_;
    std::unique_ptr<store::Catalog> catalog_;
    std::mt19937 random_{77};
    std::vector<Filter> filters_;
    FilterCache cache_;
};

TEST_F(FilterRepair, IsWhatAnEvaluationWouldSay) {
    std::vector<std::unique_ptr<store::ReadTransaction>> older;
    for (int round = 0; round < 120; ++round) {
        change_some(random_() % 12);
        const auto transaction = catalog_->begin_read().value();
        for (std::size_t i = 0; i < 6; ++i) {
            const Filter& filter = filters_[random_() % filters_.size()];
            expect_right(*transaction, filter);
            if (!older.empty() && i == 0) expect_right(*older[random_() % older.size()], filter);
        }
        if (round % 10 == 0) older.push_back(catalog_->begin_read().value());
        if (older.size() > 5) older.erase(older.begin());
    }
}

TEST_F(FilterRepair, LooksAtTheChangedRecordsAlone) {
    change_some(100);
    const Filter filter = filter_of_text("color=red").value();
    std::vector<store::AttributeSource> wanted;
    const auto ask = [&] {
        const auto transaction = catalog_->begin_read().value();
        return cache_.of(*transaction, filter, [&](const auto& sources) { wanted = sources; })
            .value();
    };
    {
        // Enough of them that an evaluation would wish for an index.
        const auto write = catalog_->begin_write().value();
        for (int i = 0; i < 2'000; ++i)
            ASSERT_TRUE(write->put_record(fmt::format("more {}", i), R"({"color":"red"})", {}));
        ASSERT_TRUE(write->commit());
    }
    EXPECT_GE(ask()->count, 2'000U);
    EXPECT_EQ(wanted.size(), 1U);
    wanted.clear();
    change_some(10);
    expect_right(*catalog_->begin_read().value(), filter);
    ask();
    EXPECT_TRUE(wanted.empty());
}

TEST_F(FilterRepair, ALoadOfManyRecordsIsEvaluatedAnew) {
    change_some(50);
    for (const Filter& filter : filters_)
        expect_right(*catalog_->begin_read().value(), filter);
    {
        const auto write = catalog_->begin_write().value();
        for (std::size_t i = 0; i <= FilterCache::kRepairedMax; ++i)
            ASSERT_TRUE(write->put_record(fmt::format("load {}", i), R"({"color":"red"})", {}));
        ASSERT_TRUE(write->commit());
    }
    for (const Filter& filter : filters_)
        expect_right(*catalog_->begin_read().value(), filter);
}

TEST_F(FilterRepair, HoldsForSeveralThreadsBesideAWriter) {
    change_some(60);
    std::atomic<bool> is_done = false;
    std::vector<std::jthread> readers;
    for (unsigned seed = 0; seed < 3; ++seed) {
        readers.emplace_back([this, seed, &is_done] {
            std::mt19937 random(seed);
            while (!is_done && !HasFatalFailure()) {
                const auto transaction = catalog_->begin_read().value();
                for (int i = 0; i < 3; ++i)
                    expect_right(*transaction, filters_[random() % filters_.size()]);
            }
        });
    }
    for (int round = 0; round < 80; ++round)
        change_some(4);
    is_done = true;
}

}  // namespace
}  // namespace sokkuri::collection
