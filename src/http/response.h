// Response: what a handler answers: a status, headers and a body that is bytes, a file that is read
// while it is sent, bytes that are made while they are sent, or a stream of events. A value; move
// it. The server adds Content-Length, Date and the headers that every answer carries.
#pragma once

#include "base/error.h"
#include "base/file_system.h"
#include "base/result.h"
#include "http/request.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace sokkuri::http {

/// Bytes shared with a cache.
using SharedBytes = std::shared_ptr<const std::vector<std::byte>>;

/// Bytes that live as long as the program.
struct StaticBytes {
    std::span<const std::byte> bytes;
};

struct FileBody {
    std::unique_ptr<File> file;
    std::uint64_t size_bytes = 0;
};

/// Server-sent events. The server asks for the next one a few times a second from one thread at a
/// time; must answer at once. The stream ends when `is_finished` after `next` was empty.
class EventStream {
 public:
    struct Event {
        std::string name;  // "progress", …
        std::string data;  // one line, JSON
    };

    virtual ~EventStream() = default;
    virtual std::optional<Event> next() = 0;
    virtual bool is_finished() const = 0;
};

/// Bytes that are made while they are sent. Called on the pool, one call at a time, and destroyed
/// there. An error cuts the connection, so that nobody takes half of it for all.
class ByteStream {
 public:
    virtual ~ByteStream() = default;
    /// Of all of it, where that is known; else it goes in chunks.
    virtual std::optional<std::uint64_t> size_bytes() const = 0;
    /// A piece that fits well into memory, also an empty one; empty behind the last.
    virtual Result<std::optional<std::string>> next() = 0;
    /// Nobody shall wait any longer for a client to take it. Asked a few times a second by the
    /// network thread, also while `next` runs; must answer at once.
    virtual bool is_over() const = 0;
};

using Body = std::variant<std::string, SharedBytes, StaticBytes, FileBody,
                          std::unique_ptr<ByteStream>, std::unique_ptr<EventStream>>;

struct Response {
    unsigned status = 200;
    std::string content_type;  // empty: no body
    Pairs headers;
    Body body;
};

Response json_response(std::string json, unsigned status = 200);
Response empty_response(unsigned status = 204);

/// RFC 9457 problem+json: {"type", "title", "status", "code" (name_of(ErrorCode) with underscores),
/// "detail"}. Status by code: invalid argument 400, not found 404, already exists and conflict 409,
/// unsupported 415 where a picture was sent and else 422, exhausted 413, unavailable and canceled
/// 503 (with Retry-After), deadline 504, no space 507, the rest 500.
Response problem(const Error& error);
/// Likewise with a status of its own (405, 408, 411, 421, 429, 431, …).
Response problem(unsigned status, std::string_view code, std::string_view detail);

}  // namespace sokkuri::http
