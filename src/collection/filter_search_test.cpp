// Filtered search against plain evaluation (testing/filter_oracle.h): random documents are put,
// changed and removed; the hits of random filters must be the records for which they hold, before
// any index is there, while indexes are behind, and when they are whole; and again when asked
// twice, which the cache answers.
#include "collection/testing/filter_oracle.h"
#include "collection/testing/one_field.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

namespace sokkuri::collection {
namespace {

constexpr std::uint32_t kDimension = 8;
constexpr std::size_t kIds = 120;

class FilterSearch : public ::testing::Test {
 protected:
    /// Indexes are wished for where there are many record numbers.
    void SetUp() override {
        std::vector<PutRecord> fillers;
        std::vector<std::string> ids;
        for (std::size_t i = 0; i < 1'100; ++i) {
            ids.push_back(fmt::format("filler {}", i));
            fillers.push_back({.id = ids.back(), .document = "{}"});
        }
        ASSERT_TRUE(collection_->put(fillers));
        ASSERT_TRUE(collection_->remove(ids));
    }

    void put_some(std::size_t count) {
        std::vector<PutRecord> records;
        for (std::size_t i = 0; i < count; ++i) {
            PutRecord record{.id = fmt::format("{}", random_() % kIds),
                             .document = random_document(random_)};
            const bool is_listed = std::any_of(records.begin(), records.end(),
                                               [&](const auto& r) { return r.id == record.id; });
            if (is_listed) continue;
            FieldVector vector{.field = "v", .values = std::vector<float>(kDimension)};
            for (float& value : vector.values)
                value = static_cast<float>(random_() % 100);
            vector.values[0] += 1;
            const bool has_vector = random_() % 10 != 0;
            if (has_vector) record.vectors.push_back(std::move(vector));
            documents_[record.id] = {record.document, has_vector};
            records.push_back(std::move(record));
        }
        ASSERT_TRUE(collection_->put(records));
    }

    void remove_some(std::size_t count) {
        std::vector<std::string> ids;
        for (std::size_t i = 0; i < count; ++i) {
            ids.push_back(fmt::format("{}", random_() % kIds));
            documents_.erase(ids.back());
        }
        ASSERT_TRUE(collection_->remove(ids));
    }

    void expect_right(const Filter& filter) {
        std::set<std::string> expected;
        for (const auto& [id, entry] : documents_) {
            const JsonValue document = parse_json(entry.text).value();
            if (entry.has_vector && holds(filter, id, document)) expected.insert(id);
        }
        const SearchRequest request{
            .query = std::vector<float>(kDimension, 1.0F), .k = 2 * kIds, .filter = filter};
        const auto answer = collection_->search(request);
        ASSERT_TRUE(answer) << answer.error().message();
        std::set<std::string> found;
        for (const Hit& hit : answer->hits)
            found.insert(hit.id);
        EXPECT_EQ(found.size(), answer->hits.size());
        EXPECT_EQ(found, expected) << key_of(filter);
        EXPECT_EQ(answer->rows_searched, expected.size());
    }

    struct Entry {
        std::string text;
        bool has_vector = false;
    };

    std::map<std::string, Entry> documents_;
    testing::OneField home_{kDimension};
    Collection* collection_ = &home_.collection();
    std::mt19937 random_{41};
};

TEST_F(FilterSearch, FindsWhatHolds) {
    for (int round = 0; round < 12; ++round) {
        put_some(30);
        if (round % 3 == 1) remove_some(10);
        // Every second round the indexes that were wished for are whole.
        if (round % 2 == 1) {
            ASSERT_TRUE(collection_->optimize({}));
        }
        for (int i = 0; i < 40; ++i) {
            const Filter filter = random_filter(random_, kIds);
            ASSERT_TRUE(filter.validate());
            expect_right(filter);
            if (i % 4 == 0) expect_right(filter);
        }
    }
}

TEST_F(FilterSearch, CountsManyClauses) {
    put_some(60);
    for (std::size_t clauses = 1; clauses <= 9; ++clauses) {
        BoolFilter counted;
        while (counted.should.size() < clauses)
            counted.should.push_back(random_filter(random_, kIds));
        for (counted.should_min = 0; counted.should_min <= clauses; ++counted.should_min)
            expect_right(Filter{counted});
    }
}

TEST_F(FilterSearch, SeesAPutAtOnce) {
    put_some(20);
    const Filter filter{TermsFilter{"color", {std::string("never before")}}};
    expect_right(filter);
    ASSERT_TRUE(collection_->put_documents(std::vector<PutRecord>{
        {.id = documents_.begin()->first, .document = R"({"color":"never before"})"}}));
    documents_.begin()->second.text = R"({"color":"never before"})";
    expect_right(filter);
}

TEST_F(FilterSearch, RefusesAnInvalidFilter) {
    put_some(1);
    const SearchRequest request{.query = std::vector<float>(kDimension, 1.0F),
                                .filter = Filter{ExistsFilter{""}}};
    EXPECT_EQ(collection_->search(request).error().code(), ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace sokkuri::collection
