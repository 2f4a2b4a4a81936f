// Goal: what is kept is found as it was until it expires, and never more than the bound. Method:
// against a std::map, through random puts, with time passed in.
#include "collection/stored_queries.h"

#include "base/testing/temporary_directory.h"
#include "collection/workspace.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

namespace sokkuri::collection {
namespace {

class StoredQueriesTest : public ::testing::Test {
 protected:
    std::unique_ptr<Workspace> open(WorkspaceAccess access = WorkspaceAccess::kWrite) {
        return Workspace::open(posix_file_system(), folder_.path() + "/.sokkuri", access).value();
    }

    testing::TemporaryDirectory folder_;
};

StoredQuery query(const std::string& id, std::int64_t expires_s) {
    return {.id = id,
            .created_s = expires_s - 100,
            .expires_s = expires_s,
            .width = 4000,
            .height = 3000,
            .item_id = "item",
            .fingerprint = "f",
            .vector = {1, -2.5F, 3},
            .preview = {std::byte{0xff}, std::byte{0xd8}, std::byte{0}}};
}

TEST_F(StoredQueriesTest, AreTheSameAfterReopening) {
    const StoredQuery kept = query("q", 1000);
    ASSERT_TRUE(open()->queries().put(kept, 900, 10));
    const auto workspace = open(WorkspaceAccess::kRead);
    const auto found = workspace->queries().find("q", 999).value();
    ASSERT_TRUE(found);
    EXPECT_EQ(found->created_s, 900);
    EXPECT_EQ(found->expires_s, 1000);
    EXPECT_EQ(found->width, 4000U);
    EXPECT_EQ(found->height, 3000U);
    EXPECT_EQ(found->item_id, "item");
    EXPECT_EQ(found->fingerprint, "f");
    EXPECT_EQ(found->vector, kept.vector);
    EXPECT_TRUE(found->preview.empty());
    EXPECT_EQ(workspace->queries().preview("q", 999).value(), kept.preview);
    EXPECT_FALSE(workspace->queries().find("q", 1000).value());
    EXPECT_FALSE(workspace->queries().preview("q", 1000).value());
    EXPECT_FALSE(workspace->queries().find("other", 0).value());
}

TEST_F(StoredQueriesTest, ExpireAndGoOldestFirst) {
    constexpr std::size_t kCountMax = 5;
    std::mt19937 random(3);
    const auto workspace = open();
    StoredQueries& queries = workspace->queries();
    std::map<std::string, std::int64_t> expected;  // when each expires
    std::int64_t now = 0;
    for (int step = 0; step < 300; ++step) {
        now += 3'000;
        const std::string id = std::to_string(random() % 8);
        // No two expire together.
        const std::int64_t expires = now + 10'000 + 1'000 * (20 * step % 37) + step;
        ASSERT_TRUE(queries.put(query(id, expires), now, kCountMax));
        expected[id] = expires;
        std::erase_if(expected, [&](const auto& entry) { return entry.second <= now; });
        while (expected.size() > kCountMax) {
            expected.erase(
                std::min_element(expected.begin(), expected.end(),
                                 [](const auto& a, const auto& b) { return a.second < b.second; }));
        }
        for (int i = 0; i < 8; ++i) {
            const std::string asked = std::to_string(i);
            const auto found = queries.find(asked, now).value();
            const auto entry = expected.find(asked);
            ASSERT_EQ(found.has_value(), entry != expected.end()) << asked;
            EXPECT_EQ(found ? found->expires_s : 0, found ? entry->second : 0);
        }
    }
}

}  // namespace
}  // namespace sokkuri::collection
