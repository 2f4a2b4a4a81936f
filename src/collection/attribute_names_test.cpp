// The folder of each file as an attribute: filters, counts by value, group caps and order read it
// alike, with and without an index, and whatever documents say under that name.
#include "collection/attribute_names.h"

#include "base/testing/temporary_directory.h"
#include "collection/filter_text.h"
#include "collection/local_collection.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

namespace sokkuri::collection {
namespace {

using Ids = std::set<std::string>;

class DirectoryAttribute : public ::testing::Test {
 protected:
    void SetUp() override {
        names_ = {.directory = "folder", .directory_of = "path"};
        open();
        ASSERT_TRUE(
            collection_->add_field({.name = "v", .dimension = 2, .metric = index::Metric::kL2}));
        // Indexes are wished for where there are many record numbers.
        std::vector<PutRecord> fillers;
        std::vector<std::string> ids;
        for (std::size_t i = 0; i < 1'100; ++i) {
            ids.push_back(fmt::format("filler {}", i));
            fillers.push_back({.id = ids.back(), .document = "{}"});
        }
        ASSERT_TRUE(collection_->put(fillers));
        ASSERT_TRUE(collection_->remove(ids));
        static const std::string kFolders[] = {
            "", "2019/", "2019/beach/", "2019/Red shoes/", "東京/浅草寺/", "a*b/"};
        std::vector<PutRecord> records;
        for (std::size_t i = 0; i < 60; ++i) {
            const std::string path = fmt::format("{}{}.jpg", kFolders[i % 6], i);
            const std::string id = fmt::format("{}", i);
            folders_[id] = store::directory_of(path);
            records.push_back(
                {.id = id,
                 .document = fmt::format(R"({{"path":"{}","folder":"not this","n":{}}})", path, i),
                 .vectors = {{.field = "v", .values = {static_cast<float>(i), 1.0F}}}});
        }
        records.push_back({.id = "none", .document = R"({"folder":"2019"})"});
        ASSERT_TRUE(collection_->put(records));
    }

    void open() {
        collection_.reset();
        collection_ =
            open_local_collection(posix_file_system(), folder_.path() + "/.sokkuri",
                                  {.access = LocalOptions::Access::kCreate,
                                   .keeper = {.sealing = KeeperOptions::Sealing::kWhenAsked},
                                   .names = [this] { return names_; }})
                .value();
    }

    Ids found(const std::string& text) {
        const Filter filter = filter_of_text(text).value();
        Ids ids;
        const std::vector<Record> records = collection_->sample({1'000, 1, filter}).value();
        for (const Record& record : records)
            ids.insert(record.id);
        return ids;
    }

    template <typename Test>
    Ids ids_where(Test test) {
        Ids ids;
        for (const auto& [id, folder] : folders_) {
            if (test(folder)) ids.insert(id);
        }
        return ids;
    }

    Ids in(const std::string& folder) {
        return ids_where([&](const std::string& own) { return own == folder; });
    }

    void expect_filters_right() {
        EXPECT_EQ(found("folder=2019/beach"), in("2019/beach"));
        EXPECT_EQ(found("folder=2019"), in("2019")) << "what would be a number is a text";
        EXPECT_EQ(found("folder=/"), in("/"));
        EXPECT_EQ(found("folder=a*b"), in("a*b"));
        EXPECT_EQ(found("folder=not this"), Ids());
        EXPECT_EQ(found("folder in 2019,a*b").size(), 20U);
        EXPECT_EQ(found("folder!=2019").size(), 51U) << "with the record that is no file";
        EXPECT_EQ(found("folder exists").size(), 60U);
        EXPECT_EQ(found("folder>=2019/beach"),
                  ids_where([](const std::string& folder) { return folder >= "2019/beach"; }));
        EXPECT_EQ(found("folder~beach"), in("2019/beach"));
        EXPECT_EQ(found("folder~SHOES"), in("2019/Red shoes"));
        EXPECT_EQ(found("folder~浅草寺"), in("東京/浅草寺"));
        EXPECT_EQ(found(R"({"prefix":{"folder":"2019/"}})").size(), 20U);
        EXPECT_EQ(found(R"({"wildcard":{"folder":"2019*"}})").size(), 30U);
        EXPECT_EQ(found("folder.name exists"), Ids());
    }

    void expect_counts_right() {
        std::map<std::string, std::uint64_t> counts;
        const Summary summary = collection_->summarize({.facets = {{"folder", 100}}}).value();
        for (const FacetCount& count : summary.facets[0].counts)
            counts[std::get<std::string>(count.value)] = count.records;
        std::map<std::string, std::uint64_t> expected;
        for (const auto& [id, folder] : folders_)
            ++expected[folder];
        EXPECT_EQ(counts, expected);
        EXPECT_EQ(summary.facets[0].path, "folder");
    }

    sokkuri::testing::TemporaryDirectory folder_;
    AttributeNames names_;
    std::unique_ptr<Collection> collection_;
    std::map<std::string, std::string> folders_;
};

TEST_F(DirectoryAttribute, IsAskedForLikeAnyOther) {
    expect_filters_right();
    expect_counts_right();
    ASSERT_TRUE(collection_->optimize({}));
    expect_filters_right();
    expect_counts_right();
    ASSERT_TRUE(collection_->put_documents(
        std::vector<PutRecord>{{.id = "7", .document = R"({"path":"new/7.jpg"})"}}));
    folders_["7"] = "new";
    EXPECT_EQ(found("folder=new"), Ids{"7"});
    expect_counts_right();
}

TEST_F(DirectoryAttribute, CapsAndOrdersHits) {
    SearchRequest request{.query = {0, 1}, .k = 60};
    request.group_cap = GroupCap{.path = "folder", .hits_max = 2};
    const auto capped = collection_->search(request).value();
    EXPECT_EQ(capped.hits.size(), 12U);
    std::map<std::string, int> hits;
    for (const Hit& hit : capped.hits)
        EXPECT_LE(++hits[folders_[hit.id]], 2);
    request.group_cap.reset();
    request.order = HitOrder{.path = "folder"};
    const auto ordered = collection_->search(request).value();
    ASSERT_EQ(ordered.hits.size(), 60U);
    for (std::size_t i = 1; i < ordered.hits.size(); ++i)
        EXPECT_LE(folders_[ordered.hits[i - 1].id], folders_[ordered.hits[i].id]);
}

TEST_F(DirectoryAttribute, IsOfDocumentsWhereThereAreNoFolders) {
    names_ = {};
    EXPECT_EQ(found("folder=not this").size(), 60U);
    EXPECT_EQ(found("folder=2019/beach"), Ids());
    EXPECT_EQ(collection_->summarize({.facets = {{"folder", 100}}})->facets[0].values, 2U);
}

}  // namespace
}  // namespace sokkuri::collection
