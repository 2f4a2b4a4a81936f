// LocalCollection against a std::map: random puts, document changes and removals, reopening as it
// goes; after each step get, count, scan and search must say what the model says, search being a
// plain sort of float64 distances.
#include "collection/local_collection.h"

#include "base/testing/temporary_directory.h"
#include "index/distance.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <random>
#include <thread>

namespace sokkuri::collection {
namespace {

using Access = LocalOptions::Access;

constexpr std::uint32_t kDimension = 24;

FieldSpec picture_field(index::Metric metric = index::Metric::kCosine) {
    return {.name = "picture", .dimension = kDimension, .metric = metric, .fingerprint = "f"};
}

std::unique_ptr<Collection> open_or_die(const std::string& directory, Access access) {
    auto opened = open_local_collection(posix_file_system(), directory, {.access = access});
    EXPECT_TRUE(opened) << opened.error().message();
    return opened ? std::move(*opened) : nullptr;
}

/// What the collection must say.
struct ModelRecord {
    std::uint64_t number;  // order of first put
    std::uint64_t version;
    std::string document;
    std::vector<float> vector;  // empty: none
};
using Model = std::map<std::string, ModelRecord>;

class LocalCollectionTest : public ::testing::Test {
 protected:
    std::string directory() const { return folder_.path() + "/.sokkuri"; }

 private:
    testing::TemporaryDirectory folder_;
};

std::vector<float> random_vector(std::mt19937& random) {
    std::uniform_int_distribution<int> small(-2, 2);  // so that ties are common
    std::vector<float> values(kDimension);
    for (float& value : values) {
        value = static_cast<float>(small(random));
    }
    return values;
}

std::vector<std::pair<std::string, float>> nearest_in_model(const Model& model,
                                                            const SearchRequest& request,
                                                            index::Metric metric) {
    struct Row {
        double distance;
        std::uint64_t number;
        std::string id;
    };
    std::vector<Row> rows;
    for (const auto& [id, record] : model) {
        const bool is_excluded = std::find(request.excluded_ids.begin(), request.excluded_ids.end(),
                                           id) != request.excluded_ids.end();
        if (record.vector.empty() || is_excluded) continue;
        const double distance = index::exact_distance(metric, request.query, record.vector);
        if (request.distance_max && distance > *request.distance_max) continue;
        rows.push_back({distance, record.number, id});
    }
    std::sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) {
        return a.distance != b.distance ? a.distance < b.distance : a.number < b.number;
    });
    std::vector<std::pair<std::string, float>> nearest;
    for (std::size_t i = 0; i < std::min(rows.size(), request.k); ++i) {
        nearest.emplace_back(rows[i].id, static_cast<float>(rows[i].distance));
    }
    return nearest;
}

void expect_same_records(const Collection& collection, const Model& model) {
    EXPECT_EQ(collection.count().value(), model.size());
    std::vector<std::string> ids{"never there"};
    for (const auto& [id, record] : model) {
        ids.push_back(id);
    }
    const auto records = collection.get(ids).value();
    EXPECT_FALSE(records.front());
    for (std::size_t i = 1; i < ids.size(); ++i) {
        const ModelRecord& expected = model.at(ids[i]);
        ASSERT_TRUE(records[i]) << ids[i];
        EXPECT_EQ(records[i]->document, expected.document);
        EXPECT_EQ(records[i]->version, expected.version);
        const auto vector = collection.vector_of(ids[i], "picture");
        EXPECT_EQ(vector.has_value(), !expected.vector.empty());
        EXPECT_EQ(vector.value_or(std::vector<float>()), expected.vector);
    }
    std::vector<std::string> scanned;
    const auto visit = [&](const ScannedRecord& record) {
        scanned.push_back(record.record.id);
        const auto& expected = model.at(record.record.id).vector;
        EXPECT_TRUE(std::equal(record.vector.begin(), record.vector.end(), expected.begin(),
                               expected.end()));
        return true;
    };
    EXPECT_TRUE(collection.scan({}, visit));
    std::sort(scanned.begin(), scanned.end());
    EXPECT_EQ(scanned, std::vector<std::string>(ids.begin() + 1, ids.end()));
}

void expect_same_search(const Collection& collection, const Model& model, index::Metric metric,
                        std::mt19937& random) {
    SearchRequest request{.query = random_vector(random), .k = 1 + random() % 20};
    if (random() % 3 == 0) request.distance_max = 1.0;
    for (std::size_t i = 0; i < random() % 4; ++i) {
        request.excluded_ids.push_back("id" + std::to_string(random() % 40));
    }
    const auto answer = collection.search(request);
    ASSERT_TRUE(answer) << answer.error().message();
    std::vector<std::pair<std::string, float>> hits;
    for (const Hit& hit : answer->hits) {
        hits.emplace_back(hit.id, hit.distance);
        EXPECT_EQ(hit.document, model.at(hit.id).document);
    }
    EXPECT_EQ(hits, nearest_in_model(model, request, metric));
}

/// One random change, made to both.
void change(Collection& collection, Model& model, std::uint64_t& numbers, std::mt19937& random) {
    const auto some_id = [&] { return "id" + std::to_string(random() % 40); };
    if (random() % 4 == 0) {
        const std::vector<std::string> ids{some_id(), some_id()};
        std::size_t expected = model.erase(ids[0]);
        expected += model.erase(ids[1]);
        EXPECT_EQ(collection.remove(ids).value(), expected);
        return;
    }
    if (random() % 4 == 0) {
        PutRecord record{.id = some_id(), .document = R"({"n": )" + std::to_string(random()) + "}"};
        const auto outcome = collection.put_documents({&record, 1});
        const auto known = model.find(record.id);
        EXPECT_EQ(outcome.has_value(), known != model.end());
        if (!outcome) return;
        known->second.document = record.document;
        ++known->second.version;
        return;
    }
    std::vector<PutRecord> records(1 + random() % 5);
    for (PutRecord& record : records) {
        record.id = some_id();
        record.document = R"({"put": )" + std::to_string(random() % 100) + "}";
        if (random() % 8 != 0) record.vectors.push_back({"picture", random_vector(random)});
    }
    const auto outcomes = collection.put(records);
    ASSERT_TRUE(outcomes) << outcomes.error().message();
    for (std::size_t i = 0; i < records.size(); ++i) {
        const auto [entry, is_new] = model.try_emplace(records[i].id);
        if (is_new) entry->second = {numbers++, 0, "", {}};
        ++entry->second.version;
        entry->second.document = records[i].document;
        entry->second.vector =
            records[i].vectors.empty() ? std::vector<float>() : records[i].vectors.front().values;
        EXPECT_EQ((*outcomes)[i].version, entry->second.version);
        EXPECT_EQ((*outcomes)[i].was_created, is_new);
    }
}

TEST_F(LocalCollectionTest, SaysWhatAMapSaysThroughRandomChangesAndReopening) {
    for (const unsigned seed : {1U, 2U, 3U}) {
        SCOPED_TRACE(seed);
        std::mt19937 random(seed);
        const auto metric = static_cast<index::Metric>(seed % 3);
        const std::string directory = this->directory() + std::to_string(seed);
        auto collection = open_or_die(directory, Access::kCreate);
        ASSERT_TRUE(collection->add_field(picture_field(metric)));
        Model model;
        std::uint64_t numbers = 0;
        for (int step = 0; step < 150; ++step) {
            change(*collection, model, numbers, random);
            expect_same_search(*collection, model, metric, random);
            if (step % 20 == 0) expect_same_records(*collection, model);
            if (step % 30 == 29) {
                collection.reset();
                collection = open_or_die(directory, Access::kWrite);
            }
        }
        expect_same_records(*collection, model);
        const auto reader = open_or_die(directory, Access::kRead);
        expect_same_records(*reader, model);
    }
}

TEST_F(LocalCollectionTest, ASecondWriterIsRefusedAndReadersAreNot) {
    const auto writer = open_or_die(directory(), Access::kCreate);
    const auto second =
        open_local_collection(posix_file_system(), directory(), {.access = Access::kWrite});
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code(), ErrorCode::kConflict);
    EXPECT_NE(second.error().message().find(std::to_string(getpid())), std::string::npos)
        << second.error().message();
    EXPECT_TRUE(open_local_collection(posix_file_system(), directory(), {}));
}

TEST_F(LocalCollectionTest, AReaderSeesWhatWasPutAfterItOpened) {
    const auto writer = open_or_die(directory(), Access::kCreate);
    ASSERT_TRUE(writer->add_field(picture_field()));
    const auto reader = open_or_die(directory(), Access::kRead);
    const PutRecord record{.id = "a", .vectors = {{"picture", std::vector<float>(kDimension, 1)}}};
    ASSERT_TRUE(writer->put({&record, 1}));
    const auto answer = reader->search({.query = std::vector<float>(kDimension, 2)});
    ASSERT_TRUE(answer) << answer.error().message();
    ASSERT_EQ(answer->hits.size(), 1U);
    EXPECT_EQ(answer->hits[0].distance, 0);
    EXPECT_FALSE(reader->put({&record, 1}));
}

TEST_F(LocalCollectionTest, AConditionalPutKeepsOrRefusesTheWholeBatch) {
    const auto collection = open_or_die(directory(), Access::kCreate);
    const std::vector<PutRecord> first{{.id = "a", .if_version = 0}};
    ASSERT_TRUE(collection->put(first));
    const std::vector<PutRecord> batch{{.id = "b"}, {.id = "a", .if_version = 7}};
    const auto refused = collection->put(batch);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::kConflict);
    EXPECT_EQ(collection->count().value(), 1U);
    const std::vector<PutRecord> matching{{.id = "b"}, {.id = "a", .if_version = 1}};
    EXPECT_EQ(collection->put(matching).value()[1].version, 2U);
}

TEST_F(LocalCollectionTest, SeveralFieldsKeepTheirOwnVectors) {
    const auto collection = open_or_die(directory(), Access::kCreate);
    ASSERT_TRUE(collection->add_field(picture_field()));
    ASSERT_TRUE(
        collection->add_field({.name = "text", .dimension = 3, .metric = index::Metric::kL2}));
    const std::vector<PutRecord> records{
        {.id = "both",
         .vectors = {{"picture", std::vector<float>(kDimension, 1)}, {"text", {1, 2, 3}}}},
        {.id = "text only", .vectors = {{"text", {1, 2, 5}}}}};
    ASSERT_TRUE(collection->put(records));
    const auto by_text = collection->search({.field = "text", .query = {1, 2, 4.5}});
    ASSERT_TRUE(by_text);
    ASSERT_EQ(by_text->hits.size(), 2U);
    EXPECT_EQ(by_text->hits[0].id, "text only");
    EXPECT_EQ(by_text->hits[0].distance, 0.5);
    const auto by_picture =
        collection->search({.field = "picture", .query = std::vector<float>(kDimension, 1)});
    ASSERT_TRUE(by_picture);
    EXPECT_EQ(by_picture->hits.size(), 1U);
    EXPECT_EQ(collection->search({.query = {1, 2, 3}}).error().code(), ErrorCode::kInvalidArgument);
}

TEST_F(LocalCollectionTest, AFieldThatExistsIsKeptOrRefused) {
    const auto collection = open_or_die(directory(), Access::kCreate);
    ASSERT_TRUE(collection->add_field(picture_field()));
    EXPECT_TRUE(collection->add_field(picture_field()));
    FieldSpec other = picture_field();
    other.fingerprint = "of another model";
    EXPECT_EQ(collection->add_field(other).error().code(), ErrorCode::kAlreadyExists);
}

TEST_F(LocalCollectionTest, WhatCannotBeSearchedForIsRefusedByName) {
    const auto collection = open_or_die(directory(), Access::kCreate);
    ASSERT_TRUE(collection->add_field(picture_field()));
    const std::vector<float> good(kDimension, 1);
    EXPECT_EQ(collection->search({.query = good, .k = 0}).error().code(),
              ErrorCode::kInvalidArgument);
    EXPECT_EQ(collection->search({.query = {1, 2}}).error().message(),
              "query: 2 components, field \"picture\" has 24");
    std::vector<float> infinite = good;
    infinite[5] = std::numeric_limits<float>::infinity();
    EXPECT_EQ(collection->search({.query = infinite}).error().message(),
              "query: component 5 is inf: numbers must be finite");
    EXPECT_EQ(collection->search({.field = "nope", .query = good}).error().code(),
              ErrorCode::kNotFound);
    EXPECT_TRUE(collection->search({.query = good})->hits.empty());
}

TEST_F(LocalCollectionTest, AFieldOfBytesIsSearchedByTheBitsThatDiffer) {
    const auto collection = open_or_die(directory(), Access::kCreate);
    ASSERT_TRUE(
        collection->add_field({.name = "hash", .dimension = 2, .metric = index::Metric::kHamming}));
    const auto put = [&](const std::string& id, std::vector<float> bytes) {
        const PutRecord record{.id = id, .document = "{}", .vectors = {{"hash", std::move(bytes)}}};
        return collection->put({&record, 1});
    };
    ASSERT_TRUE(put("far", {255, 255}));
    ASSERT_TRUE(put("near", {1, 128}));
    ASSERT_TRUE(put("same", {0, 128}));
    const SearchAnswer answer = collection->search({.query = {0, 128}, .k = 3}).value();
    ASSERT_EQ(answer.hits.size(), 3U);
    EXPECT_EQ(answer.hits[0].id, "same");
    EXPECT_EQ(answer.hits[0].distance, 0);
    EXPECT_EQ(answer.hits[1].id, "near");
    EXPECT_EQ(answer.hits[1].distance, 1);
    EXPECT_EQ(answer.hits[2].distance, 15);
    EXPECT_NE(put("half", {0.5, 0})
                  .error()
                  .message()
                  .find("component 0 is 0.5: components are bytes, whole numbers from 0 to 255"),
              std::string::npos);
    EXPECT_EQ(collection->search({.query = {0, 256}}).error().message(),
              "query: component 1 is 256: components are bytes, whole numbers from 0 to 255");
}

TEST_F(LocalCollectionTest, AFolderWithoutACollectionIsNotFound) {
    const auto opened = open_local_collection(posix_file_system(), directory(), {});
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code(), ErrorCode::kNotFound);
}

TEST_F(LocalCollectionTest, ReadersNeverSeeHalfAPut) {
    // Each put writes the same new vector to all records: whatever a reader sees must be equally
    // far.
    constexpr int kRecords = 20;
    const auto writer = open_or_die(directory(), Access::kCreate);
    ASSERT_TRUE(writer->add_field(picture_field(index::Metric::kL2)));
    const auto put_all = [&](float value) {
        std::vector<PutRecord> records(kRecords);
        for (int i = 0; i < kRecords; ++i) {
            records[i] = {.id = std::to_string(i),
                          .vectors = {{"picture", std::vector<float>(kDimension, value)}}};
        }
        return writer->put(records).has_value();
    };
    ASSERT_TRUE(put_all(0));
    std::atomic<bool> done{false};
    {
        std::vector<std::jthread> readers;
        for (int r = 0; r < 2; ++r) {
            readers.emplace_back([&] {
                const auto reader = open_or_die(directory(), Access::kRead);
                while (!done) {
                    const auto answer =
                        reader->search({.query = std::vector<float>(kDimension, 0), .k = kRecords});
                    ASSERT_TRUE(answer) << answer.error().message();
                    ASSERT_EQ(answer->hits.size(), std::size_t{kRecords});
                    EXPECT_EQ(answer->hits.front().distance, answer->hits.back().distance);
                }
            });
        }
        for (int round = 1; round <= 30; ++round) {
            EXPECT_TRUE(put_all(static_cast<float>(round)));
        }
        done = true;
    }
}

}  // namespace
}  // namespace sokkuri::collection
