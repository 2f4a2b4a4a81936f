// The records that are least like several vectors, against an oracle that knows every record: over
// segments and tail, with filters, caps, pages and records left out.
#include "collection/farthest_search.h"

#include "collection/testing/segment_folder.h"
#include "index/distance.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <map>

namespace sokkuri::collection {
namespace {

using testing::Hits;
using testing::hits_of;
using testing::SegmentFolder;
using testing::Vectors;

class FarthestSearch : public ::testing::TestWithParam<index::Metric> {
 protected:
    void SetUp() override {
        collection_ = folder_.open(GetParam(), testing::small_keeper());
        put(0, 800);
        ASSERT_TRUE(collection_->optimize({}));
        std::vector<std::string> gone;
        for (std::uint64_t i = 0; i < 800; i += 7) {
            gone.push_back(std::to_string(i));
            records_.erase(i);
        }
        ASSERT_TRUE(collection_->remove(gone));
        put(800, 850);
    }

    void put(std::uint64_t first, std::uint64_t end) {
        std::vector<PutRecord> put;
        for (std::uint64_t i = first; i < end; ++i) {
            records_[i] = vectors_.next();
            put.push_back({.id = std::to_string(i),
                           .document = fmt::format(R"({{"n":{},"shop":"s{}"}})", i, i % 5),
                           .vectors = {{"picture", records_[i]}}});
        }
        ASSERT_TRUE(collection_->put(put));
    }

    SearchRequest request(std::size_t count) {
        SearchRequest request{.k = 15};
        request.several.emplace();
        request.several->combine = SeveralVectors::Combine::kFarthest;
        while (request.several->vectors.size() < count)
            request.several->vectors.push_back(vectors_.next());
        return request;
    }

    /// Of records of at least that number, farthest first.
    Hits all(const SearchRequest& request, std::uint64_t from = 0) const {
        std::vector<std::pair<double, std::uint64_t>> all;
        for (const auto& [number, vector] : records_) {
            if (number < from) continue;
            double nearest = std::numeric_limits<double>::infinity();
            for (const std::vector<float>& given : request.several->vectors)
                nearest = std::min(nearest, index::exact_distance(GetParam(), given, vector));
            all.emplace_back(-nearest, number);
        }
        std::ranges::sort(all);
        Hits hits;
        for (const auto& [distance, number] : all)
            hits.emplace_back(std::to_string(number), static_cast<float>(-distance));
        return hits;
    }

    static Hits part(const Hits& hits, std::size_t first, std::size_t count) {
        const auto end = std::min(hits.size(), first + count);
        return {hits.begin() + static_cast<std::ptrdiff_t>(first),
                hits.begin() + static_cast<std::ptrdiff_t>(end)};
    }

    SegmentFolder folder_;
    std::unique_ptr<Collection> collection_;
    std::map<std::uint64_t, std::vector<float>> records_;
    Vectors vectors_{47};
};

TEST_P(FarthestSearch, FindsWhatIsLeastLikeAllOfThem) {
    for (const std::size_t count : {1U, 3U, 40U}) {
        SearchRequest wanted = request(count);
        const Hits expected = all(wanted);
        const auto answer = collection_->search(wanted).value();
        EXPECT_EQ(hits_of(answer), part(expected, 0, 15));
        EXPECT_EQ(answer.rows_searched, records_.size());
        EXPECT_EQ(answer.method.recall_expected, 1.0);
        wanted.offset = 15;
        EXPECT_EQ(hits_of(collection_->search(wanted).value()), part(expected, 15, 15));
        wanted.offset = 0;
        for (std::size_t i = 0; i < 9; ++i)
            wanted.excluded_ids.push_back(expected[i].first);
        EXPECT_EQ(hits_of(collection_->search(wanted).value()), part(expected, 9, 15));
    }
}

TEST_P(FarthestSearch, KeepsToFiltersAndCaps) {
    SearchRequest wanted = request(4);
    wanted.filter = Filter{RangeFilter{.path = "n", .low = {{{std::int64_t{300}}, true}}}};
    const Hits expected = all(wanted, 300);
    EXPECT_EQ(hits_of(collection_->search(wanted).value()), part(expected, 0, 15));
    wanted.group_cap = GroupCap{"shop", 1};
    Hits capped;
    std::set<std::uint64_t> shops;
    for (const auto& hit : expected) {
        if (shops.insert(std::stoul(hit.first) % 5).second) capped.push_back(hit);
    }
    EXPECT_EQ(hits_of(collection_->search(wanted).value()), capped);
}

TEST_P(FarthestSearch, RefusesWhatSaysNothing) {
    SearchRequest wanted = request(1);
    wanted.distance_max = 1;
    EXPECT_FALSE(collection_->search(wanted));
    wanted.distance_max.reset();
    wanted.several->weights = {2};
    const auto answer = collection_->search(wanted);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().message(), "weights: the farthest from several vectors knows none");
}

INSTANTIATE_TEST_SUITE_P(Metrics, FarthestSearch,
                         ::testing::Values(index::Metric::kCosine, index::Metric::kL2,
                                           index::Metric::kInnerProduct));

}  // namespace
}  // namespace sokkuri::collection
