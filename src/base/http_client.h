// HttpClient: asks HTTP servers, by URL or through a Unix socket, within named bounds. Used by cli
// (to go through the server that holds a folder). libcurl does the work in a module of ours
// (curl_module.cpp), opened with the first client, so that a program that asks nobody never maps
// it. A client keeps its connections for the next request and belongs to one thread at a time.
// Deliberately without redirects, proxies and cookies: an answer is what the server itself said.
#pragma once

#include "base/event_parser.h"
#include "base/result.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sokkuri {

struct HttpLimits {
    std::uint32_t connect_time_max_ms = 5'000;
    std::uint32_t idle_time_max_ms = 30'000;  // without a byte either way
    std::uint32_t total_time_max_ms =
        60'000;  // of a request with its answer; 0: no end, for streams
    std::uint32_t header_bytes_max = 64U << 10;
    std::uint64_t answer_bytes_max = 64ULL << 20;  // of a body; in a stream: of one event
};

enum class HttpMethod { kGet, kPost, kPut, kPatch, kDelete };

/// Names and values, in order.
using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

struct HttpRequest {
    HttpMethod method = HttpMethod::kGet;
    std::string url;          // "http://localhost/v1/jobs"; https checks the server's certificate
    std::string unix_socket;  // not empty: connects to that path; the URL's host is only a name
    HttpHeaders headers = {};
    std::string body = {};
    HttpLimits limits = {};
};

struct HttpAnswer {
    unsigned status = 0;
    HttpHeaders headers;  // names in lower case
    std::string body;

    /// The first of that name, given in lower case.
    std::optional<std::string_view> header(std::string_view name) const;
};

/// Called in the thread that follows; must not throw.
using EventSink = std::function<void(const ServerEvent&)>;

/// Called in the thread that asks, with a body's next bytes; an error ends the request.
using BodySink = std::function<Result<void>(std::string_view bytes)>;

class HttpClient {
 public:
    /// kUnavailable when libcurl cannot be opened.
    static Result<std::unique_ptr<HttpClient>> open();
    virtual ~HttpClient() = default;

    /// Any status is an answer. kInvalidArgument for a request that cannot be sent; kUnavailable
    /// when nobody answers or the connection is cut; kDeadlineExceeded and kExhausted name the
    /// limit; kCancelled as soon as `stop` asks for it.
    virtual Result<HttpAnswer> send(const HttpRequest& request, std::stop_token stop) = 0;
    /// Gives the body of a 200 to `sink` as it comes, however long it is, and returns without one
    /// at its end. Any other answer is returned as by `send`, and so are errors; those of `sink` as
    /// they are.
    virtual Result<HttpAnswer> receive(const HttpRequest& request, const BodySink& sink,
                                       std::stop_token stop) = 0;
    /// Gives the events of a 200 text/event-stream to `sink` as they come, and returns without a
    /// body at its end. Any other answer is returned as by `send`, and so are errors.
    virtual Result<HttpAnswer> follow(const HttpRequest& request, const EventSink& sink,
                                      std::stop_token stop) = 0;
};

/// What the module exports, as `kHttpClientSymbol`.
using OpenHttpClient = void (*)(Result<std::unique_ptr<HttpClient>>& client);
inline constexpr const char* kHttpClientSymbol = "sokkuri_open_http_client";

}  // namespace sokkuri
