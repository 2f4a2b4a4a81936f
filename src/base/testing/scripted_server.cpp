#include "base/testing/scripted_server.h"

#include "base/check.h"

#include <array>
#include <charconv>
#include <cstring>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <utility>

namespace sokkuri {
namespace {

constexpr int kWaitingMax = 16;

int listen_on_loopback();
int listen_at(const std::string& path);
std::size_t stated_body_bytes(std::string_view head);

}  // namespace

std::optional<std::string> Conversation::request() {
    constexpr std::string_view kEndOfHead = "\r\n\r\n";
    std::size_t end = std::string::npos;
    while ((end = bytes_.find(kEndOfHead)) == std::string::npos) {
        if (!read_more()) return std::nullopt;
    }
    const std::size_t size = end + kEndOfHead.size() + stated_body_bytes(bytes_.substr(0, end));
    while (bytes_.size() < size) {
        if (!read_more()) return std::nullopt;
    }
    std::string rest = bytes_.substr(size);
    bytes_.resize(size);
    return std::exchange(bytes_, std::move(rest));
}

void Conversation::say(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t sent = send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

void Conversation::wait_for_end() {
    while (read_more()) {
    }
}

bool Conversation::read_more() {
    std::array<char, 4'096> buffer;
    const ssize_t count = recv(socket_, buffer.data(), buffer.size(), 0);
    if (count <= 0) return false;
    bytes_.append(buffer.data(), static_cast<std::size_t>(count));
    return true;
}

ScriptedServer::ScriptedServer(Script script, const std::string& unix_path)
    : script_(std::move(script)),
      listener_(unix_path.empty() ? listen_on_loopback() : listen_at(unix_path)),
      thread_([this] { serve(); }) {}

ScriptedServer::~ScriptedServer() {
    is_ending_ = true;
    shutdown(listener_, SHUT_RDWR);
    shutdown(current_, SHUT_RDWR);
    thread_.join();
    close(listener_);
}

std::string ScriptedServer::url() const {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    CHECK(getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    return "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
}

void ScriptedServer::serve() {
    for (;;) {
        const int socket = accept(listener_, nullptr, nullptr);
        if (socket < 0) return;
        current_ = socket;
        ++connections_;
        if (!is_ending_) {
            Conversation conversation(socket);
            script_(conversation);
        }
        current_ = -1;
        close(socket);
    }
}

namespace {

int listen_on_loopback() {
    const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    CHECK(bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    CHECK(listen(listener, kWaitingMax) == 0);
    return listener;
}

int listen_at(const std::string& path) {
    const int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    CHECK(path.size() < sizeof address.sun_path);
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    CHECK(bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    CHECK(listen(listener, kWaitingMax) == 0);
    return listener;
}

std::size_t stated_body_bytes(std::string_view head) {
    constexpr std::string_view kName = "Content-Length: ";
    const std::size_t at = head.find(kName);
    std::size_t bytes = 0;
    if (at == std::string_view::npos) return bytes;
    const char* start = head.data() + at + kName.size();
    std::from_chars(start, head.data() + head.size(), bytes);
    return bytes;
}

}  // namespace
}  // namespace sokkuri
