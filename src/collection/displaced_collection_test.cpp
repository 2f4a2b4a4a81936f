// Goal: who puts another collection in the place of one that is open for writing keeps all of its
// files, and nothing that is given to the old one is taken to be written. Method: a collection and
// its copy as it was before a compaction, in a real folder.
#include "base/remove_tree.h"
#include "base/testing/temporary_directory.h"
#include "collection/local_collection.h"
#include "collection/testing/small_collection.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace sokkuri::collection {
namespace {

namespace fs = std::filesystem;
using testing::everything_in;
using testing::is_whole;
using testing::make_small;
using testing::open_small;
using testing::small_record;

class DisplacedCollection : public ::testing::Test {
 protected:
    DisplacedCollection() {
        make_small(files_, home_);
        fs::copy(home_, copy_, fs::copy_options::recursive);
        copied_ = everything_in(files_, copy_);
    }

    void put_copy_in_place() const {
        ASSERT_TRUE(remove_tree(files_, home_));
        fs::copy(copy_, home_, fs::copy_options::recursive);
    }
    void expect_the_copy_in_place() const {
        EXPECT_EQ(everything_in(files_, home_), copied_);
        EXPECT_TRUE(is_whole(files_, home_));
        EXPECT_EQ(names_below(home_), names_below(copy_));
    }
    static std::vector<std::string> names_below(const std::string& folder) {
        return testing::files_below(posix_file_system(), folder);
    }

    sokkuri::testing::TemporaryDirectory folder_;
    FileSystem& files_ = posix_file_system();
    const std::string home_ = folder_.path() + "/.sokkuri";
    const std::string copy_ = folder_.path() + "/copy";
    std::string copied_;
};

TEST_F(DisplacedCollection, ItsEndLeavesTheVectorsOfTheOtherOne) {
    {
        const auto old = open_small(files_, home_);
        ASSERT_TRUE(old->compact({}));  // its vectors lie in another folder than the copy's
        put_copy_in_place();
    }
    expect_the_copy_in_place();
}

TEST_F(DisplacedCollection, ItsWritesAreRefusedAndCutNothingOff) {
    const auto old = open_small(files_, home_);
    put_copy_in_place();
    const PutRecord record = small_record(90);
    const auto put = old->put({&record, 1});
    ASSERT_FALSE(put);
    EXPECT_EQ(put.error().code(), ErrorCode::kUnavailable);
    EXPECT_NE(put.error().message().find("another collection lies there"), std::string::npos);
    EXPECT_EQ(old->compact({}).error().code(), ErrorCode::kUnavailable);
    EXPECT_EQ(old->drop_field("picture").error().code(), ErrorCode::kUnavailable);
    expect_the_copy_in_place();
}

TEST_F(DisplacedCollection, ItsIndexIsNotBuiltAmongTheOtherOnes) {
    const auto old = open_small(files_, home_);
    const PutRecord record = small_record(90);
    ASSERT_TRUE(old->put({&record, 1}));
    put_copy_in_place();
    EXPECT_EQ(old->optimize({}).error().code(), ErrorCode::kUnavailable);
    expect_the_copy_in_place();
}

TEST_F(DisplacedCollection, OneThatComesBackIsWrittenToAgain) {
    const auto old = open_small(files_, home_);
    const std::string elsewhere = folder_.path() + "/elsewhere";
    fs::rename(home_, elsewhere);
    const PutRecord record = small_record(90);
    EXPECT_EQ(old->put({&record, 1}).error().code(), ErrorCode::kUnavailable);
    fs::rename(elsewhere, home_);
    EXPECT_TRUE(old->put({&record, 1}));
}

}  // namespace
}  // namespace sokkuri::collection
