// Sockets that listen: binds an Address. A Unix socket that was left behind by a process that is
// gone is replaced; one that somebody answers at is not. Plain POSIX, so that a socket has its mode
// before it has its name. Values; move them.
#pragma once

#include "base/result.h"
#include "http/server.h"

#include <cstdint>
#include <string>
#include <vector>

namespace sokkuri::http {

class ListeningSocket {
 public:
    ListeningSocket(int descriptor, int family) : descriptor_(descriptor), family_(family) {}
    ListeningSocket(ListeningSocket&& other) noexcept;
    ListeningSocket& operator=(ListeningSocket&&) = delete;
    /// Closes it unless released.
    ~ListeningSocket();

    int family() const { return family_; }  // AF_INET, AF_INET6, AF_UNIX
    int descriptor() const { return descriptor_; }
    int release();

 private:
    int descriptor_;
    int family_;
};

/// The name of a Unix socket in the file system; removed when this goes, if it is still ours.
class SocketName {
 public:
    SocketName() = default;
    explicit SocketName(std::string path);
    SocketName(SocketName&& other) noexcept;
    SocketName& operator=(SocketName&& other) noexcept;
    ~SocketName();

 private:
    std::string path_;
    std::uint64_t device_ = 0;
    std::uint64_t inode_ = 0;
};

struct Bound {
    std::vector<ListeningSocket> sockets;  // two for "localhost" where the machine has IPv6
    SocketName name;                       // of a Unix socket
    std::string shown;                     // "http://127.0.0.1:7171", "unix:/…"
};

/// kConflict when somebody listens there; kInvalidArgument for what is no address.
Result<Bound> bind_address(const Address& address);

}  // namespace sokkuri::http
