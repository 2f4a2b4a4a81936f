#include "http/testing/raw_client.h"

#include "http/header_text.h"

#include <fmt/format.h>

#include <arpa/inet.h>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace sokkuri::http {
namespace {

constexpr int kPatienceMs = 20'000;

int connect_unix(const std::string& path);
int connect_tcp(const std::string& host_and_port);

}  // namespace

std::string RawAnswer::header(std::string_view name) const {
    for (const auto& [key, value] : headers) {
        if (key == name) return value;
    }
    return "";
}

RawClient::RawClient(const std::string& address) {
    descriptor_ = address.starts_with("unix:") ? connect_unix(address.substr(5))
                                               : connect_tcp(address.substr(7));
}

RawClient::~RawClient() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

bool RawClient::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto size = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (size <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(size));
    }
    return true;
}

void RawClient::end() {
    ::shutdown(descriptor_, SHUT_WR);
}

void RawClient::reset() {
    const linger at_once = {1, 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    ::close(std::exchange(descriptor_, -1));
}

RawAnswer RawClient::receive(std::string_view method) {
    RawAnswer answer;
    std::string head;
    do {
        head = receive_until("\r\n\r\n");
        if (!head.ends_with("\r\n\r\n")) return {};
    } while (head.starts_with("HTTP/1.1 100"));
    std::from_chars(head.data() + 9, head.data() + 12, answer.status);
    for (std::size_t at = head.find("\r\n") + 2; at + 2 < head.size();) {
        const auto end = head.find("\r\n", at);
        const std::string_view line = std::string_view(head).substr(at, end - at);
        const auto colon = line.find(':');
        answer.headers.emplace_back(lower_case(line.substr(0, colon)),
                                    std::string(trimmed(line.substr(colon + 1))));
        at = end + 2;
    }
    const bool has_no_body = method == "HEAD" || answer.status == 204 || answer.status == 304;
    if (answer.header("transfer-encoding") == "chunked" && !has_no_body) {
        receive_chunks(answer);
        return answer;
    }
    const std::string length = answer.header("content-length");
    const std::size_t size =
        length.empty() ? ~std::size_t{0} : std::strtoull(length.c_str(), nullptr, 10);
    while (!has_no_body && buffer_.size() < size && fill()) {
    }
    if (has_no_body) return answer;
    answer.is_cut = !length.empty() && buffer_.size() < size;
    answer.body = buffer_.substr(0, size);
    buffer_.erase(0, answer.body.size());
    return answer;
}

void RawClient::receive_chunks(RawAnswer& answer) {
    for (;;) {
        const std::string head = receive_until("\r\n");
        const std::size_t size = std::strtoull(head.c_str(), nullptr, 16);
        while (buffer_.size() < size + 2 && fill()) {
        }
        const bool is_there = head.ends_with("\r\n") && buffer_.size() >= size + 2 &&
                              std::string_view(buffer_).substr(size, 2) == "\r\n";
        answer.is_cut = !is_there;
        if (!is_there) return;
        answer.body += buffer_.substr(0, size);
        buffer_.erase(0, size + 2);
        if (size == 0) return;
    }
}

std::string RawClient::receive_until(std::string_view text) {
    std::size_t at = std::string::npos;
    while ((at = buffer_.find(text)) == std::string::npos && fill()) {
    }
    const std::string taken = buffer_.substr(0, at == std::string::npos ? at : at + text.size());
    buffer_.erase(0, taken.size());
    return taken;
}

bool RawClient::is_closed_by_server() {
    return buffer_.empty() && !fill();
}

RawAnswer RawClient::ask(std::string_view method, std::string_view target, std::string_view body,
                         std::string_view more_headers) {
    std::string request =
        fmt::format("{} {} HTTP/1.1\r\nHost: localhost\r\n{}", method, target, more_headers);
    if (!body.empty()) request += fmt::format("Content-Length: {}\r\n", body.size());
    request += "\r\n";
    request += body;
    send(request);
    return receive(method);
}

/// More of what the server says. False at the end, and when it says nothing for too long.
bool RawClient::fill() {
    pollfd waiting = {descriptor_, POLLIN, 0};
    if (::poll(&waiting, 1, kPatienceMs) <= 0) return false;
    char bytes[65'536];
    const auto size = ::recv(descriptor_, bytes, sizeof bytes, 0);
    if (size <= 0) return false;
    buffer_.append(bytes, static_cast<std::size_t>(size));
    return true;
}

namespace {

int connect_unix(const std::string& path) {
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), std::min(path.size(), sizeof address.sun_path - 1));
    const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
        return descriptor;
    }
    ::close(descriptor);
    return -1;
}

/// "127.0.0.1:1234", "localhost:1234" or "[::1]:1234".
int connect_tcp(const std::string& host_and_port) {
    const auto colon = host_and_port.rfind(':');
    const auto port = htons(static_cast<std::uint16_t>(std::atoi(&host_and_port[colon + 1])));
    sockaddr_in v4 = {};
    v4.sin_family = AF_INET;
    v4.sin_port = port;
    v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    sockaddr_in6 v6 = {};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = port;
    v6.sin6_addr = in6addr_loopback;
    const bool is_v6 = host_and_port.starts_with('[');
    const auto* const address =
        is_v6 ? reinterpret_cast<const sockaddr*>(&v6) : reinterpret_cast<const sockaddr*>(&v4);
    const int descriptor = ::socket(is_v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (::connect(descriptor, address, is_v6 ? sizeof v6 : sizeof v4) == 0) return descriptor;
    ::close(descriptor);
    return -1;
}

}  // namespace
}  // namespace sokkuri::http
