#include "http/handler_call.h"

#include <gtest/gtest.h>

#include <new>
#include <stdexcept>

namespace sokkuri::http {
namespace {

unsigned status_of(Handler handler, std::string content_type = "") {
    const Route route{.operation = "op", .handler = std::move(handler)};
    Request request;
    if (!content_type.empty()) request.headers = {{"content-type", std::move(content_type)}};
    return call_handler(route, request).status;
}

TEST(HandlerCall, TurnsErrorsIntoProblems) {
    const auto fail_with = [](ErrorCode code) {
        return [=](const Request&) -> Result<Response> { return fail(code, "x"); };
    };
    EXPECT_EQ(status_of(fail_with(ErrorCode::kNotFound)), 404U);
    EXPECT_EQ(status_of(fail_with(ErrorCode::kUnsupported)), 422U);
    EXPECT_EQ(status_of(fail_with(ErrorCode::kUnsupported), "application/json"), 422U);
    EXPECT_EQ(status_of(fail_with(ErrorCode::kUnsupported), "image/jpeg"), 415U);
    EXPECT_EQ(status_of(fail_with(ErrorCode::kUnsupported), "multipart/form-data; boundary=a"),
              415U);
}

TEST(HandlerCall, LetsNoExceptionPass) {
    EXPECT_EQ(status_of([](const Request&) -> Result<Response> { throw std::bad_alloc(); }), 503U);
    EXPECT_EQ(status_of([](const Request&) -> Result<Response> { throw std::runtime_error("x"); }),
              500U);
    EXPECT_EQ(status_of([](const Request&) -> Result<Response> { throw 7; }), 500U);
}

}  // namespace
}  // namespace sokkuri::http
