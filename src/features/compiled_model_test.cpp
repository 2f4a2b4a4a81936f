#include "features/compiled_model.h"

#include "base/testing/temporary_directory.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string_view>
#include <thread>

namespace sokkuri::features {
namespace {

using sokkuri::testing::TemporaryDirectory;

const CompiledModelKey kKey{.model = "abc", .variant = "f32", .machine = "this one"};

std::span<const std::byte> bytes_of(std::string_view text) {
    return std::as_bytes(std::span(text));
}

bool keep(const std::vector<std::string>& directories, const CompiledModelKey& key,
          std::string_view form) {
    return keep_compiled_model(posix_file_system(), directories, key, bytes_of(form));
}

std::string find(const std::vector<std::string>& directories, const CompiledModelKey& key) {
    const auto form = find_compiled_model(posix_file_system(), directories, key);
    if (!form) return "none";
    return {reinterpret_cast<const char*>(form->bytes().data()), form->bytes().size()};
}

TEST(CompiledModel, IsFoundForItsOwnKeyOnly) {
    const TemporaryDirectory folder;
    const std::vector<std::string> directories{join_path(folder.path(), "a/b")};
    EXPECT_EQ(find(directories, kKey), "none");
    ASSERT_TRUE(keep(directories, kKey, "form"));
    EXPECT_EQ(find(directories, kKey), "form");
    for (auto member :
         {&CompiledModelKey::model, &CompiledModelKey::variant, &CompiledModelKey::machine}) {
        CompiledModelKey other = kKey;
        other.*member += "x";
        EXPECT_EQ(find(directories, other), "none");
    }
}

TEST(CompiledModel, OnlyTheNewestOfOneModelAndVariantIsKept) {
    const TemporaryDirectory folder;
    const std::vector<std::string> directories{folder.path()};
    const CompiledModelKey bf16{.model = "abc", .variant = "bf16", .machine = "this one"};
    const CompiledModelKey newer{.model = "abc", .variant = "f32", .machine = "newer runtime"};
    ASSERT_TRUE(keep(directories, kKey, "old"));
    ASSERT_TRUE(keep(directories, bf16, "other precision"));
    ASSERT_TRUE(keep(directories, newer, "new"));
    EXPECT_EQ(find(directories, kKey), "none");
    EXPECT_EQ(find(directories, newer), "new");
    EXPECT_EQ(find(directories, bf16), "other precision");
    EXPECT_EQ(posix_file_system().list(folder.path())->size(), 2U);
}

TEST(CompiledModel, IsAsGoodAsAbsentWithAnyByteFlippedOrCutOff) {
    const TemporaryDirectory folder;
    const std::vector<std::string> directories{folder.path()};
    ASSERT_TRUE(keep(directories, kKey, "form"));
    const std::string path =
        join_path(folder.path(), posix_file_system().list(folder.path())->at(0).name);
    const std::vector<std::byte> good = *read_file(posix_file_system(), path, 1 << 20);
    const std::size_t key_end = 40 + std::string_view("abc\nf32\nthis one\n").size();
    const std::size_t form_offset = good.size() - 4;
    for (std::size_t i = 0; i < good.size(); ++i) {
        const bool is_padding = i >= key_end && i < form_offset;
        if (is_padding) continue;
        std::vector<std::byte> flipped = good;
        flipped[i] ^= std::byte{16};
        ASSERT_TRUE(replace_file(posix_file_system(), path, flipped));
        EXPECT_EQ(find(directories, kKey), "none") << i;
        ASSERT_TRUE(replace_file(posix_file_system(), path, std::span(good).first(i)));
        EXPECT_EQ(find(directories, kKey), "none") << i;
    }
    ASSERT_TRUE(keep(directories, kKey, "form"));
    EXPECT_EQ(find(directories, kKey), "form");
}

TEST(CompiledModel, GoesToTheFirstDirectoryThatCanBeWritten) {
    const TemporaryDirectory folder;
    ASSERT_TRUE(replace_file(posix_file_system(), join_path(folder.path(), "file"), bytes_of("x")));
    const std::vector<std::string> directories{join_path(folder.path(), "file/below"),
                                               join_path(folder.path(), "second")};
    ASSERT_TRUE(keep(directories, kKey, "form"));
    EXPECT_EQ(find(directories, kKey), "form");
    EXPECT_EQ(find({join_path(folder.path(), "second")}, kKey), "form");
    EXPECT_FALSE(keep({join_path(folder.path(), "file/below")}, kKey, "form"));
}

TEST(CompiledModel, ManyThreadsMayKeepTheSameForm) {
    const TemporaryDirectory folder;
    const std::vector<std::string> directories{folder.path()};
    const std::string form(1 << 20, 'x');
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 8; ++i) {
            threads.emplace_back([&] { keep(directories, kKey, form); });
        }
    }
    ASSERT_TRUE(keep(directories, kKey, form));
    EXPECT_EQ(find(directories, kKey), form);
    EXPECT_EQ(posix_file_system().list(folder.path())->size(), 1U);
}

}  // namespace
}  // namespace sokkuri::features
