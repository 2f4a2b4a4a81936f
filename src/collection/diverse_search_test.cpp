// Diversity against the plain rule over the list of candidates, with caps, orders and pages.
#include "collection/diverse_search.h"

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
                    (1 - strength) * static_cast<double>(left[i].distance) - strength * nearest;
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

INSTANTIATE_TEST_SUITE_P(Metrics, DiverseSearch,
                         ::testing::Values(index::Metric::kCosine, index::Metric::kL2));

}  // namespace
}  // namespace sokkuri::collection
