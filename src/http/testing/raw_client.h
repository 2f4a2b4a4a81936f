// RawClient: a socket to a server under test, to which a test may write anything, also nonsense and
// half of something. For tests alone. Every wait ends after a few seconds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sokkuri::http {

/// An answer as it came.
struct RawAnswer {
    unsigned status = 0;                                       // 0: none came
    std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
    std::string body;                                          // also one that came in chunks
    bool is_cut = false;  // the connection ended before all of it had come

    /// The first one; empty when there is none.
    std::string header(std::string_view name) const;
};

class RawClient {
 public:
    /// `address` as Server::addresses says it: "http://127.0.0.1:1234", "unix:/…".
    explicit RawClient(const std::string& address);
    ~RawClient();
    RawClient(RawClient&& other) noexcept
        : descriptor_(std::exchange(other.descriptor_, -1)), buffer_(std::move(other.buffer_)) {}
    RawClient& operator=(RawClient&& other) noexcept {
        std::swap(descriptor_, other.descriptor_);
        std::swap(buffer_, other.buffer_);
        return *this;
    }

    bool is_connected() const { return descriptor_ >= 0; }
    /// False when the server no longer takes it.
    bool send(std::string_view bytes);
    /// Ends the own side; the server may still answer.
    void end();
    /// Closes so that the server sees a reset rather than an end.
    void reset();

    /// The next answer; `method` HEAD has no body. Status 0 when the connection ended before.
    RawAnswer receive(std::string_view method = "GET");
    /// Waits until something has come, for `receive` to take; false when the connection ends first.
    bool has_come() { return !buffer_.empty() || fill(); }
    /// Bytes until `text` has come, or the end.
    std::string receive_until(std::string_view text);
    /// True when the server closes, and sends nothing before.
    bool is_closed_by_server();

    /// Request and answer; Host and Content-Length are added.
    RawAnswer ask(std::string_view method, std::string_view target, std::string_view body = "",
                  std::string_view more_headers = "");

    int descriptor() const { return descriptor_; }

 private:
    bool fill();
    void receive_chunks(RawAnswer& answer);

    int descriptor_ = -1;
    std::string buffer_;
};

}  // namespace sokkuri::http
