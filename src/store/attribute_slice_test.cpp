// Goal: an attribute index is built in memory that is bounded, whatever the documents hold, and
// says the same. (What slices hold otherwise: attribute_index_test.cpp.)
#include "store/attribute_slice.h"

#include "base/testing/temporary_directory.h"
#include "store/attribute_queries.h"
#include "store/catalog.h"
#include "store/words.h"

#include <gtest/gtest.h>

#include <random>

namespace sokkuri::store {
namespace {

/// Memory is bounded by what documents hold, not by how many there are.
TEST(AttributeSlice, TakesFewLongDocumentsAtOnce) {
    const testing::TemporaryDirectory folder;
    const auto catalog =
        Catalog::open(posix_file_system(), folder.path() + "/catalog.db", CatalogAccess::kCreate)
            .value();
    std::mt19937 random(30);
    constexpr std::size_t kLetters = 1'400'000;
    constexpr std::uint64_t kDocuments = 5;
    constexpr std::uint64_t kAll = 1'000;
    const AttributeSource source{"text", AttributeKind::kRuns};
    std::vector<std::u32string> asked;
    {
        auto transaction = catalog->begin_write().value();
        for (std::uint64_t id = 0; id < kDocuments; ++id) {
            std::u32string text(kLetters, U' ');
            for (char32_t& letter : text)
                letter = static_cast<char32_t>(U'あ' + random() % 80);
            asked.push_back(text.substr(kLetters / 2, 8));
            const std::string document = fmt::format(R"({{"text":"{}"}})", utf8_of(text));
            ASSERT_TRUE(transaction->put_record(fmt::format("{}", id), document, {}));
        }
        ASSERT_TRUE(transaction->commit());
    }
    const AttributeSlice slice =
        read_attribute_slice(*catalog->begin_read().value(), source, 0).value();
    EXPECT_GT(slice.end, 0U);
    EXPECT_LT(slice.end, kDocuments - 1);
    auto transaction = catalog->begin_write().value();
    ASSERT_EQ(transaction->extend_attribute(slice)->built_to, slice.end);
    const std::uint64_t built_to = transaction->extend_attribute(source, kAll)->built_to;
    EXPECT_GT(built_to, slice.end);
    EXPECT_LT(built_to, kDocuments);
    ASSERT_EQ(transaction->extend_attribute(source, kAll)->built_to, kDocuments);
    ASSERT_TRUE(transaction->commit());
    const auto read = catalog->begin_read().value();
    const AttributeIndex index = read->attributes().indexes().value().at(0);
    for (RecordNumber record = 0; record < kDocuments; ++record) {
        RecordSet found(kDocuments);
        ASSERT_TRUE(read->attributes().add_containing(index, asked[record], found));
        EXPECT_EQ(found.numbers(), std::vector<RecordNumber>{record});
    }
}

}  // namespace
}  // namespace sokkuri::store
