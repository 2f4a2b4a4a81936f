// Goal: changing a part of a record changes that part and nothing else; a field that takes
// another's place is never seen half. Method: a std::map of documents and vectors through random
// patches, puts of vectors and removals, with reopening; readers that search while fields are
// replaced.
#include "base/testing/temporary_directory.h"
#include "collection/local_collection.h"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <map>
#include <random>
#include <thread>

namespace sokkuri::collection {
namespace {

using Access = LocalOptions::Access;
using Vectors = std::map<std::string, std::vector<float>>;  // by field

class RecordChanges : public ::testing::Test {
 protected:
    std::unique_ptr<Collection> open(Access access) const {
        auto opened = open_local_collection(posix_file_system(), directory(), {.access = access});
        EXPECT_TRUE(opened) << opened.error().message();
        return opened ? std::move(*opened) : nullptr;
    }
    /// With fields "a" of two and "b" of three components, each of a model of that name.
    std::unique_ptr<Collection> make() const {
        auto collection = open(Access::kCreate);
        EXPECT_TRUE(collection->add_field({.name = "a", .dimension = 2, .fingerprint = "A"}));
        EXPECT_TRUE(collection->add_field({.name = "b", .dimension = 3, .fingerprint = "B"}));
        return collection;
    }
    std::string directory() const { return folder_.path() + "/.sokkuri"; }
    std::size_t field_folders() const {
        const auto folder = std::filesystem::directory_iterator(directory() + "/fields");
        return static_cast<std::size_t>(std::distance(begin(folder), end(folder)));
    }

 private:
    testing::TemporaryDirectory folder_;
};

Vectors vectors_of(const Collection& collection, const std::string& id) {
    Vectors found;
    for (const char* field : {"a", "b"}) {
        const auto vector = collection.vector_of(id, field);
        if (vector) found[field] = *vector;
    }
    return found;
}

struct Expected {
    std::string document;
    std::uint64_t version = 0;
    Vectors vectors;
};
using Model = std::map<std::string, Expected>;

/// One change of one record, made to the collection and to the model.
struct Change {
    Collection& collection;
    Model& model;
    std::mt19937& random;
    int round = 0;
    std::string id;
    std::string field;

    bool is_there() const { return model.contains(id); }
    std::vector<float> vector() const {
        return std::vector<float>(field == "a" ? 2 : 3, static_cast<float>(round));
    }
    void put() const {
        PutRecord record{.id = id, .document = R"({"n" : 1.50})"};
        record.vectors.push_back({field, vector(), field == "a" ? "A" : ""});
        const bool keeps = random() % 2 == 0;
        if (keeps) record.others = OtherVectors::kKeep;
        ASSERT_TRUE(collection.put(std::span(&record, 1)));
        Expected& expected = model[id];
        expected.document = record.document;
        ++expected.version;
        if (!keeps) expected.vectors.clear();
        expected.vectors[field] = vector();
    }
    void patch() const {
        PatchRecord patch{.id = id, .patch = fmt::format(R"({{"p":{}}})", round % 2)};
        const bool brings_vector = random() % 2 == 0;
        if (brings_vector) patch.vectors.push_back({field, vector()});
        const auto patched = collection.patch(std::span(&patch, 1));
        ASSERT_EQ(patched.has_value(), is_there());
        if (!is_there()) return;
        const std::string document = fmt::format(R"({{"n":1.50,"p":{}}})", round % 2);
        model[id].version += document == model[id].document && !brings_vector ? 0 : 1;
        model[id].document = document;
        if (brings_vector) model[id].vectors[field] = vector();
        EXPECT_EQ(patched->front().document, document);
    }
    void put_vectors() const {
        const bool takes_away = random() % 3 == 0;
        PutVectors put{.id = id};
        put.vectors.push_back({field, takes_away ? std::vector<float>() : vector()});
        ASSERT_EQ(collection.put_vectors(std::span(&put, 1)).has_value(), is_there());
        if (!is_there()) return;
        model[id].vectors.erase(field);
        if (!takes_away) model[id].vectors[field] = vector();
    }
    void remove() const {
        const std::uint64_t version = is_there() ? model[id].version : 1;
        EXPECT_EQ(collection.remove_if(id, version + 1).error().code(),
                  is_there() ? ErrorCode::kConflict : ErrorCode::kNotFound);
        EXPECT_EQ(collection.remove_if(id, version).has_value(), is_there());
        model.erase(id);
    }
};

void expect_same(const Collection& collection, const Model& model, int round) {
    std::size_t without = 0;
    for (const auto& [id, expected] : model) {
        const auto record = collection.get(std::span(&id, 1)).value().front();
        ASSERT_TRUE(record) << "round " << round;
        ASSERT_EQ(record->document, expected.document) << "round " << round;
        ASSERT_EQ(record->version, expected.version) << "round " << round;
        ASSERT_EQ(vectors_of(collection, id), expected.vectors) << "round " << round;
        without += expected.vectors.contains("a") ? 0 : 1;
    }
    ASSERT_EQ(collection.count().value(), model.size());
    ASSERT_EQ(collection.page_without("a", "", 10).value().records.size(), without);
}

TEST_F(RecordChanges, AreThatPartAndNothingElse) {
    constexpr unsigned kSeed = 23;
    SCOPED_TRACE(kSeed);
    std::mt19937 random(kSeed);
    Model model;
    auto collection = make();
    for (int round = 0; round < 300; ++round) {
        const Change change{.collection = *collection,
                            .model = model,
                            .random = random,
                            .round = round,
                            .id = std::string(1, "xyz"[random() % 3]),
                            .field = std::string(1, "ab"[random() % 2])};
        const auto kind = random() % 4;
        if (kind == 0) change.put();
        if (kind == 1) change.patch();
        if (kind == 2) change.put_vectors();
        if (kind == 3) change.remove();
        if (round % 50 == 49) {
            collection.reset();
            collection = open(Access::kWrite);
        }
        expect_same(*collection, model, round);
    }
}

TEST_F(RecordChanges, APatchThatFailsTakesTheOthersWithIt) {
    auto collection = make();
    const std::vector<PutRecord> records{{.id = "x"}, {.id = "y"}};
    ASSERT_TRUE(collection->put(records));
    const std::vector<PatchRecord> conflict{{.id = "x", .patch = R"({"a":1})"},
                                            {.id = "y", .patch = "{}", .if_version = 7}};
    const std::vector<PatchRecord> missing{
        {.id = "x", .patch = "{}", .vectors = {{.field = "a", .values = {1, 2}}}},
        {.id = "z", .patch = "{}"}};
    EXPECT_EQ(collection->patch(missing).error().code(), ErrorCode::kNotFound);
    EXPECT_FALSE(collection->vector_of("x", "a"));
    const PatchRecord misfit{
        .id = "x", .patch = "{}", .vectors = {{.field = "a", .values = {1, 2, 3}}}};
    EXPECT_EQ(collection->patch(std::span(&misfit, 1)).error().code(), ErrorCode::kInvalidArgument);
    EXPECT_EQ(collection->patch(conflict).error().code(), ErrorCode::kConflict);
    const std::string id = "x";
    EXPECT_EQ(collection->get(std::span(&id, 1)).value().front()->document, "{}");
    const PatchRecord large{.id = "x",
                            .patch = "{\"a\":\"" + std::string(kDocumentBytesMax, 'x') + "\"}"};
    EXPECT_EQ(collection->patch(std::span(&large, 1)).error().code(), ErrorCode::kInvalidArgument);
    const PatchRecord spaces{.id = "x", .patch = std::string(kDocumentBytesMax, ' ') + "{}"};
    EXPECT_EQ(collection->patch(std::span(&spaces, 1)).error().code(), ErrorCode::kInvalidArgument)
        << "the patch itself is bounded";
}

TEST_F(RecordChanges, VectorsOfTwoModelsNeverMix) {
    auto collection = make();
    PutRecord record{.id = "x"};
    record.vectors.push_back({.field = "a", .values = {1, 2}, .fingerprint = "B"});
    const auto refused = collection->put(std::span(&record, 1));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::kConflict);
    EXPECT_NE(refused.error().message().find("fingerprint B"), std::string::npos);
    EXPECT_NE(refused.error().message().find("fingerprint A"), std::string::npos);
    const auto other = collection->add_field({.name = "a", .dimension = 2, .fingerprint = "B"});
    EXPECT_EQ(other.error().code(), ErrorCode::kAlreadyExists);
}

TEST_F(RecordChanges, AFieldTakesAnothersPlaceInOneStep) {
    auto collection = make();
    std::vector<PutRecord> records;
    for (int i = 0; i < 50; ++i) {
        const auto x = static_cast<float>(i);
        records.push_back(
            {.id = fmt::format("{}", i),
             .vectors = {{.field = "a", .values = {x, 1}}, {.field = "b", .values = {x, 1, 1}}}});
    }
    ASSERT_TRUE(collection->put(records));
    std::atomic<bool> is_done = false;
    std::atomic<std::uint64_t> searched = 0;
    std::vector<std::string> failures;
    std::jthread reader([&] {
        while (!is_done) {
            // One dimension before, the other one after; never anything else.
            auto found = collection->search({.field = "a", .query = {1, 1}, .k = 5});
            if (!found) found = collection->search({.field = "a", .query = {1, 1, 1}, .k = 5});
            if (!found || found->hits.size() != 5) {
                failures.push_back(found ? "too few" : found.error().message());
            }
            ++searched;
        }
    });
    while (searched < 20)
        std::this_thread::yield();
    ASSERT_TRUE(collection->replace_field("a", "b"));
    const std::uint64_t before = searched;
    while (searched < before + 20)
        std::this_thread::yield();
    is_done = true;
    reader.join();
    EXPECT_EQ(failures, std::vector<std::string>());
    const auto fields = collection->fields().value();
    ASSERT_EQ(fields.size(), 1U);
    EXPECT_EQ(fields.front().name, "a");
    EXPECT_EQ(fields.front().fingerprint, "B");
    EXPECT_EQ(collection->vector_of("7", "a").value(), (std::vector<float>{7, 1, 1}));
    // Its files go when nobody reads them any more.
    while (field_folders() > 1)
        std::this_thread::yield();
    collection.reset();
    collection = open(Access::kWrite);
    ASSERT_TRUE(collection->drop_field("a"));
    EXPECT_EQ(collection->fields().value().size(), 0U);
    EXPECT_EQ(collection->count().value(), 50U);
    EXPECT_EQ(collection->drop_field("a").error().code(), ErrorCode::kNotFound);
}

}  // namespace
}  // namespace sokkuri::collection
