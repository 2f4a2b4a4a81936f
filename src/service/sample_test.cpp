// Goal: the sample is small, unlike itself, alive, and the same every time. Method: vectors made in
// clusters, put without any model.
#include "service/sample.h"

#include "base/testing/temporary_directory.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace sokkuri::service {
namespace {

constexpr std::uint32_t kDimension = 16;
constexpr unsigned kSeed = 7;

/// Items "0-0", "0-1", …: cluster and number; and, last, "lonely", like nothing else.
Library library_of_clusters(const std::string& folder, unsigned clusters, unsigned items_each) {
    Library library = Library::open(posix_file_system(), folder, "", LibraryAccess::kWrite).value();
    EXPECT_TRUE(library.collection().add_field({.name = kPictureField, .dimension = kDimension}));
    std::mt19937 random(kSeed);
    std::uniform_real_distribution<float> noise(0, 0.4F);
    std::vector<collection::PutRecord> records;
    const auto add = [&](const std::string& id, unsigned axis) {
        std::vector<float> values(kDimension);
        for (float& value : values) {
            value = noise(random);
        }
        values[axis] += 2;
        records.push_back({.id = id, .vectors = {{kPictureField, values}}});
    };
    for (unsigned item = 0; item < items_each; ++item) {
        for (unsigned cluster = 0; cluster < clusters; ++cluster) {
            add(fmt::format("{}-{}", cluster, item), cluster);
        }
    }
    add("lonely", kDimension - 1);
    EXPECT_TRUE(library.collection().put(records));
    return library;
}

TEST(Sample, TakesOneOfEachKindAndNothingLonely) {
    const sokkuri::testing::TemporaryDirectory folder;
    const Library library = library_of_clusters(folder.path(), 3, 8);
    const auto ids = pick_varied(library, 3);
    ASSERT_TRUE(ids) << ids.error().message();
    std::set<char> clusters;
    for (const std::string& id : *ids) {
        clusters.insert(id.front());
    }
    EXPECT_EQ(clusters, (std::set<char>{'0', '1', '2'})) << "seed " << kSeed;
    EXPECT_EQ(pick_varied(library, 3).value(), *ids);
}

TEST(Sample, GivesWhatThereIsWhenAskedForMore) {
    const sokkuri::testing::TemporaryDirectory folder;
    const Library library = library_of_clusters(folder.path(), 1, 2);
    const auto ids = pick_varied(library, 10).value();
    EXPECT_EQ(std::set(ids.begin(), ids.end()), (std::set<std::string>{"0-0", "0-1", "lonely"}));
    EXPECT_TRUE(pick_varied(library, 0).value().empty());
}

TEST(Sample, LooksAtABoundedNumberOfItems) {
    const sokkuri::testing::TemporaryDirectory folder;
    const Library library = library_of_clusters(folder.path(), 4, 100);
    EXPECT_EQ(pick_varied(library, 1'000).value().size(), kSampleCandidatesMax);
}

}  // namespace
}  // namespace sokkuri::service
