// SocketPlace: where the Unix socket of a server lies. Not in the served folder: a socket's path
// has at most 107 bytes on Linux, and many file systems hold no sockets. A folder made for it goes
// away with this.
#pragma once

#include "base/result.h"

#include <string>

namespace sokkuri::cli {

class SocketPlace {
 public:
    /// `wanted` if it is not empty, else `sokkuri-PID.sock` in XDG_RUNTIME_DIR if that is a folder
    /// of ours alone, else a folder of its own (mode 0700) under TMPDIR. kInvalidArgument when
    /// `wanted` is too long.
    static Result<SocketPlace> choose(const std::string& wanted);
    ~SocketPlace();
    SocketPlace(SocketPlace&& other) noexcept;
    SocketPlace& operator=(SocketPlace&&) = delete;

    const std::string& path() const { return path_; }  // absolute

 private:
    SocketPlace(std::string path, std::string own_folder)
        : path_(std::move(path)), own_folder_(std::move(own_folder)) {}

    std::string path_;
    std::string own_folder_;  // empty: none was made
};

}  // namespace sokkuri::cli
