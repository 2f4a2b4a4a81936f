#include "http/response_head.h"

#include "http/header_text.h"

#include <fmt/chrono.h>

#include <algorithm>
#include <iterator>

namespace sokkuri::http {
namespace {

void append_header(std::string& head, std::string_view name, std::string_view value);
bool says(const Response& response, std::string_view name);

}  // namespace

std::string response_head(const Response& response, const HeadOptions& options) {
    std::string head;
    head.reserve(512);
    fmt::format_to(std::back_inserter(head), "HTTP/1.1 {} {}\r\n", response.status,
                   reason_of(response.status));
    append_header(head, "Server", "sokkuri");
    fmt::format_to(std::back_inserter(head), "Date: {:%a, %d %b %Y %H:%M:%S GMT}\r\n",
                   fmt::gmtime(options.now));
    if (!response.content_type.empty()) {
        append_header(head, "Content-Type", response.content_type);
    }
    for (const auto& [name, value] : response.headers) {
        append_header(head, name, value);
    }
    append_header(head, "X-Content-Type-Options", "nosniff");
    append_header(head, "Referrer-Policy", "no-referrer");
    if (!says(response, "Cross-Origin-Resource-Policy")) {
        append_header(head, "Cross-Origin-Resource-Policy", "same-origin");
    }
    if (!options.origin.empty()) {
        append_header(head, "Access-Control-Allow-Origin", options.origin);
        append_header(head, "Vary", "Origin");
    }
    if (options.body_bytes && has_body(response.status)) {
        fmt::format_to(std::back_inserter(head), "Content-Length: {}\r\n", *options.body_bytes);
    }
    if (options.is_chunked) append_header(head, "Transfer-Encoding", "chunked");
    if (options.closes) append_header(head, "Connection", "close");
    if (!options.closes && options.is_http_1_0) append_header(head, "Connection", "keep-alive");
    head += "\r\n";
    return head;
}

std::string_view reason_of(unsigned status) {
    struct Reason {
        unsigned status;
        std::string_view text;
    };
    static constexpr Reason kReasons[] = {
        {200, "OK"},
        {201, "Created"},
        {202, "Accepted"},
        {204, "No Content"},
        {206, "Partial Content"},
        {301, "Moved Permanently"},
        {302, "Found"},
        {303, "See Other"},
        {304, "Not Modified"},
        {307, "Temporary Redirect"},
        {308, "Permanent Redirect"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {406, "Not Acceptable"},
        {408, "Request Timeout"},
        {409, "Conflict"},
        {410, "Gone"},
        {411, "Length Required"},
        {412, "Precondition Failed"},
        {413, "Content Too Large"},
        {414, "URI Too Long"},
        {415, "Unsupported Media Type"},
        {417, "Expectation Failed"},
        {421, "Misdirected Request"},
        {422, "Unprocessable Content"},
        {429, "Too Many Requests"},
        {431, "Request Header Fields Too Large"},
        {500, "Internal Server Error"},
        {501, "Not Implemented"},
        {502, "Bad Gateway"},
        {503, "Service Unavailable"},
        {504, "Gateway Timeout"},
        {505, "HTTP Version Not Supported"},
        {507, "Insufficient Storage"},
    };
    const auto at = std::ranges::find(kReasons, status, &Reason::status);
    return at == std::end(kReasons) ? "Unknown" : at->text;
}

bool has_body(unsigned status) {
    return status >= 200 && status != 204 && status != 304;
}

namespace {

void append_header(std::string& head, std::string_view name, std::string_view value) {
    head += name;
    head += ": ";
    for (const char c : value) {
        const bool is_control = static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
        head += is_control ? ' ' : c;
    }
    head += "\r\n";
}

bool says(const Response& response, std::string_view name) {
    return std::ranges::any_of(response.headers, [&](const auto& header) {
        return equals_ignoring_case(header.first, name);
    });
}

}  // namespace
}  // namespace sokkuri::http
