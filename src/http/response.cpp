#include "http/response.h"

#include "base/json.h"
#include "http/response_head.h"

#include <algorithm>

namespace sokkuri::http {
namespace {

constexpr std::string_view kRetryAfterSeconds = "1";

unsigned status_of(ErrorCode code);

}  // namespace

Response json_response(std::string json, unsigned status) {
    return {.status = status, .content_type = "application/json", .body = std::move(json)};
}

Response empty_response(unsigned status) {
    return {.status = status};
}

Response problem(const Error& error) {
    std::string code(name_of(error.code()));
    std::ranges::replace_if(
        code, [](char c) { return c == ' ' || c == '/'; }, '_');
    return problem(status_of(error.code()), code, error.message());
}

Response problem(unsigned status, std::string_view code, std::string_view detail) {
    std::string text;
    JsonWriter json(text);
    json.begin_object().member("type", "about:blank").member("title", reason_of(status));
    json.member("status", std::uint32_t{status}).member("code", code).member("detail", detail);
    json.end_object();
    Response response{.status = status,
                      .content_type = "application/problem+json",
                      .headers = {{"Cache-Control", "no-store"}},
                      .body = std::move(text)};
    if (status == 429 || status == 503) {
        response.headers.emplace_back("Retry-After", kRetryAfterSeconds);
    }
    return response;
}

namespace {

unsigned status_of(ErrorCode code) {
    switch (code) {
        case ErrorCode::kInvalidArgument:
            return 400;
        case ErrorCode::kNotFound:
            return 404;
        case ErrorCode::kAlreadyExists:
        case ErrorCode::kConflict:
            return 409;
        case ErrorCode::kUnsupported:
            return 422;
        case ErrorCode::kExhausted:
            return 413;
        case ErrorCode::kNoSpace:
            return 507;
        case ErrorCode::kUnavailable:
        case ErrorCode::kCancelled:
            return 503;
        case ErrorCode::kDeadlineExceeded:
            return 504;
        case ErrorCode::kCorruption:
        case ErrorCode::kIo:
        case ErrorCode::kInternal:
            return 500;
    }
    return 500;
}

}  // namespace
}  // namespace sokkuri::http
