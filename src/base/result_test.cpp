#include "base/result.h"

#include <gtest/gtest.h>

#include <memory>

namespace sokkuri {
namespace {

Result<std::unique_ptr<int>> make_number(int value) {
    if (value < 0) return fail(ErrorCode::kInvalidArgument, "value {}: negative", value);
    return std::make_unique<int>(value);
}

Result<int> twice(int value) {
    const std::unique_ptr<int> number = TRY(make_number(value));
    return 2 * *number;
}

Result<void> check_only(int value) {
    TRY(make_number(value));
    return {};
}

Result<int> checked_first(int value) {
    TRY(check_only(value));
    return value;
}

TEST(Result, TryYieldsTheValue) {
    EXPECT_EQ(twice(21).value(), 42);
}

TEST(Result, TryReturnsTheErrorUnchanged) {
    const auto result = twice(-1);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code(), ErrorCode::kInvalidArgument);
    EXPECT_EQ(result.error().message(), "value -1: negative");
}

TEST(Result, TryWorksAsAStatement) {
    EXPECT_TRUE(check_only(1));
    EXPECT_FALSE(check_only(-1));
    EXPECT_TRUE(checked_first(1));
    EXPECT_FALSE(checked_first(-1));
}

TEST(Result, ContextIsPutInFront) {
    const auto result = in_context("segment 12", twice(-1));
    EXPECT_EQ(result.error().message(), "segment 12: value -1: negative");
}

}  // namespace
}  // namespace sokkuri
