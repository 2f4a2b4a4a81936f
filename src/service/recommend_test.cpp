// What somebody likes and dislikes, as a search by several.
#include "service/recommend.h"

#include <gtest/gtest.h>

namespace sokkuri::service {
namespace {

using Combine = collection::SeveralVectors::Combine;
using Wish = Taste::Wish;

BySeveral::Part item(const std::string& id, float weight = 1) {
    return {.what = ByItem{.id_or_path = id, .working_directory = {}}, .weight = weight};
}

std::string message_of(const Taste& taste) {
    const auto search = search_of(taste);
    return search ? std::string() : search.error().message();
}

TEST(Taste, IsNearTheMeanOfWhatIsLikedAndAwayFromTheRest) {
    const auto search =
        search_of({.positive = {item("a"), item("b", 2)}, .negative = {item("c", 0.5F)}}).value();
    EXPECT_EQ(search.combine, Combine::kMean);
    ASSERT_EQ(search.parts.size(), 3U);
    EXPECT_EQ(std::get<ByItem>(search.parts[1].what).id_or_path, "b");
    EXPECT_EQ(search.parts[1].weight, 2);
    EXPECT_EQ(std::get<ByItem>(search.parts[2].what).id_or_path, "c");
    EXPECT_EQ(search.parts[2].weight, -0.5F);
}

TEST(Taste, ForTheUnlikeIsFarFromAllThatIsGiven) {
    const auto search =
        search_of({.positive = {item("a"), item("b")}, .wish = Wish::kUnlike}).value();
    EXPECT_EQ(search.combine, Combine::kFarthest);
    EXPECT_EQ(search.parts.size(), 2U);
}

TEST(Taste, RefusesWhatSaysNothing) {
    EXPECT_EQ(message_of({}), "0 items or vectors to recommend by: must be 1 to 1000");
    EXPECT_EQ(message_of({.positive = std::vector(1'001, item("a"))}),
              "1001 items or vectors to recommend by: must be 1 to 1000");
    EXPECT_EQ(message_of({.positive = {item("a", 0)}}), "positive: weight 0: must be above 0");
    EXPECT_EQ(message_of({.positive = {item("a")}, .negative = {item("a", -1)}}),
              "negative: weight -1: must be above 0");
    EXPECT_EQ(message_of({.positive = {item("a")}, .negative = {item("b")}, .wish = Wish::kUnlike}),
              "least: what is unlike all that is given knows no negatives");
    EXPECT_EQ(message_of({.positive = {item("a", 2)}, .wish = Wish::kUnlike}),
              "least: what is unlike all that is given knows no weights, such as 2");
}

}  // namespace
}  // namespace sokkuri::service
