// Facets and filtered samples against counting over all records, with and without indexes.
#include "collection/facets.h"

#include "base/testing/temporary_directory.h"
#include "collection/local_collection.h"
#include "collection/testing/filter_oracle.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

namespace sokkuri::collection {
namespace {

constexpr std::size_t kIds = 150;

class Facets : public ::testing::Test {
 protected:
    void SetUp() override {
        collection_ = open_local_collection(posix_file_system(), folder_.path() + "/.sokkuri",
                                            {.access = LocalOptions::Access::kCreate})
                          .value();
    }

    void put_some() {
        std::vector<PutRecord> records;
        for (std::size_t i = 0; i < kIds; i += 1 + random_() % 4) {
            records.push_back({.id = fmt::format("{}", i), .document = random_document(random_)});
            documents_[records.back().id] = records.back().document;
        }
        ASSERT_TRUE(collection_->put(records));
    }

    using Counts = std::map<store::AttributeValue, std::uint64_t, store::AttributeLess>;

    Counts count(const Filter& filter, const std::string& path, std::uint64_t& matches) const {
        Counts counts;
        matches = 0;
        for (const auto& [id, text] : documents_) {
            const JsonValue document = parse_json(text).value();
            if (!holds(filter, id, document)) continue;
            ++matches;
            for (const auto& value :
                 store::values_of(document, {path, store::AttributeKind::kValues}))
                ++counts[value];
        }
        return counts;
    }

    testing::TemporaryDirectory folder_;
    std::unique_ptr<Collection> collection_;
    std::map<std::string, std::string> documents_;
    std::mt19937 random_{17};
};

TEST_F(Facets, CountWhatTheDocumentsHave) {
    for (int round = 0; round < 6; ++round) {
        put_some();
        if (round % 2 == 1) {
            ASSERT_TRUE(collection_->optimize({}));
        }
        for (const std::string path : {"color", "tags", "parts.size", "price", "nowhere"}) {
            const Filter filter = random_filter(random_, kIds);
            std::uint64_t matches = 0;
            const Counts expected = count(filter, path, matches);
            const Summary summary =
                collection_->summarize({.filter = filter, .facets = {{path, 1'000}}}).value();
            EXPECT_EQ(summary.records, matches);
            ASSERT_EQ(summary.facets.size(), 1U);
            const Facet& facet = summary.facets[0];
            EXPECT_EQ(facet.values, expected.size());
            Counts found;
            for (std::size_t i = 0; i < facet.counts.size(); ++i) {
                found[facet.counts[i].value] = facet.counts[i].records;
                if (i == 0) continue;
                EXPECT_GE(facet.counts[i - 1].records, facet.counts[i].records);
            }
            EXPECT_EQ(found, expected) << path;
        }
    }
}

TEST_F(Facets, ListTheMostFrequentAndCountTheOthers) {
    put_some();
    const Summary summary = collection_->summarize({.facets = {{"price", 2}}}).value();
    std::uint64_t matches = 0;
    const Counts all = count(Filter{}, "price", matches);
    EXPECT_EQ(summary.records, matches);
    EXPECT_EQ(summary.facets[0].counts.size(), 2U);
    EXPECT_EQ(summary.facets[0].values, all.size());
}

TEST_F(Facets, AreBoundedInBytes) {
    std::string text(kDocumentBytesMax / 2, 'x');
    std::vector<PutRecord> records;
    while (records.size() * text.size() <= kFacetBytesMax) {
        text[records.size()] = 'y';  // another one
        records.push_back({.id = fmt::format("{}", records.size()),
                           .document = fmt::format(R"({{"long":"{}"}})", text)});
    }
    ASSERT_TRUE(collection_->put(records));
    const auto summary = collection_->summarize({.facets = {{"long", 1}}});
    ASSERT_FALSE(summary);
    EXPECT_EQ(summary.error().code(), ErrorCode::kExhausted);
    EXPECT_TRUE(collection_->summarize({.facets = {{"short", 1}}}));
}

TEST_F(Facets, SamplesDrawOnlyWhatPasses) {
    put_some();
    const Filter filter{ExistsFilter{"color"}};
    std::uint64_t matches = 0;
    count(filter, "color", matches);
    std::set<std::string> seen;
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
        const auto sample = collection_->sample({5, seed, filter}).value();
        ASSERT_EQ(sample.size(), 5U);
        std::set<std::string> ids;
        for (const Record& record : sample) {
            EXPECT_TRUE(holds(filter, record.id, parse_json(record.document).value()));
            ids.insert(record.id);
        }
        EXPECT_EQ(ids.size(), 5U);
        seen.insert(ids.begin(), ids.end());
        const auto again = collection_->sample({5, seed, filter}).value();
        EXPECT_EQ(again[0].id, sample[0].id);
    }
    EXPECT_EQ(seen.size(), matches);  // all are drawn alike
    EXPECT_EQ(collection_->sample({1'000, 1, filter}).value().size(), matches);
}

}  // namespace
}  // namespace sokkuri::collection
