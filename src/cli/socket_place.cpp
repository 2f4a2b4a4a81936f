#include "cli/socket_place.h"

#include "base/file_system.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <utility>

namespace sokkuri::cli {
namespace {

constexpr std::size_t kPathBytesMax = sizeof(sockaddr_un::sun_path) - 1;  // 107

Result<std::string> absolute(const std::string& path);
/// Empty when XDG_RUNTIME_DIR is none that we may rely on.
std::optional<std::string> runtime_folder();

}  // namespace

Result<SocketPlace> SocketPlace::choose(const std::string& wanted) {
    if (!wanted.empty()) {
        std::string path = TRY(absolute(wanted));
        if (path.size() <= kPathBytesMax) return SocketPlace(std::move(path), "");
        return fail(ErrorCode::kInvalidArgument, "{}: the path of a socket has at most {} bytes",
                    path, kPathBytesMax);
    }
    if (const auto folder = runtime_folder()) {
        std::string path = join_path(*folder, fmt::format("sokkuri-{}.sock", getpid()));
        if (path.size() <= kPathBytesMax) return SocketPlace(std::move(path), "");
    }
    const char* temporary = std::getenv("TMPDIR");
    const bool is_usable = temporary != nullptr && temporary[0] == '/' &&
                           std::strlen(temporary) + sizeof "/sokkuri-XXXXXX/socket" < kPathBytesMax;
    std::string folder = join_path(is_usable ? temporary : P_tmpdir, "sokkuri-XXXXXX");
    if (mkdtemp(folder.data()) == nullptr) {
        return fail(ErrorCode::kIo, "{}: no folder for a socket: {}", folder, std::strerror(errno));
    }
    return SocketPlace(join_path(folder, "socket"), folder);
}

SocketPlace::SocketPlace(SocketPlace&& other) noexcept
    : path_(std::move(other.path_)), own_folder_(std::exchange(other.own_folder_, {})) {}

SocketPlace::~SocketPlace() {
    if (own_folder_.empty()) return;
    unlink(path_.c_str());
    rmdir(own_folder_.c_str());
}

namespace {

Result<std::string> absolute(const std::string& path) {
    if (path.starts_with('/')) return path;
    const std::string here = TRY(posix_file_system().canonical("."));
    return join_path(here, path);
}

std::optional<std::string> runtime_folder() {
    const char* folder = std::getenv("XDG_RUNTIME_DIR");
    struct stat status {};
    if (folder == nullptr || folder[0] != '/' || stat(folder, &status) != 0) return std::nullopt;
    constexpr mode_t kOthers = 077;
    const bool is_ours =
        S_ISDIR(status.st_mode) && status.st_uid == geteuid() && (status.st_mode & kOthers) == 0;
    return is_ours ? std::optional<std::string>(folder) : std::nullopt;
}

}  // namespace
}  // namespace sokkuri::cli
