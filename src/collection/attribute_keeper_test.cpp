// Goals: one index that cannot be built keeps no other from being built; and what is read beside
// other writes is right when these have changed it meanwhile.
#include "collection/attribute_keeper.h"

#include "base/testing/memory_file_system.h"
#include "collection/filter.h"
#include "store/attribute_queries.h"
#include "store/record_set.h"

#include <fmt/format.h>
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
    AttributeKeeper keeper(*catalog, {.by_reading = extend, .by_slice = {}},
                           KeeperOptions::Sealing::kWhenAsked);
    keeper.want({{"a", store::AttributeKind::kValues},
                 {"bad", store::AttributeKind::kValues},
                 {"b", store::AttributeKind::kValues}});
    EXPECT_EQ(keeper.catch_up({}).error().message(), "bad");
    EXPECT_EQ(built, (std::vector<std::string>{"a", "b"}));
    EXPECT_TRUE(keeper.catch_up({})) << "wishes are forgotten";
}

TEST(AttributeKeeper, ReadsBesideWritesWhatTheseChange) {
    testing::MemoryFileSystem files;
    const auto catalog =
        store::Catalog::open(files, "/catalog.db", store::CatalogAccess::kCreate).value();
    const auto write = [&](const auto& change) {
        const auto transaction = catalog->begin_write().value();
        auto outcome = change(*transaction);
        EXPECT_TRUE(transaction->commit());
        return outcome;
    };
    constexpr std::uint64_t kRecords = AttributeKeeper::kSliceRecords + 100;
    std::vector<std::uint64_t> expected(3);
    const auto put = [&](store::WriteTransaction& transaction, std::uint64_t id,
                         std::uint64_t color) {
        ++expected[color];
        return transaction
            .put_record(fmt::format("{}", id), fmt::format(R"({{"color":{}}})", color), {})
            .has_value();
    };
    EXPECT_TRUE(write([&](store::WriteTransaction& transaction) {
        bool is_put = true;
        for (std::uint64_t id = 0; id < kRecords; ++id)
            is_put = put(transaction, id, id % 3) && is_put;
        return is_put;
    }));
    std::size_t slices = 0;
    const auto by_slice = [&](const store::AttributeSlice& slice) {
        ++slices;
        // Between the reading and the turn of the slice.
        EXPECT_TRUE(write([&](store::WriteTransaction& transaction) {
            --expected[6'000 % 3];
            --expected[7'000 % 3];
            return put(transaction, 6'000, 1) && put(transaction, kRecords, 2) &&
                   transaction.remove_record("7000").value();
        }));
        return write([&](store::WriteTransaction& transaction) {
            return transaction.extend_attribute(slice);
        });
    };
    const auto by_reading = [&](const store::AttributeSource& source, std::uint64_t count) {
        return write([&](store::WriteTransaction& transaction) {
            return transaction.extend_attribute(source, count);
        });
    };
    const store::AttributeSource source{"color", store::AttributeKind::kValues};
    const auto index = build_attribute_index(*catalog, source,
                                             {.by_reading = by_reading, .by_slice = by_slice}, {});
    EXPECT_EQ(slices, 1U);
    EXPECT_EQ(index->built_to, kRecords + 1);
    const auto transaction = catalog->begin_read().value();
    for (std::size_t color = 0; color < expected.size(); ++color) {
        store::RecordSet records(kRecords + 1);
        const AttributeValue value(static_cast<std::int64_t>(color));
        EXPECT_TRUE(transaction->attributes().add_equal(*index, value, records));
        EXPECT_EQ(records.count(), expected[color]);
    }
}

}  // namespace
}  // namespace sokkuri::collection
