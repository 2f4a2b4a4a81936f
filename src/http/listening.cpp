#include "http/listening.h"

#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <utility>

namespace sokkuri::http {
namespace {

constexpr mode_t kUnixSocketMode = 0600;
// A free port of one family may be taken in the other; then another one is tried.
constexpr int kPortAttempts = 16;

Result<Bound> bind_unix(const std::string& path);
Result<Bound> bind_localhost(std::uint16_t port);
Result<Bound> bind_numeric(const Address& address);
Result<ListeningSocket> listen_at(const sockaddr* address, socklen_t size,
                                  const std::string& shown);
Result<ListeningSocket> listen_v4(in_addr host, std::uint16_t port);
Result<ListeningSocket> listen_v6(const in6_addr& host, std::uint16_t port);
Result<std::uint16_t> port_of(const ListeningSocket& socket);
Result<void> remove_stale(const sockaddr_un& address, const std::string& path);
tl::unexpected<Error> system_error(const std::string& what, int number);

}  // namespace

ListeningSocket::ListeningSocket(ListeningSocket&& other) noexcept
    : descriptor_(other.release()), family_(other.family_) {}

ListeningSocket::~ListeningSocket() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

int ListeningSocket::release() {
    return std::exchange(descriptor_, -1);
}

SocketName::SocketName(std::string path) : path_(std::move(path)) {
    struct stat status = {};
    if (::lstat(path_.c_str(), &status) != 0) return;
    device_ = status.st_dev;
    inode_ = status.st_ino;
}

SocketName::SocketName(SocketName&& other) noexcept
    : path_(std::exchange(other.path_, "")), device_(other.device_), inode_(other.inode_) {}

SocketName& SocketName::operator=(SocketName&& other) noexcept {
    std::swap(path_, other.path_);
    std::swap(device_, other.device_);
    std::swap(inode_, other.inode_);
    return *this;
}

SocketName::~SocketName() {
    struct stat status = {};
    if (path_.empty() || ::lstat(path_.c_str(), &status) != 0) return;
    if (status.st_dev == device_ && status.st_ino == inode_) ::unlink(path_.c_str());
}

Result<Bound> bind_address(const Address& address) {
    if (!address.unix_path.empty()) return bind_unix(address.unix_path);
    if (address.host == "localhost") return bind_localhost(address.port);
    return bind_numeric(address);
}

namespace {

Result<Bound> bind_unix(const std::string& path) {
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) {
        return fail(ErrorCode::kInvalidArgument,
                    "unix:{}: the path of a Unix socket has at most {} bytes, not {}", path,
                    sizeof address.sun_path - 1, path.size());
    }
    std::memcpy(address.sun_path, path.data(), path.size());
    TRY(remove_stale(address, path));
    Bound bound;
    bound.shown = "unix:" + path;
    ListeningSocket socket =
        TRY(listen_at(reinterpret_cast<const sockaddr*>(&address), sizeof address, bound.shown));
    bound.sockets.push_back(std::move(socket));
    bound.name = SocketName(path);
    return bound;
}

Result<Bound> bind_localhost(std::uint16_t port) {
    const in_addr v4 = {htonl(INADDR_LOOPBACK)};
    for (int attempt = 1;; ++attempt) {
        Bound bound;
        ListeningSocket first = TRY(listen_v4(v4, port));
        const std::uint16_t bound_port = TRY(port_of(first));
        bound.shown = fmt::format("http://localhost:{}", bound_port);
        bound.sockets.push_back(std::move(first));
        auto second = listen_v6(in6addr_loopback, bound_port);
        if (second) bound.sockets.push_back(*std::move(second));
        const bool is_taken = !second && second.error().code() == ErrorCode::kConflict;
        if (!is_taken) return bound;  // a machine without IPv6 has one family only
        if (port != 0 || attempt == kPortAttempts) return tl::unexpected(second.error());
    }
}

Result<Bound> bind_numeric(const Address& address) {
    in_addr v4 = {};
    in6_addr v6 = {};
    const bool is_v4 = ::inet_pton(AF_INET, address.host.c_str(), &v4) == 1;
    const bool is_v6 = !is_v4 && ::inet_pton(AF_INET6, address.host.c_str(), &v6) == 1;
    if (!is_v4 && !is_v6) {
        return fail(ErrorCode::kInvalidArgument,
                    "\"{}\" is no address to listen at: a numeric one or localhost", address.host);
    }
    Bound bound;
    ListeningSocket socket = TRY(is_v4 ? listen_v4(v4, address.port) : listen_v6(v6, address.port));
    const std::uint16_t port = TRY(port_of(socket));
    bound.shown = is_v4 ? fmt::format("http://{}:{}", address.host, port)
                        : fmt::format("http://[{}]:{}", address.host, port);
    bound.sockets.push_back(std::move(socket));
    return bound;
}

Result<ListeningSocket> listen_at(const sockaddr* address, socklen_t size,
                                  const std::string& shown) {
    const int family = address->sa_family;
    const int descriptor = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return system_error(shown, errno);
    ListeningSocket socket(descriptor, family);
    const int on = 1;
    if (family == AF_UNIX) {
        // Linux gives the name the mode of the socket: there is no moment in which others may
        // connect.
        if (::fchmod(descriptor, kUnixSocketMode) != 0) return system_error(shown, errno);
    } else {
        ::setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    }
    if (family == AF_INET6) ::setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    if (::bind(descriptor, address, size) != 0) return system_error(shown, errno);
    if (::listen(descriptor, SOMAXCONN) != 0) return system_error(shown, errno);
    return socket;
}

Result<ListeningSocket> listen_v4(in_addr host, std::uint16_t port) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr = host;
    char text[INET_ADDRSTRLEN] = {};
    ::inet_ntop(AF_INET, &host, text, sizeof text);
    return listen_at(reinterpret_cast<const sockaddr*>(&address), sizeof address,
                     fmt::format("{}:{}", text, port));
}

Result<ListeningSocket> listen_v6(const in6_addr& host, std::uint16_t port) {
    sockaddr_in6 address = {};
    address.sin6_family = AF_INET6;
    address.sin6_port = htons(port);
    address.sin6_addr = host;
    char text[INET6_ADDRSTRLEN] = {};
    ::inet_ntop(AF_INET6, &host, text, sizeof text);
    return listen_at(reinterpret_cast<const sockaddr*>(&address), sizeof address,
                     fmt::format("[{}]:{}", text, port));
}

Result<std::uint16_t> port_of(const ListeningSocket& socket) {
    sockaddr_storage address = {};
    socklen_t size = sizeof address;
    if (::getsockname(socket.descriptor(), reinterpret_cast<sockaddr*>(&address), &size) != 0) {
        return system_error("getsockname", errno);
    }
    // The port lies at the same place for both families.
    return ntohs(reinterpret_cast<const sockaddr_in*>(&address)->sin_port);
}

/// Removes a socket that nobody answers at; kConflict if somebody does, or if it is no socket.
Result<void> remove_stale(const sockaddr_un& address, const std::string& path) {
    struct stat status = {};
    if (::lstat(path.c_str(), &status) != 0) return {};
    if (!S_ISSOCK(status.st_mode)) {
        return fail(ErrorCode::kConflict, "unix:{}: there is a file, which is no socket", path);
    }
    const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor < 0) return system_error("unix:" + path, errno);
    const ListeningSocket socket(descriptor, AF_UNIX);
    const bool is_dead =
        ::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 &&
        errno == ECONNREFUSED;
    if (!is_dead) {
        return fail(ErrorCode::kConflict, "unix:{}: another process listens there", path);
    }
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) return system_error("unix:" + path, errno);
    return {};
}

tl::unexpected<Error> system_error(const std::string& what, int number) {
    if (number == EADDRINUSE) {
        return fail(ErrorCode::kConflict, "{}: another process listens there", what);
    }
    if (number == EADDRNOTAVAIL || number == EAFNOSUPPORT) {
        return fail(ErrorCode::kInvalidArgument, "{}: this machine has no such address", what);
    }
    return fail(ErrorCode::kIo, "listen at {}: {}", what, std::strerror(number));
}

}  // namespace
}  // namespace sokkuri::http
