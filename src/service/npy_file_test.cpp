#include "service/npy_file.h"

#include "base/testing/temporary_directory.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

namespace sokkuri::service {
namespace {

TEST(NpyFile, HasAHeaderOfTheRowsThatCameAndThenTheRows) {
    const testing::TemporaryDirectory directory;
    FileSystem& files = posix_file_system();
    const std::string path = directory.path() + "/m.npy";
    auto npy = NpyFile::create(files, path, 3);
    ASSERT_TRUE(npy);
    const std::vector<float> rows = {1, 2, 3, 4.5F, -5, 6};
    ASSERT_TRUE(npy->append(std::span(rows).first(3)));
    ASSERT_TRUE(npy->append(std::span(rows).last(3)));
    ASSERT_TRUE(npy->finish());
    const auto bytes = read_file(files, path, 1'000);
    ASSERT_TRUE(bytes);
    ASSERT_EQ(bytes->size(), 128 + rows.size() * sizeof(float));
    const std::string head(reinterpret_cast<const char*>(bytes->data()), 128);
    EXPECT_EQ(head.substr(0, 10), std::string("\x93NUMPY\x01\x00\x76\x00", 10));
    EXPECT_EQ(head.substr(10, 61), "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }  ");
    EXPECT_EQ(head.back(), '\n');
    EXPECT_EQ(std::memcmp(bytes->data() + 128, rows.data(), rows.size() * sizeof(float)), 0);
}

}  // namespace
}  // namespace sokkuri::service
