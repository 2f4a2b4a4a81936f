#include "http/page_assets.h"

#include "http/testing/running_server.h"

#include <gtest/gtest.h>

namespace sokkuri::http {
namespace {

std::span<const std::byte> bytes_of(std::string_view text) {
    return std::as_bytes(std::span(text));
}

std::span<const EmbeddedFile> files() {
    static const EmbeddedFile all[] = {{.path = "assets/page-1a2b.js",
                                        .media_type = "text/javascript; charset=utf-8",
                                        .etag = "\"js\"",
                                        .bytes = bytes_of("plain script"),
                                        .gzip = bytes_of("gzip script"),
                                        .brotli = bytes_of("brotli script")},
                                       {.path = "favicon.svg",
                                        .media_type = "image/svg+xml",
                                        .etag = "\"icon\"",
                                        .bytes = bytes_of("<svg/>")},
                                       {.path = "index.html",
                                        .media_type = "text/html; charset=utf-8",
                                        .etag = "\"index\"",
                                        .bytes = bytes_of("<html>")}};
    return all;
}

TEST(PageAssets, ServeThePageUnderAllItsPaths) {
    RunningServer server(page_routes(files()));
    RawClient client = server.connect();
    for (const char* const target : {"/", "/?seed=7&name=%E3%81%82", "/c", "/c/pictures",
                                     "/c/pictures/i/a%2Fb", "/c/pictures/i/a%2Fb?copies=all"}) {
        const RawAnswer answer = client.ask("GET", target);
        EXPECT_EQ(answer.status, 200U) << target;
        EXPECT_EQ(answer.body, "<html>");
        EXPECT_EQ(answer.header("content-type"), "text/html; charset=utf-8");
        EXPECT_EQ(answer.header("cache-control"), "no-cache");
        EXPECT_EQ(answer.header("content-security-policy"), kPagePolicy);
        EXPECT_EQ(answer.header("etag"), "\"index\"");
    }
    EXPECT_EQ(client.ask("GET", "/favicon.svg").body, "<svg/>");
    for (const char* const target :
         {"/index.htm", "/favicon", "/assets", "/assets/", "/assets/x.js", "/x/y",
          "/assets/..%2Findex.html", "/assets%2Fpage-1a2b.js"}) {
        EXPECT_EQ(client.ask("GET", target).status, 404U) << target;
    }
    EXPECT_EQ(client.ask("POST", "/").status, 405U);
}

TEST(PageAssets, AreKeptByBrowsersAndComeInTheCodingThatTheyTake) {
    RunningServer server(page_routes(files()));
    RawClient client = server.connect();
    const auto ask = [&](std::string_view coding) {
        return client.ask("GET", "/assets/page-1a2b.js", "",
                          fmt::format("Accept-Encoding: {}\r\n", coding));
    };
    EXPECT_EQ(ask("gzip, deflate, br").body, "brotli script");
    EXPECT_EQ(ask("gzip, deflate, br").header("content-encoding"), "br");
    EXPECT_EQ(ask("GZIP;q=0.8").body, "gzip script");
    EXPECT_EQ(ask("br;q=0, gzip;q=0.0").body, "plain script");
    EXPECT_EQ(ask("brx").header("content-encoding"), "");
    EXPECT_EQ(ask("").header("cache-control"), "public, max-age=31536000, immutable");
    EXPECT_EQ(ask("").header("vary"), "Accept-Encoding");
}

TEST(PageAssets, AreNotSentAgainToWhomHasThem) {
    RunningServer server(page_routes(files()));
    RawClient client = server.connect();
    const RawAnswer answer = client.ask("GET", "/", "", "If-None-Match: \"index\"\r\n");
    EXPECT_EQ(answer.status, 304U);
    EXPECT_EQ(answer.header("etag"), "\"index\"");
    EXPECT_EQ(answer.header("content-length"), "");
    EXPECT_EQ(client.ask("GET", "/", "", "If-None-Match: \"old\"\r\n").status, 200U);
}

}  // namespace
}  // namespace sokkuri::http
