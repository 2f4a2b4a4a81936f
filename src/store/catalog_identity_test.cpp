// Goal: a catalog can be told from all others, whatever is done to it.
#include "store/catalog_identity.h"

#include "base/testing/temporary_directory.h"
#include "store/catalog.h"

#include <gtest/gtest.h>

namespace sokkuri::store {
namespace {

class CatalogIdentity : public ::testing::Test {
 protected:
    std::unique_ptr<Catalog> open(const std::string& name) const {
        return Catalog::open(posix_file_system(), join_path(folder_.path(), name),
                             CatalogAccess::kCreate)
            .value();
    }

    testing::TemporaryDirectory folder_;
};

std::optional<std::string> id_of(const Catalog& catalog) {
    return catalog.begin_read().value()->mark(kCatalogIdMark).value();
}

void put(Catalog& catalog, const std::string& id) {
    const auto write = catalog.begin_write().value();
    ASSERT_TRUE(write->put_record(id, "{}", {}));
    ASSERT_TRUE(write->commit());
}

TEST_F(CatalogIdentity, ComesWithTheFirstCommitAndStays) {
    const auto catalog = open("a.db");
    EXPECT_EQ(id_of(*catalog), std::nullopt);
    put(*catalog, "first");
    const std::optional<std::string> id = id_of(*catalog);
    ASSERT_TRUE(id);
    EXPECT_EQ(id->size(), 32U);
    EXPECT_EQ(id->find_first_not_of("0123456789abcdef"), std::string::npos);
    put(*catalog, "second");
    EXPECT_EQ(id_of(*catalog), id);
    {
        const auto write = catalog->begin_write().value();
        const FieldNumber field =
            write->add_field({.name = "f", .dimension = 2, .metric = "l2", .rows_per_chunk = 8})
                .value();
        ASSERT_TRUE(write->set_mark("another", "value"));
        ASSERT_TRUE(write->drop_field(field));
        ASSERT_TRUE(write->commit());
    }
    EXPECT_EQ(id_of(*catalog), id) << "other marks go with a field";
    EXPECT_EQ(catalog->begin_read().value()->mark("another").value(), std::nullopt);
}

TEST_F(CatalogIdentity, IsAnotherOneForEachCatalogAndTheSameForACopy) {
    const auto one = open("a.db");
    const auto other = open("b.db");
    put(*one, "x");
    put(*other, "x");
    EXPECT_NE(id_of(*one), id_of(*other));
    ASSERT_TRUE(one->begin_read().value()->copy_to(join_path(folder_.path(), "copy.db")));
    EXPECT_EQ(id_of(*open("copy.db")), id_of(*one));
}

}  // namespace
}  // namespace sokkuri::store
