#include "http/limits.h"

#include <gtest/gtest.h>

namespace sokkuri::http {
namespace {

TEST(Limits, AreValidAsTheyComeAndNameTheOneThatIsNot) {
    EXPECT_TRUE(Limits{}.validate());
    Limits limits;
    limits.work_queue_max = 0;
    const auto checked = limits.validate();
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error().message(), "work_queue_max is 0; it must lie between 1 and 1048576");
}

}  // namespace
}  // namespace sokkuri::http
