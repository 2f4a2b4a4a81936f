// RequestParser: bytes of a connection in, one request out. Boost.Beast does the parsing and stays
// in request_parser.cpp. Knows no sockets and no routes; hostile bytes expected. Belongs to one
// thread; one for each request.
#pragma once

#include "http/refusal.h"
#include "http/request_head.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace sokkuri::http {

class RequestParser {
 public:
    /// Of request line and headers together.
    explicit RequestParser(std::size_t header_bytes_max);
    ~RequestParser();
    RequestParser(const RequestParser&) = delete;
    RequestParser& operator=(const RequestParser&) = delete;

    enum class State {
        kHead,     // more bytes are needed
        kBody,     // the head is known; the body is awaited
        kDone,     // the request is whole
        kRefused,  // `refusal` says why; nothing after it can be understood
    };

    /// Takes what it can use of `bytes` and says how many that were. The others must come again,
    /// with more behind them. Stops after the head: bytes of a body are taken by the next call.
    std::size_t put(std::string_view bytes);

    State state() const;
    /// From kBody on.
    const RequestHead& head() const;
    const Refusal& refusal() const;
    /// A body that grows beyond this is refused with 413; call it in kBody. `limit` is its name.
    void set_body_bytes_max(std::uint64_t bytes_max, std::string_view limit);
    std::uint64_t body_size_bytes() const;
    std::string take_body();

 private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace sokkuri::http
