#include "http/router.h"

#include "http/target.h"

#include <gtest/gtest.h>

namespace sokkuri::http {
namespace {

RouteTable table_of(std::vector<std::pair<Method, std::string_view>> rows) {
    RouteTable table;
    for (const auto& [method, pattern] : rows) {
        table.push_back({.method = method, .pattern = pattern, .operation = pattern});
    }
    return table;
}

const RouteTable& pictures() {
    static const RouteTable table = table_of({{Method::kGet, "/"},
                                              {Method::kGet, "/c/{path...}"},
                                              {Method::kGet, "/{file}"},
                                              {Method::kGet, "/v1/items/{id}"},
                                              {Method::kPut, "/v1/items/{id}"},
                                              {Method::kDelete, "/v1/items/{id}"},
                                              {Method::kGet, "/v1/items/{id}/similar"},
                                              {Method::kPost, "/v1/items/search"},
                                              {Method::kGet, "/v1/{kind}/all"}});
    return table;
}

/// "pattern name=value …", or "none METHOD …" for what may be asked instead.
std::string found(Method method, std::string_view target) {
    const Router router(pictures());
    const auto match = router.find(method, parse_target(target)->segments);
    if (match.route == nullptr) {
        std::string text = "none";
        for (const Method allowed : match.allowed) {
            text += fmt::format(" {}", name_of(allowed));
        }
        return text;
    }
    std::string text(match.route->pattern);
    for (const auto& [name, value] : match.captures) {
        text += fmt::format(" {}={}", name, value);
    }
    return text;
}

TEST(Router, FindsTheRowOfAPath) {
    EXPECT_EQ(found(Method::kGet, "/"), "/");
    EXPECT_EQ(found(Method::kGet, "/v1/items/7"), "/v1/items/{id} id=7");
    EXPECT_EQ(found(Method::kDelete, "/v1/items/a%2Fb"), "/v1/items/{id} id=a/b");
    EXPECT_EQ(found(Method::kGet, "/v1/items/a%2Fb/similar"), "/v1/items/{id}/similar id=a/b");
    EXPECT_EQ(found(Method::kGet, "/favicon.svg"), "/{file} file=favicon.svg");
}

TEST(Router, PrefersLiteralSegmentsFromTheLeft) {
    EXPECT_EQ(found(Method::kGet, "/v1/items/all"), "/v1/items/{id} id=all");
    EXPECT_EQ(found(Method::kGet, "/v1/pets/all"), "/v1/{kind}/all kind=pets");
    EXPECT_EQ(found(Method::kPost, "/v1/items/search"), "/v1/items/search");
    EXPECT_EQ(found(Method::kGet, "/v1/items/search"), "/v1/items/{id} id=search");
}

TEST(Router, GivesTheRestToTheLastCapture) {
    EXPECT_EQ(found(Method::kGet, "/c/a/b%2Fc/d"), "/c/{path...} path=a/b/c/d");
    EXPECT_EQ(found(Method::kGet, "/c/"), "/c/{path...} path=");
    EXPECT_EQ(found(Method::kGet, "/c"), "/c/{path...} path=");
}

TEST(Router, SaysWhichMethodsAPathTakes) {
    EXPECT_EQ(found(Method::kPost, "/v1/items/7"), "none GET PUT DELETE");
    EXPECT_EQ(found(Method::kPut, "/c/x"), "none GET");
    EXPECT_EQ(found(Method::kGet, "/v1/nothing/here/x"), "none");
}

TEST(Router, TakesNoEmptySegmentsForCaptures) {
    EXPECT_EQ(found(Method::kGet, "/v1/items/"), "none");
    EXPECT_EQ(found(Method::kGet, "/v1/items//similar"), "none");
    EXPECT_EQ(found(Method::kGet, "/v1/items/7/"), "none");
    EXPECT_EQ(found(Method::kGet, "//"), "none");
}

TEST(RouterDeathTest, RefusesTablesThatCannotBeMeant) {
    const auto build = [](std::vector<std::pair<Method, std::string_view>> rows) {
        const RouteTable table = table_of(std::move(rows));
        const Router router(table);
    };
    EXPECT_DEATH(build({{Method::kGet, "/a/{b}"}, {Method::kGet, "/a/{c}"}}), "is_twice");
    EXPECT_DEATH(build({{Method::kGet, "/a"}, {Method::kGet, "/a"}}), "is_twice");
    EXPECT_DEATH(build({{Method::kGet, "a"}}), "starts_with");
    EXPECT_DEATH(build({{Method::kGet, "/a//b"}}), "empty");
    EXPECT_DEATH(build({{Method::kGet, "/{}"}}), "empty");
    EXPECT_DEATH(build({{Method::kGet, "/{a"}}), "ends_with");
    EXPECT_DEATH(build({{Method::kGet, "/{a...}/b"}}), "kRest");
    build({{Method::kGet, "/a/{b}"}, {Method::kPut, "/a/{b}"}, {Method::kGet, "/a/b"}});
}

}  // namespace
}  // namespace sokkuri::http
