#include "http/access_rules.h"

#include <gtest/gtest.h>

namespace sokkuri::http {
namespace {

RequestHead head_of(std::string method, Pairs headers) {
    return {.method = std::move(method), .target = "/", .headers = std::move(headers)};
}

unsigned host_status(const AccessRules& rules, const std::string& host) {
    const auto refusal = check_host(rules, head_of("GET", {{"host", host}}));
    return refusal ? refusal->status : 200;
}

unsigned origin_status(const AccessRules& rules, const std::string& method, Pairs headers) {
    headers.emplace_back("host", "localhost:7171");
    const auto refusal = check_origin(rules, head_of(method, std::move(headers)));
    return refusal ? refusal->status : 200;
}

TEST(AccessRules, BelieveLoopbackNamesWithAnyPort) {
    for (const char* const host : {"localhost", "localhost:7171", "LocalHost:1", "127.0.0.1",
                                   "127.0.0.1:65535", "[::1]", "[::1]:7171", "localhost:"}) {
        EXPECT_EQ(host_status({}, host), 200) << host;
    }
}

TEST(AccessRules, RefuseNamesThatANameServerCouldPointHere) {
    for (const char* const host :
         {"evil.example", "evil.example:7171", "localhost.evil.example", "127.0.0.1.evil.example",
          "xlocalhost", "localhost.", "127.0.0.2", "0.0.0.0", "[::]", "[::ffff:127.0.0.1]",
          "192.168.1.9", "2130706433", "0x7f.1"}) {
        EXPECT_EQ(host_status({}, host), 421) << host;
    }
}

TEST(AccessRules, RefuseWhatIsNoHost) {
    for (const char* const host :
         {"", " ", "localhost:port", "localhost:123456", "local host", "user@localhost",
          "localhost/path", "[::1", "[::1]x", "[evil]", ":7171", "localhost:80:80", "local\\host",
          "localhost,evil.example"}) {
        EXPECT_EQ(host_status({}, host), 400) << host;
    }
}

TEST(AccessRules, WantExactlyOneHost) {
    EXPECT_EQ(check_host({}, head_of("GET", {}))->status, 400U);
    EXPECT_EQ(
        check_host({}, head_of("GET", {{"host", "localhost"}, {"host", "localhost"}}))->status,
        400U);
    RequestHead old = head_of("GET", {});
    old.is_http_1_0 = true;
    EXPECT_EQ(check_host({}, old)->status, 400U);
}

TEST(AccessRules, BelieveConfiguredHosts) {
    const AccessRules rules{.hosts = {"Pictures.example", "other.example:8080", "[fd00::1]"}};
    EXPECT_EQ(host_status(rules, "pictures.example"), 200U);
    EXPECT_EQ(host_status(rules, "pictures.EXAMPLE:7171"), 200U);
    EXPECT_EQ(host_status(rules, "other.example:8080"), 200U);
    EXPECT_EQ(host_status(rules, "other.example"), 421U);
    EXPECT_EQ(host_status(rules, "other.example:80"), 421U);
    EXPECT_EQ(host_status(rules, "[FD00::1]:7171"), 200U);
    EXPECT_EQ(host_status(rules, "x.pictures.example"), 421U);
    EXPECT_EQ(host_status(rules, "localhost"), 200U);
}

TEST(AccessRules, LetOnlyTheOwnPageChangeState) {
    for (const char* const method : {"POST", "PUT", "PATCH", "DELETE", "BREW"}) {
        EXPECT_EQ(origin_status({}, method, {}), 200U) << "programs send no Origin";
        EXPECT_EQ(origin_status({}, method, {{"origin", "http://localhost:7171"}}), 200U);
        EXPECT_EQ(origin_status({}, method, {{"origin", "https://localhost:7171"}}), 200U);
        for (const char* const origin :
             {"null", "", "http://evil.example", "http://localhost", "http://localhost:8000",
              "http://127.0.0.1:7171", "http://localhost:7171.evil.example", "localhost:7171",
              "file://", "ftp://localhost:7171", "http://localhost:7171/",
              "http://evil.example http://localhost:7171"}) {
            EXPECT_EQ(origin_status({}, method, {{"origin", origin}}), 403U) << origin;
        }
    }
}

TEST(AccessRules, LetAnyPageAskWithoutChange) {
    for (const char* const method : {"GET", "HEAD", "OPTIONS"}) {
        EXPECT_EQ(origin_status({}, method, {{"origin", "http://evil.example"}}), 200U);
    }
}

TEST(AccessRules, UseWhatBrowsersSayOfTheSite) {
    EXPECT_EQ(origin_status({}, "POST", {{"sec-fetch-site", "cross-site"}}), 403U);
    EXPECT_EQ(origin_status({}, "POST", {{"sec-fetch-site", "same-site"}}), 403U);
    EXPECT_EQ(origin_status({}, "POST", {{"sec-fetch-site", "same-origin"}}), 200U);
    EXPECT_EQ(origin_status({}, "POST", {{"sec-fetch-site", "none"}}), 200U);
    EXPECT_EQ(origin_status({}, "GET", {{"sec-fetch-site", "cross-site"}}), 200U);
}

TEST(AccessRules, LetConfiguredOriginsChangeState) {
    const AccessRules rules{.origins = {"https://shop.example"}};
    const Pairs from_shop = {{"origin", "https://shop.example"}, {"sec-fetch-site", "cross-site"}};
    EXPECT_EQ(origin_status(rules, "POST", from_shop), 200U);
    EXPECT_EQ(origin_status(rules, "POST", {{"origin", "http://shop.example"}}), 403U);
    EXPECT_EQ(origin_status(rules, "POST", {{"origin", "https://shop.example:444"}}), 403U);
    EXPECT_EQ(origin_status(rules, "POST", {{"origin", "null"}}), 403U);
    EXPECT_EQ(configured_origin(rules, head_of("GET", from_shop)), "https://shop.example");
    EXPECT_EQ(configured_origin(rules, head_of("GET", {{"origin", "https://evil.example"}})), "");
    EXPECT_EQ(configured_origin({}, head_of("GET", {{"origin", "null"}})), "");
}

TEST(AccessRules, RefuseTwoOrigins) {
    EXPECT_EQ(
        origin_status({}, "POST",
                      {{"origin", "http://localhost:7171"}, {"origin", "http://evil.example"}}),
        403U);
}

}  // namespace
}  // namespace sokkuri::http
