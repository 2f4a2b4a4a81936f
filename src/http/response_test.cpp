#include "http/response.h"

#include "base/json.h"
#include "http/etag.h"
#include "http/response_head.h"

#include <gtest/gtest.h>

namespace sokkuri::http {
namespace {

std::string body_of(const Response& response) {
    return std::get<std::string>(response.body);
}

TEST(Response, TellsErrorsAsProblems) {
    const Response response = problem(Error(ErrorCode::kNotFound, "item \"7\"\n is not there"));
    EXPECT_EQ(response.status, 404U);
    EXPECT_EQ(response.content_type, "application/problem+json");
    EXPECT_EQ(body_of(response),
              "{\"type\":\"about:blank\",\"title\":\"Not Found\",\"status\":404,"
              "\"code\":\"not_found\",\"detail\":\"item \\\"7\\\"\\n is not there\"}");
}

TEST(Response, HasAStatusForEachErrorCode) {
    const std::pair<ErrorCode, unsigned> statuses[] = {{ErrorCode::kInvalidArgument, 400},
                                                       {ErrorCode::kNotFound, 404},
                                                       {ErrorCode::kAlreadyExists, 409},
                                                       {ErrorCode::kCorruption, 500},
                                                       {ErrorCode::kIo, 500},
                                                       {ErrorCode::kUnsupported, 422},
                                                       {ErrorCode::kConflict, 409},
                                                       {ErrorCode::kExhausted, 413},
                                                       {ErrorCode::kNoSpace, 507},
                                                       {ErrorCode::kUnavailable, 503},
                                                       {ErrorCode::kDeadlineExceeded, 504},
                                                       {ErrorCode::kCancelled, 503},
                                                       {ErrorCode::kInternal, 500}};
    for (const auto& [code, status] : statuses) {
        const Response response = problem(Error(code, "x"));
        EXPECT_EQ(response.status, status);
        const auto json = parse_json(body_of(response));
        ASSERT_TRUE(json);
        const auto name = json->find("code")->text();
        EXPECT_EQ(name.find_first_of(" /"), name.npos) << name;
        EXPECT_NE(json->find("title")->text(), "Unknown");
    }
}

TEST(Response, TellsWhenToTryAgain) {
    for (const unsigned status : {429U, 503U}) {
        const Response response = problem(status, "busy", "x");
        EXPECT_EQ(response.headers.back(),
                  (std::pair<std::string, std::string>("Retry-After", "1")));
    }
}

TEST(Response, EscapesBytesThatAreNotUtf8InProblems) {
    EXPECT_TRUE(parse_json(body_of(problem(Error(ErrorCode::kNotFound, "a\xff\x01")))));
}

TEST(ResponseHead, CarriesWhatEveryAnswerCarries) {
    const std::string head =
        response_head(json_response("{}"), {.body_bytes = 2, .now = 784'111'777});
    EXPECT_EQ(head,
              "HTTP/1.1 200 OK\r\nServer: sokkuri\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
              "Content-Type: application/json\r\nX-Content-Type-Options: nosniff\r\n"
              "Referrer-Policy: no-referrer\r\nCross-Origin-Resource-Policy: same-origin\r\n"
              "Content-Length: 2\r\n\r\n");
}

TEST(ResponseHead, CannotBeSplitByWhatAHandlerPutsIn) {
    Response response = json_response("{}");
    constexpr std::string_view kHostile = "inline; filename=\"a\r\nSet-Cookie: b\x01\x7f\"";
    response.headers.emplace_back("Content-Disposition", std::string(kHostile) + '\0');
    const std::string head = response_head(response, {.body_bytes = 2});
    EXPECT_EQ(head.find("\r\nSet-Cookie"), head.npos);
    EXPECT_EQ(head.find('\0'), head.npos);
    EXPECT_EQ(head.find("\r\n\r\n"), head.size() - 4);
}

TEST(ResponseHead, SaysNoLengthWhereThereIsNoBody) {
    for (const unsigned status : {204U, 304U}) {
        const std::string head = response_head(empty_response(status), {.body_bytes = 0});
        EXPECT_EQ(head.find("Content-Length"), head.npos);
    }
    EXPECT_NE(response_head(empty_response(200), {.body_bytes = 0}).find("Content-Length: 0"),
              std::string::npos);
}

TEST(Etag, IsFoundAmongTheOnesThatAClientHas) {
    const auto has = [](std::string value) {
        return is_not_modified(Request{.headers = {{"if-none-match", std::move(value)}}}, "abc");
    };
    EXPECT_TRUE(has("\"abc\""));
    EXPECT_TRUE(has("W/\"abc\""));
    EXPECT_TRUE(has("\"x\" , \"abc\""));
    EXPECT_TRUE(has("*"));
    EXPECT_FALSE(has("abc"));
    EXPECT_FALSE(has("\"abcd\""));
    EXPECT_FALSE(has(""));
    EXPECT_FALSE(is_not_modified(Request{}, "abc"));
    EXPECT_EQ(not_modified("abc").headers, (Pairs{{"ETag", "\"abc\""}}));
}

}  // namespace
}  // namespace sokkuri::http
