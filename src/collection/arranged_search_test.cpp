// Group caps and orders against the plain rule over the whole list of nearest records.
#include "collection/arranged_search.h"

#include "collection/testing/one_field.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

namespace sokkuri::collection {
namespace {

constexpr std::uint32_t kDimension = 4;
constexpr std::size_t kRecords = 400;

class ArrangedSearch : public ::testing::Test {
 protected:
    void SetUp() override {
        std::vector<PutRecord> records;
        for (std::size_t i = 0; i < kRecords; ++i) {
            // One group holds most of them; some records have two groups, some none.
            const std::size_t group = random_() % 3 == 0 ? random_() % 40 : 0;
            std::string document = fmt::format(R"({{"n":{},"shop":"s{}"}})", random_() % 50, group);
            if (random_() % 10 == 0) document = R"({"n":7})";
            if (random_() % 10 == 0) document = R"({"shop":["s1","s2"]})";
            FieldVector vector{.field = "v", .values = std::vector<float>(kDimension)};
            for (float& value : vector.values)
                value = static_cast<float>(random_() % 1'000) - 500;
            records.push_back(
                {.id = fmt::format("{}", i), .document = document, .vectors = {vector}});
        }
        ASSERT_TRUE(collection_->put(records));
    }

    std::vector<Hit> all(const SearchRequest& request) const {
        SearchRequest plain = request;
        plain.group_cap.reset();
        plain.order.reset();
        plain.offset = 0;
        plain.k = kRecords;
        return collection_->search(plain).value().hits;
    }

    static std::vector<std::string> shops(const Hit& hit) {
        const JsonValue document = parse_json(hit.document).value();
        const JsonValue* shop = document.find("shop");
        if (shop == nullptr) return {};
        if (shop->is_string()) return {std::string(shop->text())};
        return {"s1", "s2"};
    }

    testing::OneField home_{kDimension};
    Collection* collection_ = &home_.collection();
    std::mt19937 random_{9};
};

std::vector<std::string> ids(const std::vector<Hit>& hits) {
    std::vector<std::string> ids;
    for (const Hit& hit : hits)
        ids.push_back(hit.id);
    return ids;
}

TEST_F(ArrangedSearch, KeepsTheNearestOfEachGroup) {
    for (const std::size_t cap : {1U, 2U, 5U}) {
        for (const std::size_t k : {1U, 10U, 60U, 400U}) {
            for (const std::size_t offset : {0U, 7U}) {
                const SearchRequest request{.query = {1, 2, 3, 4},
                                            .k = k,
                                            .offset = offset,
                                            .filter = Filter{ExistsFilter{"n"}},
                                            .group_cap = GroupCap{"shop", cap}};
                std::map<std::string, std::size_t> taken;
                std::vector<std::string> expected;
                for (const Hit& hit : all(request)) {
                    const auto groups = shops(hit);
                    const bool is_full =
                        std::any_of(groups.begin(), groups.end(),
                                    [&](const auto& g) { return taken[g] >= cap; });
                    if (is_full) continue;
                    for (const std::string& group : groups)
                        ++taken[group];
                    expected.push_back(hit.id);
                }
                expected.erase(expected.begin(),
                               expected.begin() +
                                   static_cast<std::ptrdiff_t>(std::min(offset, expected.size())));
                if (expected.size() > k) expected.resize(k);
                EXPECT_EQ(ids(collection_->search(request).value().hits), expected);
            }
        }
    }
}

// Of so many vectors only 100 neighbors each may be asked for at once: less than it looks at.
TEST_F(ArrangedSearch, CapsGroupsAmongTheNearestToManyVectors) {
    SearchRequest request{.k = 26, .group_cap = GroupCap{"shop", 1}};
    request.several = SeveralVectors{.combine = SeveralVectors::Combine::kNearest};
    while (request.several->vectors.size() < SeveralVectors::kVectorsMax) {
        const auto number = static_cast<float>(request.several->vectors.size());
        request.several->vectors.push_back({number - 500, 500 - number, 1, 2});
    }
    const auto answer = collection_->search(request);
    ASSERT_TRUE(answer) << answer.error().message();
    EXPECT_EQ(answer->hits.size(), 26U);
    std::map<std::string, std::size_t> taken;
    float last = -1;
    for (const Hit& hit : answer->hits) {
        for (const std::string& group : shops(hit))
            EXPECT_EQ(++taken[group], 1U) << group;
        EXPECT_GE(hit.distance, last);
        last = hit.distance;
    }
}

TEST_F(ArrangedSearch, KeepsTheFarthestOfEachGroup) {
    SearchRequest request{.k = 30, .group_cap = GroupCap{"shop", 1}};
    request.several = SeveralVectors{.combine = SeveralVectors::Combine::kFarthest,
                                     .vectors = {{1, 2, 3, 4}, {5, -1, 2, 0}}};
    std::map<std::string, std::size_t> taken;
    std::vector<std::string> expected;
    for (const Hit& hit : all(request)) {
        bool is_full = false;
        for (const std::string& group : shops(hit))
            is_full = is_full || taken[group] > 0;
        if (is_full || expected.size() == request.k) continue;
        for (const std::string& group : shops(hit))
            ++taken[group];
        expected.push_back(hit.id);
    }
    EXPECT_EQ(ids(collection_->search(request).value().hits), expected);
}

TEST_F(ArrangedSearch, OrdersTheNearestByAValue) {
    using Direction = HitOrder::Direction;
    for (const Direction direction : {Direction::kAscending, Direction::kDescending}) {
        SearchRequest request{.query = {1, 2, 3, 4}, .k = 50, .order = HitOrder{"n", direction}};
        std::vector<Hit> expected = all(request);
        expected.resize(50);
        const auto key = [&](const Hit& hit) {
            const JsonValue document = parse_json(hit.document).value();
            const JsonValue* n = document.find("n");
            if (n == nullptr) return 1e9;
            return direction == Direction::kAscending ? n->as_double().value()
                                                      : -n->as_double().value();
        };
        std::stable_sort(expected.begin(), expected.end(),
                         [&](const Hit& a, const Hit& b) { return key(a) < key(b); });
        EXPECT_EQ(ids(collection_->search(request).value().hits), ids(expected));
        request.documents = Documents::kOmit;
        const auto answer = collection_->search(request).value();
        EXPECT_EQ(ids(answer.hits), ids(expected));
        EXPECT_TRUE(answer.hits[0].document.empty());
    }
}

TEST_F(ArrangedSearch, RefusesWhatHasNoPathOrNoRoom) {
    const auto code = [&](const SearchRequest& request) {
        return collection_->search(request).error().code();
    };
    const std::vector<float> query{1, 2, 3, 4};
    EXPECT_EQ(code({.query = query, .group_cap = GroupCap{"", 1}}), ErrorCode::kInvalidArgument);
    EXPECT_EQ(code({.query = query, .group_cap = GroupCap{"a", 0}}), ErrorCode::kInvalidArgument);
    EXPECT_EQ(code({.query = query, .order = HitOrder{""}}), ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace sokkuri::collection
