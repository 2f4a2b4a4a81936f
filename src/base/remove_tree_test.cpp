#include "base/remove_tree.h"

#include "base/testing/temporary_directory.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace sokkuri {
namespace {

namespace fs = std::filesystem;

TEST(RemoveTree, TakesEverythingBelowAndFollowsNoLink) {
    const testing::TemporaryDirectory directory;
    const std::string tree = directory.path() + "/tree";
    fs::create_directories(tree + "/a/b/c");
    fs::create_directories(directory.path() + "/kept");
    std::ofstream(directory.path() + "/kept/file") << "kept";
    std::ofstream(tree + "/a/file") << "gone";
    fs::create_directory_symlink(directory.path() + "/kept", tree + "/a/b/link");
    ASSERT_TRUE(remove_tree(posix_file_system(), tree));
    EXPECT_FALSE(fs::exists(tree));
    EXPECT_TRUE(fs::exists(directory.path() + "/kept/file"));
    EXPECT_TRUE(remove_tree(posix_file_system(), tree)) << "what is not there is gone";
    ASSERT_TRUE(remove_tree(posix_file_system(), directory.path() + "/kept/file"));
    EXPECT_TRUE(fs::is_empty(directory.path() + "/kept"));
}

}  // namespace
}  // namespace sokkuri
