// Diversity against the plain rule over the list of candidates, with caps, orders and pages.
#include "collection/diverse_search.h"

#include "base/testing/memory_file_system.h"
#include "base/testing/temporary_directory.h"
#include "collection/local_collection.h"
#include "index/distance.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <map>
#include <random>
#include <set>

namespace sokkuri::collection {
namespace {

using sokkuri::testing::MemoryFileSystem;

constexpr std::uint32_t kDimension = 6;
constexpr std::size_t kRecords = 300;

class DiverseSearch : public ::testing::TestWithParam<index::Metric> {
 protected:
    void SetUp() override {
        collection_ = open_local_collection(posix_file_system(), folder_.path() + "/.sokkuri",
                                            {.access = LocalOptions::Access::kCreate})
                          .value();
        ASSERT_TRUE(
            collection_->add_field({.name = "v", .dimension = kDimension, .metric = GetParam()}));
        std::vector<PutRecord> records;
        for (std::size_t i = 0; i < kRecords; ++i) {
            const std::string id = fmt::format("{}", i);
            vectors_[id] = random_vector(i % 20);
            records.push_back({.id = id,
                               .document = fmt::format(R"({{"n":{},"shop":"s{}"}})", i, i % 7),
                               .vectors = {{"v", vectors_[id]}}});
        }
        ASSERT_TRUE(collection_->put(records));
    }

    /// In clusters: hits have look-alikes.
    std::vector<float> random_vector(std::size_t cluster) {
        std::mt19937 center(static_cast<unsigned>(cluster));
        std::vector<float> vector(kDimension);
        for (float& value : vector) {
            value = static_cast<float>(center() % 1'000) - 500;
            value += static_cast<float>(random_() % 100) / 10;
        }
        return vector;
    }

    std::vector<std::string> ids_of(const SearchRequest& request) const {
        const auto answer = collection_->search(request);
        EXPECT_TRUE(answer) << answer.error().message();
        std::vector<std::string> ids;
        for (const Hit& hit : answer->hits)
            ids.push_back(hit.id);
        return ids;
    }

    /// By the definition, from the candidates.
    std::vector<std::string> expected(const SearchRequest& request, std::size_t candidates) const {
        SearchRequest wide = request;
        wide.diversity.reset();
        wide.order.reset();
        wide.offset = 0;
        wide.k = candidates;
        const double strength = request.diversity->strength;
        std::vector<Hit> left = collection_->search(wide).value().hits;
        std::vector<std::string> chosen;
        while (chosen.size() < request.offset + request.k && !left.empty()) {
            std::size_t best = 0;
            double least = std::numeric_limits<double>::infinity();
            for (std::size_t i = 0; i < left.size() && !chosen.empty(); ++i) {
                double nearest = std::numeric_limits<double>::infinity();
                for (const std::string& id : chosen) {
                    nearest = std::min(nearest, index::exact_distance(GetParam(), vectors_.at(id),
                                                                      vectors_.at(left[i].id)));
                }
                const double cost =
                    (1 - strength) * to_query(request.query, left[i].id) - strength * nearest;
                if (cost >= least) continue;
                least = cost;
                best = i;
            }
            chosen.push_back(left[best].id);
            left.erase(left.begin() + static_cast<std::ptrdiff_t>(best));
        }
        chosen.erase(chosen.begin(), chosen.begin() + static_cast<std::ptrdiff_t>(
                                                          std::min(request.offset, chosen.size())));
        return chosen;
    }

    double to_query(const std::vector<float>& query, const std::string& id) const {
        return index::exact_distance(GetParam(), query, vectors_.at(id));
    }

    testing::TemporaryDirectory folder_;
    std::unique_ptr<Collection> collection_;
    std::map<std::string, std::vector<float>> vectors_;
    std::mt19937 random_{41};
};

TEST_P(DiverseSearch, ChoosesByDistanceAndVariety) {
    for (const double strength : {0.0, 0.3, 0.7, 1.0}) {
        SearchRequest request{.query = random_vector(3), .k = 9};
        request.diversity = Diversity{.strength = strength, .candidates = 60};
        EXPECT_EQ(ids_of(request), expected(request, 60));
        request.filter = Filter{RangeFilter{.path = "n", .low = {{{std::int64_t{100}}, true}}}};
        request.group_cap = GroupCap{"shop", 2};
        EXPECT_EQ(ids_of(request), expected(request, 60));
        request.group_cap.reset();
        request.diversity->candidates = 0;
        EXPECT_EQ(ids_of(request), expected(request, 100));
    }
}

TEST_P(DiverseSearch, OfNoStrengthIsThePlainSearch) {
    SearchRequest request{.query = random_vector(5), .k = 20};
    const std::vector<std::string> plain = ids_of(request);
    request.diversity = Diversity{.strength = 0};
    EXPECT_EQ(ids_of(request), plain);
}

TEST_P(DiverseSearch, PagesFitTogether) {
    SearchRequest request{.query = random_vector(8), .k = 24};
    request.diversity = Diversity{.strength = 0.5, .candidates = 80};
    const std::vector<std::string> whole = ids_of(request);
    std::vector<std::string> paged;
    request.k = 8;
    for (request.offset = 0; request.offset < 24; request.offset += 8) {
        for (const std::string& id : ids_of(request))
            paged.push_back(id);
    }
    EXPECT_EQ(paged, whole);
    request.offset = 0;
    request.order = HitOrder{"n"};
    const std::vector<std::string> ordered = ids_of(request);
    EXPECT_EQ(std::set(ordered.begin(), ordered.end()), std::set(whole.begin(), whole.begin() + 8));
    EXPECT_TRUE(
        std::ranges::is_sorted(ordered, {}, [](const std::string& id) { return std::stoi(id); }));
}

TEST_P(DiverseSearch, RefusesWhatItCannotKeep) {
    SearchRequest request{.query = random_vector(1), .k = 10};
    const auto message_of = [&](const Diversity& diversity, std::size_t offset = 0) {
        request.diversity = diversity;
        request.offset = offset;
        const auto answer = collection_->search(request);
        return answer ? std::string() : answer.error().message();
    };
    EXPECT_EQ(message_of({.strength = 1.5}), "diversity 1.5: must be 0 to 1");
    EXPECT_EQ(message_of({.candidates = 4'001}), "diversity: 4001 candidates: at most 4000");
    EXPECT_EQ(message_of({.candidates = 12}, 5),
              "diversity: 12 candidates: must be at least offset 5 + k 10");
    EXPECT_EQ(message_of({}, 5),
              "diversity with offset 5: say the number of candidates, so that pages fit together");
    request.several = SeveralVectors{.combine = SeveralVectors::Combine::kFarthest,
                                     .vectors = {random_vector(1)}};
    EXPECT_EQ(message_of({}), "diversity: chooses among the nearest, not among the farthest");
}

TEST_P(DiverseSearch, NearSeveralVectorsTakesWhatAPlainOneTakes) {
    for (const std::size_t count : {1U, 500U, 1'000U}) {
        SCOPED_TRACE(count);
        SearchRequest request{.query = {}, .several = SeveralVectors{}};
        request.several->combine = SeveralVectors::Combine::kNearest;
        for (std::size_t i = 0; i < count; ++i)
            request.several->vectors.push_back(random_vector(i % 25));
        for (const std::size_t k : {std::size_t{1}, request.hits_max()}) {
            request.k = std::min(k, Diversity::kCandidatesMax);
            ASSERT_TRUE(collection_->search(request));
            SearchRequest diverse = request;
            diverse.diversity = Diversity{.strength = 0.5};
            const auto answer = collection_->search(diverse);
            EXPECT_TRUE(answer) << answer.error().message();
        }
        if (request.hits_max() >= Diversity::kCandidatesMax) continue;
        request.k = 1;
        request.diversity = Diversity{.candidates = request.hits_max() + 1};
        EXPECT_EQ(collection_->search(request).error().message(),
                  fmt::format("diversity: {} candidates: at most {} for each of {} vectors",
                              request.hits_max() + 1, request.hits_max(), count));
    }
}

TEST(DiverseSearchBounds, DistancesMayBeBeyondFloat32) {
    for (const index::Metric metric : {index::Metric::kL2, index::Metric::kInnerProduct}) {
        MemoryFileSystem files;
        const auto collection =
            open_local_collection(files, "/.sokkuri", {.access = LocalOptions::Access::kCreate})
                .value();
        ASSERT_TRUE(collection->add_field({.name = "v", .dimension = 3, .metric = metric}));
        const float size = metric == index::Metric::kL2 ? 3e38F : 1e20F;
        std::vector<PutRecord> records;
        for (unsigned i = 0; i < 8; ++i) {
            std::vector<float> vector;
            for (unsigned bit = 0; bit < 3; ++bit)
                vector.push_back((i >> bit & 1U) != 0 ? size : -size);
            records.push_back(
                {.id = fmt::format("{}", i), .document = "{}", .vectors = {{"v", vector}}});
        }
        ASSERT_TRUE(collection->put(records));
        for (const double strength : {0.0, 0.5, 1.0}) {
            SearchRequest request{.query = records[0].vectors[0].values, .k = 7};
            request.diversity = Diversity{.strength = strength};
            const SearchAnswer answer = collection->search(request).value();
            std::set<std::string> ids;
            for (const Hit& hit : answer.hits)
                ids.insert(hit.id);
            EXPECT_EQ(ids.size(), 7U);
            EXPECT_FALSE(ids.contains(""));
        }
    }
}

TEST(DiverseSearchBounds, AreThoseOfTime) {
    constexpr std::uint32_t kLong = 16'000;
    MemoryFileSystem files;
    const auto collection =
        open_local_collection(files, "/.sokkuri", {.access = LocalOptions::Access::kCreate})
            .value();
    ASSERT_TRUE(
        collection->add_field({.name = "v", .dimension = kLong, .metric = index::Metric::kL2}));
    const PutRecord record{
        .id = "a", .document = "{}", .vectors = {{"v", std::vector(kLong, 1.0F)}}};
    ASSERT_TRUE(collection->put({&record, 1}));
    SearchRequest request{.query = record.vectors[0].values, .k = 4'000};
    request.diversity = Diversity{};
    EXPECT_EQ(collection->search(request).error().message(),
              "diversity: 4000 of 4000 candidates with vectors of 16000 components: their product "
              "must be at most 68719476736");
    request.k = 1'000;
    EXPECT_TRUE(collection->search(request));
}

INSTANTIATE_TEST_SUITE_P(Metrics, DiverseSearch,
                         ::testing::Values(index::Metric::kCosine, index::Metric::kL2));

}  // namespace
}  // namespace sokkuri::collection
