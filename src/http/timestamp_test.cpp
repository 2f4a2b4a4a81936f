#include "http/timestamp.h"

#include <gtest/gtest.h>

namespace sokkuri::http {
namespace {

TEST(Timestamp, IsRfc3339InUtc) {
    EXPECT_EQ(timestamp(0), "1970-01-01T00:00:00Z");
    EXPECT_EQ(timestamp(951'827'696), "2000-02-29T12:34:56Z");
    EXPECT_EQ(timestamp(4'102'444'799), "2099-12-31T23:59:59Z");
}

}  // namespace
}  // namespace sokkuri::http
