#include "base/folder_watch.h"

#include "base/file_system.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <map>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace sokkuri {
namespace {

using Clock = std::chrono::steady_clock;

/// A file counts when it has been written whole, has come or has gone; folders and links when they
/// are made.
constexpr std::uint32_t kEvents = IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM |
                                  IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR |
                                  IN_DONT_FOLLOW | IN_EXCL_UNLINK;
constexpr std::size_t kEventBytes = 64 * 1024;

class Descriptor {
 public:
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor() {
        if (number_ >= 0) close(number_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int number() const { return number_; }

 private:
    const int number_;
};

class InotifyWatch final : public FolderWatch {
 public:
    InotifyWatch(std::string folder, WatchOptions options)
        : folder_(std::move(folder)), options_(std::move(options)) {}

    Result<void> start();
    Result<bool> wait(const std::stop_token& stop) override;

 private:
    /// Watches `folder` and what is below it; one that has gone meanwhile is none.
    Result<void> add(const std::string& folder);
    /// Of the system: poll's time is up, or there is something to read.
    Result<bool> is_ready(std::chrono::milliseconds time_max) const;
    /// Whether anything that was read matters.
    Result<bool> take();
    Result<bool> look_at(const inotify_event& event);
    /// Watches neither `folder` nor what is below it any more.
    void forget(const std::string& folder);
    void forget_old_wakeup() const;

    const std::string folder_;
    const WatchOptions options_;
    const Descriptor events_{inotify_init1(IN_NONBLOCK | IN_CLOEXEC)};
    const Descriptor wakeup_{eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)};
    std::map<int, std::string> folders_;  // by watch
    bool has_changed_ = false;
};

bool is_link(const std::string& path);
Error no_watch(const std::string& folder, int code);

}  // namespace

Result<std::unique_ptr<FolderWatch>> FolderWatch::open(const std::string& folder,
                                                       WatchOptions options) {
    const std::string canonical = TRY(posix_file_system().canonical(folder));
    auto watch = std::make_unique<InotifyWatch>(canonical, std::move(options));
    TRY(watch->start());
    return watch;
}

namespace {

Result<void> InotifyWatch::start() {
    if (events_.number() < 0 || wakeup_.number() < 0) {
        return tl::unexpected(no_watch(folder_, errno));
    }
    TRY(add(folder_));
    if (!folders_.empty()) return {};
    return fail(ErrorCode::kNotFound, "{}: is no folder", folder_);
}

Result<bool> InotifyWatch::wait(const std::stop_token& stop) {
    forget_old_wakeup();
    const std::stop_callback wake(stop, [this] {
        const std::uint64_t one = 1;
        // Failing would mean that it is awake already.
        static_cast<void>(!write(wakeup_.number(), &one, sizeof one));
    });
    constexpr std::chrono::milliseconds kForever(-1);
    Clock::time_point latest = Clock::time_point::max();
    while (!stop.stop_requested()) {
        std::chrono::milliseconds patience = kForever;
        if (has_changed_) {
            const auto left =
                std::chrono::duration_cast<std::chrono::milliseconds>(latest - Clock::now());
            patience = std::clamp(left, std::chrono::milliseconds(0), options_.quiet_time);
        }
        const bool is_ready_to_read = TRY(is_ready(patience));
        if (!is_ready_to_read && has_changed_) {
            has_changed_ = false;
            return !stop.stop_requested();
        }
        const bool matters = TRY(take());
        if (matters && !has_changed_) latest = Clock::now() + options_.burst_time_max;
        has_changed_ = has_changed_ || matters;
    }
    return false;
}

Result<void> InotifyWatch::add(const std::string& folder) {
    std::vector<std::string> pending{folder};
    while (!pending.empty()) {
        const std::string next = std::move(pending.back());
        pending.pop_back();
        const int watch = inotify_add_watch(events_.number(), next.c_str(), kEvents);
        if (watch < 0 && (errno == ENOENT || errno == ENOTDIR || errno == EACCES)) continue;
        if (watch < 0) return tl::unexpected(no_watch(next, errno));
        folders_[watch] = next;
        const auto entries = posix_file_system().list(next);
        if (!entries) continue;
        for (const DirectoryEntry& entry : *entries) {
            const bool is_folder = entry.kind == FileKind::kDirectory;
            if (is_folder && options_.is_wanted(entry.name, WatchedKind::kFolder)) {
                pending.push_back(join_path(next, entry.name));
            }
        }
    }
    return {};
}

Result<bool> InotifyWatch::is_ready(std::chrono::milliseconds time_max) const {
    std::array<pollfd, 2> waited{pollfd{.fd = events_.number(), .events = POLLIN, .revents = 0},
                                 pollfd{.fd = wakeup_.number(), .events = POLLIN, .revents = 0}};
    const int ready = poll(waited.data(), waited.size(), static_cast<int>(time_max.count()));
    if (ready < 0 && errno != EINTR) {
        return fail(ErrorCode::kIo, "{}: watching failed: {}", folder_, std::strerror(errno));
    }
    return ready > 0 && waited[0].revents != 0;
}

Result<bool> InotifyWatch::take() {
    alignas(inotify_event) std::array<char, kEventBytes> bytes;
    bool matters = false;
    for (;;) {
        const ssize_t size = read(events_.number(), bytes.data(), bytes.size());
        if (size < 0 && errno == EINTR) continue;
        if (size <= 0) return matters;
        for (ssize_t at = 0; at < size;) {
            const auto& event = *reinterpret_cast<const inotify_event*>(bytes.data() + at);
            at += static_cast<ssize_t>(sizeof event + event.len);
            const bool is_one = TRY(look_at(event));
            matters = matters || is_one;
        }
    }
}

Result<bool> InotifyWatch::look_at(const inotify_event& event) {
    if ((event.mask & IN_Q_OVERFLOW) != 0) {
        // Folders may have come unseen.
        TRY(add(folder_));
        return true;
    }
    const auto found = folders_.find(event.wd);
    if (found == folders_.end()) return false;
    const std::string folder = found->second;
    if ((event.mask & IN_IGNORED) != 0) folders_.erase(found);
    const bool has_gone = (event.mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT)) != 0;
    if (has_gone && folder == folder_) {
        return fail(ErrorCode::kNotFound, "{}: the folder has gone", folder_);
    }
    if (event.len == 0) return false;
    const std::string_view name = event.name;
    const bool is_folder = (event.mask & IN_ISDIR) != 0;
    if (!options_.is_wanted(name, is_folder ? WatchedKind::kFolder : WatchedKind::kFile)) {
        return false;
    }
    const std::string path = join_path(folder, name);
    // Where it comes again it is watched again, under its new name.
    if (is_folder && (event.mask & IN_MOVED_FROM) != 0) forget(path);
    const bool has_come = (event.mask & (IN_CREATE | IN_MOVED_TO)) != 0;
    if (is_folder && has_come) TRY(add(path));
    // A file that was just made is written to next, and then told of once more.
    const bool is_only_made = !is_folder && (event.mask & IN_CREATE) != 0;
    return !is_only_made || is_link(path);
}

void InotifyWatch::forget(const std::string& folder) {
    const std::string below = folder + '/';
    std::erase_if(folders_, [&](const auto& watched) {
        if (watched.second != folder && !watched.second.starts_with(below)) return false;
        // Fails where it has gone meanwhile.
        static_cast<void>(inotify_rm_watch(events_.number(), watched.first));
        return true;
    });
}

/// Of a stop that ended an earlier wait.
void InotifyWatch::forget_old_wakeup() const {
    std::uint64_t count = 0;
    // There mostly is none.
    static_cast<void>(!read(wakeup_.number(), &count, sizeof count));
}

/// A symbolic link, or another name of a file that is there: neither is written to.
bool is_link(const std::string& path) {
    struct stat status {};
    if (lstat(path.c_str(), &status) != 0) return false;
    return S_ISLNK(status.st_mode) || status.st_nlink > 1;
}

Error no_watch(const std::string& folder, int code) {
    if (code == ENOSPC) {
        return Error(ErrorCode::kExhausted,
                     fmt::format("{}: no more folders can be watched: the system's limit is "
                                 "fs.inotify.max_user_watches",
                                 folder));
    }
    if (code == EMFILE) {
        return Error(ErrorCode::kExhausted,
                     fmt::format("{}: cannot be watched: the system's limits are "
                                 "fs.inotify.max_user_instances and open files",
                                 folder));
    }
    return Error(ErrorCode::kIo,
                 fmt::format("{}: cannot be watched: {}", folder, std::strerror(code)));
}

}  // namespace
}  // namespace sokkuri
