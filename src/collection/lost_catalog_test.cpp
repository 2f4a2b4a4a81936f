// Nobody writes over vectors whose catalog is gone, however they come.
#include "collection/lost_catalog.h"

#include "base/testing/memory_file_system.h"
#include "collection/testing/small_collection.h"
#include "collection/verify.h"

#include <gtest/gtest.h>

namespace sokkuri::collection {
namespace {

using sokkuri::testing::MemoryFileSystem;
using Access = LocalOptions::Access;

constexpr const char* kDirectory = "/pictures/.sokkuri";
constexpr const char* kCatalog = "/pictures/.sokkuri/catalog.db";
constexpr const char* kVectors = "/pictures/.sokkuri/fields/0/vectors/0000";

class LostCatalog : public ::testing::TestWithParam<bool> {
 protected:
    LostCatalog() {
        testing::make_small(files_, kDirectory);
        const bool is_removed = GetParam();
        if (is_removed) {
            EXPECT_TRUE(files_.remove_file(kCatalog));
        } else {
            EXPECT_TRUE(replace_file(files_, kCatalog, {}));
        }
        EXPECT_TRUE(files_.sync_directory(kDirectory));
    }

    std::vector<std::byte> vectors() const { return read_file(files_, kVectors, 1U << 20).value(); }

    MemoryFileSystem files_;
};

TEST_P(LostCatalog, IsNoNewCollectionToAnybody) {
    const std::vector<std::byte> before = vectors();
    for (const Access access : {Access::kRead, Access::kWrite, Access::kCreate}) {
        const auto opened = open_local_collection(files_, kDirectory, {.access = access});
        ASSERT_FALSE(opened);
        EXPECT_EQ(opened.error().code(), ErrorCode::kCorruption);
        EXPECT_NE(opened.error().message().find(kCatalog), std::string::npos);
        EXPECT_NE(opened.error().message().find(kVectors), std::string::npos);
    }
    EXPECT_EQ(vectors(), before);
}

TEST_P(LostCatalog, IsDamageThatVerifyNames) {
    const auto report = verify_local_collection(files_, kDirectory, {});
    ASSERT_TRUE(report) << report.error().message();
    ASSERT_FALSE(report->is_whole());
    EXPECT_EQ(report->findings.front().file, "catalog.db");
}

INSTANTIATE_TEST_SUITE_P(Collection, LostCatalog, ::testing::Bool());

TEST(NewCatalog, IsMadeWhereNoVectorsLie) {
    MemoryFileSystem files;
    ASSERT_TRUE(create_directories(files, kDirectory));
    EXPECT_TRUE(refuse_lost_catalog(files, kDirectory));
    EXPECT_TRUE(open_local_collection(files, kDirectory, {.access = Access::kCreate}));
}

}  // namespace
}  // namespace sokkuri::collection
