#include "service/preview.h"

#include "base/testing/temporary_directory.h"
#include "image/thumbnail.h"

#include <gtest/gtest.h>

namespace sokkuri::service {
namespace {

/// A JPEG of one color.
void write_picture(const std::string& path, image::Size size) {
    const image::Picture picture{
        size, std::vector<std::uint8_t>(std::size_t{size.width} * size.height * 3, 90)};
    const auto bytes = image::encode_jpeg(picture, 90);
    ASSERT_TRUE(bytes);
    ASSERT_TRUE(replace_file(posix_file_system(), path, *bytes));
}

TEST(Preview, FitsIntoItsSquareAndKeepsItsShape) {
    const sokkuri::testing::TemporaryDirectory folder;
    const std::string path = join_path(folder.path(), "wide.jpg");
    write_picture(path, {400, 100});
    const auto small = preview(posix_file_system(), path, 80, {});
    ASSERT_TRUE(small) << small.error().message();
    EXPECT_EQ(small->size, (image::Size{80, 20}));
}

TEST(Preview, NeverEnlarges) {
    const sokkuri::testing::TemporaryDirectory folder;
    const std::string path = join_path(folder.path(), "small.jpg");
    write_picture(path, {24, 16});
    EXPECT_EQ(preview(posix_file_system(), path, 80, {}).value().size, (image::Size{24, 16}));
}

TEST(Preview, KeepsTheLimitsOfDecoding) {
    const sokkuri::testing::TemporaryDirectory folder;
    const std::string path = join_path(folder.path(), "large.jpg");
    write_picture(path, {400, 100});
    const auto refused = preview(posix_file_system(), path, 80, {.pixels_max = 100});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::kExhausted);
    EXPECT_FALSE(preview(posix_file_system(), path + "x", 80, {}));
}

}  // namespace
}  // namespace sokkuri::service
