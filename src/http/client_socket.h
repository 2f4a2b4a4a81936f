// ClientSocket: a client's end of a connection, TCP or Unix, with one deadline. Whoever waits on it
// waits until the deadline at most: the server's tick looks at all deadlines a few times a second
// (cheaper than a timer for every read). Belongs to the network thread. Brings Boost.Asio.
#pragma once

#include "http/traffic.h"

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/generic/stream_protocol.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <utility>

namespace sokkuri::http {

class ClientSocket {
 public:
    using Socket =
        boost::asio::basic_stream_socket<boost::asio::generic::stream_protocol, Executor>;
    using Clock = std::chrono::steady_clock;

    explicit ClientSocket(Socket socket) : socket_(std::move(socket)) {}

    void set_time_left(std::chrono::milliseconds time);
    void clear_deadline() { deadline_ = Clock::time_point::max(); }
    /// Asked at each tick: once true, the deadline has passed. Null: nobody is asked.
    void set_end(std::function<bool()> is_over) { is_over_ = std::move(is_over); }
    /// Ends what waits on the socket if the deadline has passed.
    void check_deadline(Clock::time_point now);
    /// Ends what waits on the socket now; nothing that has come is lost.
    void stop_waiting();
    /// Since the last set_time_left.
    bool is_too_late() const { return is_too_late_; }

    /// At least one byte; 0 when the client ended its side, went away, or is too late.
    Task<std::size_t> read_some(std::span<char> bytes);
    /// All of both, one after the other; `idle_time` without a byte taken is too late. False when
    /// they could not all be written.
    Task<bool> write(std::string_view first, std::string_view second,
                     std::chrono::milliseconds idle_time);
    /// Whether the client has closed its side; looks without waiting.
    bool is_gone();
    /// Whether bytes have come that were not read; looks without waiting.
    bool has_unread();
    /// Says that nothing more will come, reads a little of what the client still sends, so that it
    /// sees the answer rather than a reset, then closes.
    Task<void> close_gently();
    void close();
    /// Closes; what a client that was too slow has not taken yet is thrown away at once rather than
    /// kept in the kernel for minutes.
    void give_up();
    bool is_open() const { return socket_.is_open(); }

    std::uint64_t written_bytes() const { return written_bytes_; }

 private:
    /// What recv says of one byte that stays where it is: 1, 0 at the end, -1.
    int peek();

    Socket socket_;
    Clock::time_point deadline_ = Clock::time_point::max();
    std::function<bool()> is_over_;
    bool is_too_late_ = false;
    std::uint64_t written_bytes_ = 0;
};

}  // namespace sokkuri::http
