// Collection::load against a std::map: random batches (new rows, changed ones, the same ones again,
// ids that come twice), reopening as it goes; then what a batch must refuse.
#include "base/testing/faulty_file_system.h"
#include "base/testing/temporary_directory.h"
#include "collection/local_collection.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>
#include <random>

namespace sokkuri::collection {
namespace {

constexpr std::uint32_t kDimension = 8;

/// Rows on their way into a batch.
struct Rows {
    std::vector<std::string> ids;
    std::vector<float> vectors;
    std::vector<std::string> documents;

    void add(const std::string& id, const std::vector<float>& vector,
             const std::string& document = "") {
        ids.push_back(id);
        vectors.insert(vectors.end(), vector.begin(), vector.end());
        documents.push_back(document);
    }
    LoadBatch batch() const {
        return {.field = "picture", .ids = ids, .vectors = vectors, .documents = documents};
    }
};

std::vector<float> vector_of(float value) {
    return std::vector<float>(kDimension, value);
}

class Load : public ::testing::Test {
 protected:
    void SetUp() override { reopen(); }

    void reopen() {
        collection_.reset();
        auto opened = open_local_collection(posix_file_system(), folder_.path() + "/.sokkuri",
                                            {.access = LocalOptions::Access::kCreate});
        ASSERT_TRUE(opened) << opened.error().message();
        collection_ = std::move(*opened);
        for (const char* name : {"picture", "crop"}) {
            ASSERT_TRUE(collection_->add_field(
                {.name = name, .dimension = kDimension, .metric = index::Metric::kL2}));
        }
    }
    LoadOutcome load(const Rows& rows) {
        const auto outcome = collection_->load(rows.batch());
        EXPECT_TRUE(outcome) << outcome.error().message();
        return outcome.value_or(LoadOutcome{});
    }
    CollectionStats::Field stats() { return collection_->stats()->fields.front(); }

    testing::TemporaryDirectory folder_;
    std::unique_ptr<Collection> collection_;
};

struct Known {
    std::string document = "{}";
    std::uint64_t version = 0;
    std::vector<float> vector;
};

TEST_F(Load, DoesWhatAMapDoes) {
    std::mt19937 random(20'261'122);
    std::map<std::string, Known> model;
    for (int round = 0; round < 30; ++round) {
        Rows rows;
        const std::size_t count = random() % 60;
        for (std::size_t i = 0; i < count; ++i) {
            const std::string id = fmt::format("id {}", random() % 100);
            const std::string document =
                random() % 3 == 0 ? fmt::format(R"({{"n": {}}})", random() % 3) : "";
            const auto vector = vector_of(static_cast<float>(random() % 3));
            rows.add(id, vector, document);
        }
        const LoadOutcome outcome = load(rows);
        EXPECT_EQ(outcome.created + outcome.replaced + outcome.unchanged, count);
        std::uint64_t created = 0;
        for (std::size_t i = 0; i < count; ++i) {
            Known& known = model[rows.ids[i]];
            created += known.version == 0 ? 1 : 0;
            const auto vector = std::vector<float>(rows.vectors.begin() + i * kDimension,
                                                   rows.vectors.begin() + (i + 1) * kDimension);
            const bool is_repeated = std::ranges::count(rows.ids, rows.ids[i]) > 1;
            const bool is_changed =
                is_repeated || known.vector != vector ||
                (!rows.documents[i].empty() && rows.documents[i] != known.document);
            if (is_changed) ++known.version;
            known.vector = vector;
            if (!rows.documents[i].empty()) known.document = rows.documents[i];
        }
        EXPECT_EQ(outcome.created, created);
        if (round % 7 == 0) reopen();
        EXPECT_EQ(collection_->count().value(), model.size());
        for (const auto& [id, known] : model) {
            const auto record = collection_->get(std::span(&id, 1)).value().front();
            ASSERT_TRUE(record);
            EXPECT_EQ(record->document, known.document);
            EXPECT_EQ(record->version, known.version);
            EXPECT_EQ(collection_->vector_of(id, "picture").value(), known.vector);
        }
        EXPECT_EQ(stats().vectors, model.size());
    }
}

TEST_F(Load, WritesNothingForRowsThatAreAsTheyWere) {
    Rows rows;
    for (int i = 0; i < 100; ++i) {
        rows.add(fmt::format("{}", i), vector_of(static_cast<float>(i)), R"({"a":1})");
    }
    EXPECT_EQ(load(rows).created, 100U);
    const std::uint64_t generation = collection_->stats()->generation;
    EXPECT_EQ(load(rows).unchanged, 100U);
    rows.documents.clear();
    EXPECT_EQ(load(rows).unchanged, 100U);
    EXPECT_EQ(collection_->stats()->generation, generation);
    rows.vectors.back() = -0.0F;
    rows.vectors.front() = -0.0F;  // was 0: another number
    const LoadOutcome outcome = load(rows);
    EXPECT_EQ(outcome.replaced, 2U);
    EXPECT_EQ(stats().tombstones, 2U);
    EXPECT_TRUE(std::signbit(collection_->vector_of("0", "picture").value().front()));
}

TEST_F(Load, KeepsTheVectorsOfOtherFields) {
    PutRecord record{.id = "a", .document = R"({"kept":true})"};
    record.vectors.push_back({.field = "crop", .values = vector_of(7)});
    ASSERT_TRUE(collection_->put(std::span(&record, 1)));
    Rows rows;
    rows.add("a", vector_of(1));
    EXPECT_EQ(load(rows).replaced, 1U);
    EXPECT_EQ(collection_->vector_of("a", "crop").value(), vector_of(7));
    EXPECT_EQ(collection_->vector_of("a", "picture").value(), vector_of(1));
    const std::string id = "a";
    EXPECT_EQ(collection_->get(std::span(&id, 1)).value().front()->document, record.document);
}

TEST_F(Load, StoresVectorsOfOtherFieldsToo) {
    Rows rows;
    for (const char* id : {"a", "b", "c"})
        rows.add(id, vector_of(1));
    std::vector<std::vector<FieldVector>> further(3);
    further[1].push_back({.field = "crop", .values = vector_of(5)});
    LoadBatch batch = rows.batch();
    batch.further = further;
    EXPECT_EQ(collection_->load(batch)->created, 3U);
    EXPECT_EQ(collection_->vector_of("b", "crop").value(), vector_of(5));
    EXPECT_EQ(collection_->vector_of("b", "picture").value(), vector_of(1));
    EXPECT_EQ(collection_->vector_of("a", "crop").error().code(), ErrorCode::kNotFound);
    // Nothing else has changed: the other field's vector is written all the same.
    further[1][0].values = vector_of(6);
    batch.further = further;
    EXPECT_EQ(collection_->load(batch)->unchanged, 2U);
    reopen();
    EXPECT_EQ(collection_->vector_of("b", "crop").value(), vector_of(6));
    std::map<std::string, std::vector<float>> crops;
    ASSERT_TRUE(collection_->scan({.field = "picture", .further = {"crop"}},
                                  [&](const ScannedRecord& scanned) {
                                      EXPECT_EQ(scanned.vector.size(), kDimension);
                                      for (const FieldVector& vector : scanned.further)
                                          crops[scanned.record.id] = vector.values;
                                      return true;
                                  }));
    EXPECT_EQ(crops, (std::map<std::string, std::vector<float>>{{"b", vector_of(6)}}));
    for (const FieldVector& bad : {FieldVector{"picture", vector_of(1)}, FieldVector{"crop", {1}},
                                   FieldVector{"no", {1}}, FieldVector{"", vector_of(1)}}) {
        further[1] = {bad};
        batch.further = further;
        const auto outcome = collection_->load(batch);
        ASSERT_FALSE(outcome);
        EXPECT_NE(outcome.error().message().find("row 1"), std::string::npos);
    }
}

TEST_F(Load, RemembersHowFarItHasCome) {
    Rows rows;
    rows.add("a", vector_of(1));
    LoadBatch batch = rows.batch();
    batch.mark = LoadMark{.name = "all of it", .value = "1 row"};
    ASSERT_TRUE(collection_->load(batch));
    reopen();
    EXPECT_EQ(collection_->load_mark("all of it").value(), "1 row");
    EXPECT_EQ(collection_->load_mark("another").value(), std::nullopt);
    batch.mark->value = "the same row again";
    EXPECT_EQ(collection_->load(batch)->unchanged, 1U);
    EXPECT_EQ(collection_->load_mark("all of it").value(), "the same row again");
    // A batch that is refused leaves its mark behind as little as its rows.
    rows.vectors.front() = std::numeric_limits<float>::infinity();
    batch.vectors = rows.vectors;
    batch.mark->value = "never";
    ASSERT_FALSE(collection_->load(batch));
    EXPECT_EQ(collection_->load_mark("all of it").value(), "the same row again");
    ASSERT_TRUE(collection_->load({.field = "picture", .mark = LoadMark{.name = "all of it"}}));
    EXPECT_EQ(collection_->load_mark("all of it").value(), std::nullopt);
    batch.mark->name = std::string(kLoadMarkBytesMax + 1, 'x');
    EXPECT_FALSE(collection_->load(batch));
}

TEST_F(Load, TakesMoreThanOnePutCan) {
    Rows rows;
    for (std::size_t i = 0; i < kPutRecordsMax + 1; ++i) {
        rows.add(fmt::format("{}", i), vector_of(static_cast<float>(i)));
    }
    EXPECT_EQ(load(rows).created, kPutRecordsMax + 1);
    const auto found = collection_->search({.field = "picture", .query = vector_of(4'711), .k = 1});
    ASSERT_TRUE(found) << found.error().message();
    EXPECT_EQ(found->hits.front().id, "4711");
}

/// Enough for vectors and records to be written beside each other.
TEST_F(Load, OfMuchIsWholeOrNotThere) {
    constexpr std::size_t kRows = 600;
    constexpr std::uint32_t kLong = 512;
    ASSERT_TRUE(
        collection_->add_field({.name = "long", .dimension = kLong, .metric = index::Metric::kL2}));
    Rows rows;
    for (std::size_t i = 0; i < kRows; ++i)
        rows.add(fmt::format("{}", i), std::vector<float>(kLong, static_cast<float>(i)));
    LoadBatch batch = rows.batch();
    batch.field = "long";
    testing::FaultyFileSystem files(posix_file_system());
    std::uint64_t at = 0;
    for (;; ++at) {
        collection_.reset();
        collection_ = open_local_collection(files, folder_.path() + "/.sokkuri",
                                            {.access = LocalOptions::Access::kWrite})
                          .value();
        files.set_fault({.at = at});
        const auto outcome = collection_->load(batch);
        const bool has_failed = files.has_failed();
        files.set_fault({});
        ASSERT_TRUE(outcome || has_failed) << outcome.error().message();
        EXPECT_EQ(collection_->count().value(), outcome ? kRows : 0U) << at;
        if (outcome) break;
    }
    EXPECT_GT(at, 10U);
    for (const std::string id : {"0", "599"}) {
        EXPECT_EQ(collection_->vector_of(id, "long").value(),
                  std::vector<float>(kLong, std::stof(id)));
    }
    reopen();
}

TEST_F(Load, RefusesWholeBatchesAndSaysWhichRow) {
    const float infinity = std::numeric_limits<float>::infinity();
    Rows bad_vector;
    bad_vector.add("fine", vector_of(1));
    bad_vector.add("bad", vector_of(infinity));
    Rows bad_id;
    bad_id.add("", vector_of(1));
    Rows bad_document;
    bad_document.add("a", vector_of(1), "[1]");
    Rows short_row;
    short_row.add("a", std::vector<float>(kDimension - 1));
    for (const Rows& rows : {bad_vector, bad_id, bad_document, short_row}) {
        const auto outcome = collection_->load(rows.batch());
        ASSERT_FALSE(outcome);
        EXPECT_EQ(outcome.error().code(), ErrorCode::kInvalidArgument);
    }
    EXPECT_NE(collection_->load(bad_vector.batch()).error().message().find("row 1"),
              std::string::npos);
    LoadBatch nowhere = bad_vector.batch();
    nowhere.field = "no such";
    EXPECT_EQ(collection_->load(nowhere).error().code(), ErrorCode::kNotFound);
    EXPECT_EQ(collection_->count().value(), 0U);
}

}  // namespace
}  // namespace sokkuri::collection
