// Search by several vectors against a scan by the definition, and what a weighted mean is.
#include "index/multi_vector_search.h"

#include "index/distance.h"
#include "index/testing/searched_corpus.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <vector>

namespace sokkuri::index {
namespace {

using namespace testing;

TEST(MultiVectorSearch, FindsTheNearestToAnyVector) {
    const Corpus& corpus = corpus_of(Metric::kL2);
    const auto vectors = std::span(queries()).first(3 * kDimension);
    const MultiVectorQuery asked{.combine = MultiVectorQuery::Combine::kNearest,
                                 .vectors = vectors,
                                 .shared = {.effort = {.kind = Effort::Kind::kExact}}};
    std::vector<Neighbor> truth;
    for (const Slot slot : corpus.slots) {
        double nearest = std::numeric_limits<double>::infinity();
        for (std::size_t i = 0; i < 3; ++i) {
            nearest = std::min(nearest, exact_distance(corpus.metric, query(i), corpus.row(slot)));
        }
        truth.push_back({slot, nearest});
    }
    keep_nearest(truth, 10);
    const auto answer = search_segment(*corpus.segment, corpus.rows, asked, nullptr);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->neighbors, truth);
}

TEST(MultiVectorSearch, ComposesWeightedMeans) {
    const std::vector<float> two{3, 0, 0, 4};
    EXPECT_EQ(*compose_query(Metric::kCosine, two, {}, 2), (std::vector<float>{0.5F, 0.5F}));
    EXPECT_EQ(*compose_query(Metric::kL2, two, {}, 2), (std::vector<float>{1.5F, 2}));
    const std::vector<float> away{1, -0.5F};
    EXPECT_EQ(*compose_query(Metric::kL2, two, away, 2), (std::vector<float>{6, -4}));
    EXPECT_EQ(*compose_query(Metric::kInnerProduct, two, std::vector<float>{1, -1}, 2),
              (std::vector<float>{1.5F, -2}));
    const std::vector<float> none{1, -1};
    for (const auto& bad : {compose_query(Metric::kL2, two, none, 2),
                            compose_query(Metric::kCosine, two, std::vector<float>{0, 0}, 2),
                            compose_query(Metric::kCosine, two, std::vector<float>{1}, 2),
                            compose_query(Metric::kCosine, {}, {}, 2)}) {
        ASSERT_FALSE(bad);
        EXPECT_EQ(bad.error().code(), ErrorCode::kInvalidArgument);
    }
}

}  // namespace
}  // namespace sokkuri::index
