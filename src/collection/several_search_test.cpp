// Several vectors at once against an oracle that knows every record: near their mean, and near to
// any of them, over segments and tail, with weights, a radius and pages.
#include "collection/testing/segment_folder.h"
#include "index/distance.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

namespace sokkuri::collection {
namespace {

using Combine = SeveralVectors::Combine;
using Kind = index::Effort::Kind;
using testing::Hits;
using testing::hits_of;
using testing::kDimension;
using testing::SegmentFolder;
using testing::Vectors;

/// A collection with a segment, removed records and a tail, and its records by number.
struct Filled {
    SegmentFolder folder;
    std::unique_ptr<Collection> collection;
    std::map<std::uint64_t, std::vector<float>> records;
    index::Metric metric;

    explicit Filled(index::Metric of)
        : collection(folder.open(of, testing::small_keeper())), metric(of) {
        Vectors vectors(31);
        put(0, 900, vectors);
        EXPECT_TRUE(collection->optimize({}));
        std::vector<std::string> gone;
        for (std::uint64_t i = 0; i < 900; i += 9) {
            gone.push_back(std::to_string(i));
            records.erase(i);
        }
        EXPECT_TRUE(collection->remove(gone));
        put(900, 960, vectors);
    }

    void put(std::uint64_t first, std::uint64_t end, Vectors& vectors) {
        std::vector<PutRecord> put;
        for (std::uint64_t i = first; i < end; ++i) {
            records[i] = vectors.next();
            put.push_back({.id = std::to_string(i), .vectors = {{"picture", records[i]}}});
        }
        ASSERT_TRUE(collection->put(put));
    }

    /// By what `distance` says of a record's vector.
    template <typename Distance>
    Hits nearest(const SearchRequest& request, Distance distance) const {
        std::vector<std::pair<double, std::uint64_t>> all;
        for (const auto& [number, vector] : records) {
            const double far = distance(vector);
            if (request.distance_max && far > *request.distance_max) continue;
            all.emplace_back(far, number);
        }
        std::ranges::sort(all);
        Hits hits;
        const std::size_t end = std::min(all.size(), request.offset + request.k);
        for (std::size_t i = request.offset; i < end; ++i) {
            hits.emplace_back(std::to_string(all[i].second), static_cast<float>(all[i].first));
        }
        return hits;
    }
};

TEST(SeveralVectors, FindTheNearestToAnyOfThem) {
    for (const index::Metric metric : {index::Metric::kCosine, index::Metric::kL2}) {
        const Filled filled(metric);
        Vectors vectors(32);
        for (const std::size_t count : {1U, 2U, 5U}) {
            SearchRequest request{.k = 12, .offset = 3, .effort = {.kind = Kind::kExact}};
            request.several.emplace();
            request.several->combine = Combine::kNearest;
            while (request.several->vectors.size() < count)
                request.several->vectors.push_back(vectors.next());
            const auto distance = [&](const std::vector<float>& row) {
                double nearest = HUGE_VAL;
                for (const auto& vector : request.several->vectors)
                    nearest = std::min(nearest, index::exact_distance(metric, vector, row));
                return nearest;
            };
            const auto answer = filled.collection->search(request);
            ASSERT_TRUE(answer) << answer.error().message();
            EXPECT_EQ(hits_of(*answer), filled.nearest(request, distance));
            EXPECT_EQ(answer->method.recall_expected, 1);
            request.distance_max =
                0.5 * (answer->hits.front().distance + answer->hits.back().distance);
            EXPECT_EQ(hits_of(*filled.collection->search(request)),
                      filled.nearest(request, distance));
            request.distance_max.reset();
            request.effort = {};
            const auto approximate = filled.collection->search(request);
            ASSERT_TRUE(approximate);
            EXPECT_EQ(approximate->hits.size(), 12U);
            for (const auto& [id, far] : hits_of(*approximate))
                EXPECT_EQ(far, static_cast<float>(distance(filled.records.at(std::stoull(id)))));
        }
    }
}

TEST(SeveralVectors, FindTheNearestToTheirWeightedMean) {
    const Filled filled(index::Metric::kL2);
    Vectors vectors(33);
    SearchRequest request{.k = 10, .effort = {.kind = Kind::kExact}};
    request.several.emplace();
    request.several->vectors = {vectors.next(), vectors.next(), vectors.next()};
    request.several->weights = {1, 0.5F, -0.25F};
    std::vector<float> mean(kDimension);
    for (std::size_t i = 0; i < kDimension; ++i) {
        double sum = 0;
        for (std::size_t v = 0; v < 3; ++v)
            sum +=
                double{request.several->weights[v]} / 1.25 * double{request.several->vectors[v][i]};
        mean[i] = static_cast<float>(sum);
    }
    const auto answer = filled.collection->search(request);
    ASSERT_TRUE(answer) << answer.error().message();
    EXPECT_EQ(hits_of(*answer), filled.nearest(request, [&](const std::vector<float>& row) {
        return index::exact_distance(index::Metric::kL2, mean, row);
    }));
}

TEST(SeveralVectors, AreRefusedWithWhatIsWrong) {
    const Filled filled(index::Metric::kCosine);
    Vectors vectors(34);
    const auto message_of = [&](const SeveralVectors& several, std::size_t k = 10) {
        SearchRequest request{.k = k};
        request.several = several;
        const auto answer = filled.collection->search(request);
        return answer ? std::string() : answer.error().message();
    };
    const std::vector<float> one = vectors.next();
    EXPECT_EQ(message_of({}), "0 vectors: 1 to 1000 are one search");
    EXPECT_EQ(message_of({.vectors = std::vector(1'001, one)}),
              "1001 vectors: 1 to 1000 are one search");
    EXPECT_EQ(message_of({.vectors = {one, {1, 2}}}),
              "vector 1: 2 components, field \"picture\" has 24");
    EXPECT_EQ(message_of({.vectors = {one}, .weights = {1, 2}}), "2 weights for 1 vectors");
    EXPECT_EQ(message_of({.combine = Combine::kNearest, .vectors = {one}, .weights = {1}}),
              "weights: the nearest to any of several vectors knows none");
    EXPECT_EQ(message_of({.combine = Combine::kNearest, .vectors = {one, one}}, 50'001),
              "offset 0 + k 50001: must be at most 50000 for each of 2 vectors");
    SearchRequest request;
    request.several = SeveralVectors{.vectors = {one}};
    EXPECT_FALSE(filled.collection->search_many(request, std::vector<std::vector<float>>{one}));
}

}  // namespace
}  // namespace sokkuri::collection
