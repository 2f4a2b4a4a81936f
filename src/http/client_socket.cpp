#include "http/client_socket.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <sys/socket.h>

namespace sokkuri::http {
namespace {

namespace net = boost::asio;

constexpr auto kAwait = net::as_tuple(net::use_awaitable_t<Executor>());
constexpr std::chrono::milliseconds kLingerTime(1'000);
constexpr std::size_t kLingerBytesMax = 1U << 20;

}  // namespace

void ClientSocket::set_time_left(std::chrono::milliseconds time) {
    deadline_ = Clock::now() + time;
    is_too_late_ = false;
}

void ClientSocket::check_deadline(Clock::time_point now) {
    const bool is_over = is_over_ && is_over_();
    if (now < deadline_ && !is_over) return;
    is_too_late_ = true;
    // Called again at the next tick if what waited went on with a new step in between.
    stop_waiting();
}

void ClientSocket::stop_waiting() {
    boost::system::error_code ignored;
    socket_.cancel(ignored);
}

Task<std::size_t> ClientSocket::read_some(std::span<char> bytes) {
    if (is_too_late_) co_return 0;
    const auto buffer = net::buffer(bytes.data(), bytes.size());
    const auto [error, size] = co_await socket_.async_read_some(buffer, kAwait);
    co_return error ? 0 : size;
}

Task<bool> ClientSocket::write(std::string_view first, std::string_view second,
                               std::chrono::milliseconds idle_time) {
    while (!first.empty() || !second.empty()) {
        set_time_left(idle_time);
        const std::array<net::const_buffer, 2> buffers = {net::buffer(first), net::buffer(second)};
        const auto [error, size] = co_await socket_.async_write_some(buffers, kAwait);
        if (error) co_return false;
        written_bytes_ += size;
        const std::size_t of_first = std::min(size, first.size());
        first.remove_prefix(of_first);
        second.remove_prefix(size - of_first);
    }
    clear_deadline();
    co_return true;
}

bool ClientSocket::is_gone() {
    const int peeked = peek();
    return peeked == 0 || (peeked < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

bool ClientSocket::has_unread() {
    return peek() > 0;
}

int ClientSocket::peek() {
    if (!socket_.is_open()) return 0;
    char byte = 0;
    return static_cast<int>(::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT));
}

Task<void> ClientSocket::close_gently() {
    boost::system::error_code error;
    socket_.shutdown(Socket::shutdown_send, error);
    std::array<char, 4096> rest;
    std::size_t rest_bytes = 0;
    set_time_left(kLingerTime);
    while (!error && rest_bytes < kLingerBytesMax) {
        const std::size_t size = co_await read_some(rest);
        if (size == 0) break;
        rest_bytes += size;
    }
    close();
}

void ClientSocket::close() {
    boost::system::error_code ignored;
    socket_.close(ignored);
}

void ClientSocket::give_up() {
    boost::system::error_code ignored;
    if (is_too_late_) socket_.set_option(boost::asio::socket_base::linger(true, 0), ignored);
    close();
}

}  // namespace sokkuri::http
