// Goal: one index that cannot be built keeps no other from being built.
#include "collection/attribute_keeper.h"

#include "base/testing/memory_file_system.h"

#include <gtest/gtest.h>

namespace sokkuri::collection {
namespace {

TEST(AttributeKeeper, BuildsTheOthersWhenOneCannotBeBuilt) {
    testing::MemoryFileSystem files;
    const auto catalog =
        store::Catalog::open(files, "/catalog.db", store::CatalogAccess::kCreate).value();
    std::vector<std::string> built;
    const auto extend = [&](const store::AttributeSource& source,
                            std::uint64_t) -> Result<store::AttributeIndex> {
        if (source.path == "bad") return fail(ErrorCode::kIo, "bad");
        built.push_back(source.path);
        return store::AttributeIndex{.source = source};
    };
    AttributeKeeper keeper(*catalog, extend, KeeperOptions::Sealing::kWhenAsked);
    keeper.want({{"a", store::AttributeKind::kValues},
                 {"bad", store::AttributeKind::kValues},
                 {"b", store::AttributeKind::kValues}});
    EXPECT_EQ(keeper.catch_up({}).error().message(), "bad");
    EXPECT_EQ(built, (std::vector<std::string>{"a", "b"}));
    EXPECT_TRUE(keeper.catch_up({})) << "wishes are forgotten";
}

}  // namespace
}  // namespace sokkuri::collection
