#include "cli/suggestion.h"

#include <gtest/gtest.h>

namespace sokkuri::cli {
namespace {

TEST(Suggestion, FindsTheWordThatWasMeant) {
    EXPECT_EQ(suggestion("serch", {"index", "search", "stats"}), "; did you mean \"search\"?");
    EXPECT_EQ(suggestion("idnex", {"index", "search", "stats"}), "; did you mean \"index\"?");
}

TEST(Suggestion, IsSilentWhenNothingIsNear) {
    EXPECT_EQ(suggestion("frobnicate", {"index", "search"}), "");
    EXPECT_EQ(suggestion(std::string(10'000, 'x'), {"index"}), "");
}

}  // namespace
}  // namespace sokkuri::cli
