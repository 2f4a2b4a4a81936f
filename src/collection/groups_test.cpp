// Groups and their vectors against centroids of all documents, through puts, updates, deletes,
// seals and compactions; and the same, bit for bit, where the collection is opened anew.
#include "collection/groups.h"

#include "base/json.h"
#include "base/testing/temporary_directory.h"
#include "collection/local_collection.h"
#include "index/distance.h"
#include "store/attribute_source.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <set>

namespace sokkuri::collection {
namespace {

using store::AttributeValue;

constexpr std::uint32_t kDimension = 5;
constexpr std::size_t kIds = 300;

struct Known {
    std::string document;
    std::vector<float> vector;  // empty: none
};
bool is_same(const AttributeValue& a, const AttributeValue& b) {
    return store::compare(a, b) == 0;
}

using Members = std::map<AttributeValue, std::vector<std::string>, store::AttributeLess>;

class Groups : public ::testing::TestWithParam<index::Metric> {
 protected:
    void SetUp() override {
        open();
        ASSERT_TRUE(
            collection_->add_field({.name = "v", .dimension = kDimension, .metric = GetParam()}));
    }

    void open() {
        collection_.reset();
        collection_ = open_local_collection(posix_file_system(), folder_.path() + "/.sokkuri",
                                            {.access = LocalOptions::Access::kCreate})
                          .value();
    }

    std::string random_document() {
        const auto pick = [this](unsigned end) { return static_cast<unsigned>(random_() % end); };
        const std::string path =
            pick(3) == 0 ? fmt::format("{}.jpg", pick(90))
                         : fmt::format("d{}/{}{}.jpg", pick(4), pick(2) == 0 ? "s/" : "", pick(90));
        switch (pick(5)) {
            case 0:
                return fmt::format(R"({{"path":"{}","shop":{}}})", path, pick(3));
            case 1:
                return fmt::format(R"({{"path":"{}","shop":["s{}","s{}"]}})", path, pick(6),
                                   pick(6));
            case 2:
                return fmt::format(R"({{"path":"{}","shop":"s{}","at":{{"city":["c{}",true]}}}})",
                                   path, pick(6), pick(3));
            default:
                return fmt::format(R"({{"path":"{}","shop":"s{}"}})", path, pick(6));
        }
    }

    std::vector<float> random_vector() {
        std::vector<float> vector(kDimension);
        for (float& value : vector)
            value = static_cast<float>(random_() % 2'001) / 100 - 10;
        return vector;
    }

    void put_some() {
        std::vector<PutRecord> records;
        for (std::size_t i = random_() % 3; i < kIds; i += 1 + random_() % 9) {
            PutRecord record{.id = fmt::format("{}", i), .document = random_document()};
            Known& known = known_[record.id];
            known = {record.document, {}};
            if (random_() % 5 != 0) {
                known.vector = random_vector();
                record.vectors = {{"v", known.vector}};
            }
            records.push_back(std::move(record));
        }
        ASSERT_TRUE(collection_->put(records));
    }

    void change_documents() {
        std::vector<PatchRecord> patches;
        for (auto& [id, known] : known_) {
            if (random_() % 20 != 0) continue;
            known.document =
                fmt::format(R"({{"path":"moved/{}.jpg","shop":"s{}"}})", id, random_() % 6);
            patches.push_back(
                {.id = id,
                 .patch = fmt::format(R"({{"path":"moved/{}.jpg","shop":"s{}","at":null}})", id,
                                      known.document[known.document.size() - 3])});
        }
        ASSERT_TRUE(collection_->patch(patches));
    }

    void remove_some() {
        std::vector<std::string> ids;
        for (const auto& [id, known] : known_) {
            if (random_() % 12 == 0) ids.push_back(id);
        }
        for (const std::string& id : ids)
            known_.erase(id);
        ASSERT_TRUE(collection_->remove(ids));
    }

    Members members(const GroupBy& by) const {
        Members members;
        for (const auto& [id, known] : known_) {
            if (known.vector.empty()) continue;
            const JsonValue document = parse_json(known.document).value();
            for (AttributeValue value :
                 store::values_of(document, {by.path, store::AttributeKind::kValues})) {
                if (by.part == GroupBy::Part::kDirectory) {
                    const std::string path = std::get<std::string>(value);
                    const std::size_t slash = path.rfind('/');
                    value = slash == std::string::npos ? "/" : path.substr(0, slash);
                }
                members[value].push_back(id);
            }
        }
        return members;
    }

    std::vector<double> centroid(const std::vector<std::string>& ids) const {
        std::vector<double> sum(kDimension);
        const bool has_directions = GetParam() == index::Metric::kCosine;
        for (const std::string& id : ids) {
            const std::vector<float>& vector = known_.at(id).vector;
            const double length = has_directions ? length_of({vector.begin(), vector.end()}) : 1;
            for (std::size_t i = 0; i < kDimension; ++i)
                sum[i] += length > 0 ? static_cast<double>(vector[i]) / length : 0;
        }
        const double divisor = has_directions ? length_of(sum) : static_cast<double>(ids.size());
        for (double& value : sum)
            value /= divisor;
        return sum;
    }

    static double length_of(const std::vector<double>& vector) {
        double squared = 0;
        for (const double value : vector)
            squared += value * value;
        return std::sqrt(squared);
    }

    std::vector<Group> all_groups(const GroupBy& by) const {
        return collection_->groups({.by = by, .limit = 1'000, .examples = 4}).value().groups;
    }

    void expect_right(const GroupBy& by) const {
        const Members expected = members(by);
        const std::vector<Group> groups = all_groups(by);
        ASSERT_EQ(groups.size(), expected.size()) << by.path;
        for (std::size_t g = 0; g < groups.size(); ++g) {
            const Group& group = groups[g];
            ASSERT_TRUE(expected.contains(group.value));
            const std::vector<std::string>& ids = expected.at(group.value);
            EXPECT_EQ(group.records, ids.size());
            if (g > 0) {
                EXPECT_GE(groups[g - 1].records, group.records);
            }
            const auto vector =
                collection_->vector_of_group({.by = by, .value = group.value}).value();
            const std::vector<double> truth = centroid(ids);
            for (std::size_t i = 0; i < kDimension; ++i)
                EXPECT_NEAR(vector[i], truth[i], 1e-4);
            expect_nearest(group, vector, ids);
        }
        for (const Group& group : groups)
            expect_similar(by, group);
    }

    void expect_nearest(const Group& group, const std::vector<float>& vector,
                        const std::vector<std::string>& ids) const {
        std::vector<double> distances;
        for (const std::string& id : ids)
            distances.push_back(index::exact_distance(GetParam(), vector, known_.at(id).vector));
        std::ranges::sort(distances);
        ASSERT_EQ(group.examples.size(), std::min<std::size_t>(4, ids.size()));
        for (std::size_t i = 0; i < group.examples.size(); ++i) {
            EXPECT_EQ(group.examples[i].distance, static_cast<float>(distances[i]));
            EXPECT_TRUE(std::ranges::count(ids, group.examples[i].id) == 1);
            EXPECT_EQ(group.examples[i].document, known_.at(group.examples[i].id).document);
        }
    }

    void expect_similar(const GroupBy& by, const Group& group) const {
        const SimilarGroups answer =
            collection_->similar_groups({.group = {.by = by, .value = group.value}, .k = 1'000})
                .value();
        EXPECT_TRUE(is_same(answer.group.value, group.value));
        EXPECT_EQ(answer.hits.size() + 1, answer.total);
        const auto vector = collection_->vector_of_group({.by = by, .value = group.value}).value();
        for (std::size_t i = 0; i < answer.hits.size(); ++i) {
            const SimilarGroup& hit = answer.hits[i];
            EXPECT_FALSE(is_same(hit.group.value, group.value));
            const auto other =
                collection_->vector_of_group({.by = by, .value = hit.group.value}).value();
            EXPECT_EQ(hit.distance,
                      static_cast<float>(index::exact_distance(GetParam(), vector, other)));
            if (i > 0) {
                EXPECT_LE(answer.hits[i - 1].distance, hit.distance);
            }
        }
    }

    testing::TemporaryDirectory folder_;
    std::unique_ptr<Collection> collection_;
    std::map<std::string, Known> known_;
    std::mt19937 random_{23};
};

const GroupBy kWays[] = {{"shop"}, {"at.city"}, {"path", GroupBy::Part::kDirectory}, {"nowhere"}};

TEST_P(Groups, AreRightAfterEveryChange) {
    for (int round = 0; round < 6; ++round) {
        put_some();
        if (round > 0) change_documents();
        if (round > 1) remove_some();
        if (round == 3) {
            ASSERT_TRUE(collection_->optimize({}));  // builds the indexes that were wished for
        }
        if (round == 5) {
            ASSERT_TRUE(collection_->compact({}));
        }
        for (const GroupBy& by : kWays)
            expect_right(by);
    }
}

TEST_P(Groups, AreTheSameBitForBitWhereNothingIsRemembered) {
    for (int round = 0; round < 3; ++round) {
        put_some();
        change_documents();
        remove_some();
        for (const GroupBy& by : kWays)
            all_groups(by);
    }
    const auto all_vectors = [this] {
        std::map<std::string, std::vector<float>> vectors;
        for (const Group& group : all_groups(kWays[0])) {
            std::string name;
            JsonWriter(name).value(store::json_of(group.value));
            vectors[name] =
                collection_->vector_of_group({.by = kWays[0], .value = group.value}).value();
        }
        return vectors;
    };
    const auto before = all_vectors();
    EXPECT_GT(before.size(), 6U);
    open();
    EXPECT_EQ(all_vectors(), before);
}

INSTANTIATE_TEST_SUITE_P(Metrics, Groups,
                         ::testing::Values(index::Metric::kCosine, index::Metric::kL2,
                                           index::Metric::kInnerProduct));

TEST_P(Groups, MembersPassTheirFilter) {
    put_some();
    for (const GroupBy& by : {kWays[0], kWays[1], kWays[2]}) {
        for (const Group& group : all_groups(by)) {
            const Summary summary =
                collection_->summarize({.filter = members_filter(by, group.value)}).value();
            std::uint64_t members = 0;
            for (const auto& [id, known] : known_) {
                const JsonValue document = parse_json(known.document).value();
                for (const AttributeValue& value :
                     store::values_of(document, {by.path, store::AttributeKind::kValues})) {
                    const bool is_directory = by.part == GroupBy::Part::kDirectory;
                    const AttributeValue its =
                        is_directory ? store::directory_of(std::get<std::string>(value)) : value;
                    members += is_same(its, group.value) ? 1 : 0;
                }
            }
            EXPECT_EQ(summary.records, members);
        }
    }
}

TEST_P(Groups, PagesFitTogether) {
    put_some();
    const std::vector<Group> all = all_groups(kWays[0]);
    std::vector<Group> paged;
    for (std::size_t offset = 0;; offset += 3) {
        const GroupPage page =
            collection_->groups({.by = kWays[0], .offset = offset, .limit = 3}).value();
        EXPECT_EQ(page.total, all.size());
        if (page.groups.empty()) break;
        paged.insert(paged.end(), page.groups.begin(), page.groups.end());
    }
    ASSERT_EQ(paged.size(), all.size());
    for (std::size_t i = 0; i < all.size(); ++i)
        EXPECT_TRUE(is_same(paged[i].value, all[i].value));
}

TEST_P(Groups, WhatIsNotThereIsNamed) {
    put_some();
    const auto message_of = [](const auto& result) {
        return result ? std::string() : result.error().message();
    };
    EXPECT_EQ(message_of(collection_->vector_of_group({.by = kWays[0], .value = "nobody"})),
              "no record with a vector has shop = \"nobody\"");
    EXPECT_EQ(message_of(collection_->vector_of_group({.by = kWays[2], .value = "nobody"})),
              "no record with a vector has the folder \"nobody\"");
    EXPECT_EQ(message_of(collection_->groups({.by = {"shop"}, .limit = 1'001})),
              "limit 1001: must be 1 to 1000");
    EXPECT_EQ(message_of(collection_->groups({.by = {"shop"}, .examples = 11})),
              "examples 11: must be 0 to 10");
    EXPECT_NE(message_of(collection_->groups({.by = {""}})), "");
    EXPECT_EQ(
        message_of(collection_->similar_groups({.group = {.by = {"shop"}, .value = "s1"}, .k = 0})),
        "k 0: must be 1 to 1000");
}

TEST(GroupFilters, TakeSignsOfPatternsAsTheyAre) {
    const testing::TemporaryDirectory folder;
    const auto collection = open_local_collection(posix_file_system(), folder.path() + "/.sokkuri",
                                                  {.access = LocalOptions::Access::kCreate})
                                .value();
    std::vector<PutRecord> records;
    for (const std::string path : {"a*b/1", "aXb/1", "a?/1", "a\\\\/1", "a*b/c/1", "1"}) {
        records.push_back({.id = path, .document = fmt::format(R"({{"path":"{}"}})", path)});
    }
    ASSERT_TRUE(collection->put(records));
    const GroupBy by{"path", GroupBy::Part::kDirectory};
    for (const std::string directory : {"a*b", "aXb", "a?", "a\\", "a*b/c", "/"}) {
        const auto summary = collection->summarize({.filter = members_filter(by, directory)});
        EXPECT_EQ(summary.value().records, 1U) << directory;
    }
}

}  // namespace
}  // namespace sokkuri::collection
