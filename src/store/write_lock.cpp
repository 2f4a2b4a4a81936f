#include "store/write_lock.h"

#include <fmt/chrono.h>

#include <charconv>
#include <ctime>

namespace sokkuri::store {
namespace {

// The whole content: docs/formats/catalog.md draws it.
constexpr std::string_view kFirstLine = "sokkuri lock 1\n";
constexpr std::uint64_t kContentBytesMax = 8192;          // a socket's path has at most 4096
constexpr std::int64_t kYearsShownEnd = 253'402'300'800;  // the year 10000

std::string content_of(const LockHolder& holder);
LockHolder holder_of(std::string_view content);
Result<LockHolder> read_holder(const File& file);
std::string description_of(const LockHolder& holder);
bool take_line(std::string_view& content, std::string_view name, std::string_view& value);
bool take_number(std::string_view& content, std::string_view name, std::int64_t& number);

class FileLock final : public WriteLock {
 public:
    FileLock(FileSystem& files, std::string path, std::unique_ptr<File> file)
        : files_(files), path_(std::move(path)), file_(std::move(file)) {}
    ~FileLock() override {
        // Only a courtesy: without the lock the content means nothing.
        static_cast<void>(file_->truncate(0));
    }

    Result<void> check_place() const override;

 private:
    FileSystem& files_;
    const std::string path_;
    std::unique_ptr<File> file_;
};

}  // namespace

Result<std::unique_ptr<WriteLock>> WriteLock::acquire(FileSystem& files, const std::string& path,
                                                      const LockHolder& self) {
    std::unique_ptr<File> file = TRY(files.open(path, OpenMode::kCreate));
    const bool is_locked = TRY(file->try_lock(0, 1, LockKind::kExclusive));
    if (!is_locked) {
        const LockHolder holder = TRY(read_holder(*file));
        return fail(ErrorCode::kConflict, "{}: held by {}", path, description_of(holder));
    }
    const std::string content = content_of(self);
    TRY(file->truncate(0));
    TRY(file->write_at(0, std::as_bytes(std::span(content))));
    return std::make_unique<FileLock>(files, path, std::move(file));
}

Result<std::optional<LockHolder>> WriteLock::holder(FileSystem& files, const std::string& path) {
    auto file = files.open(path, OpenMode::kRead);
    if (!file && file.error().code() == ErrorCode::kNotFound) return std::nullopt;
    if (!file) return tl::unexpected(file.error());
    const bool is_held = TRY((*file)->is_locked_elsewhere(0, 1));
    if (!is_held) return std::nullopt;
    LockHolder holder = TRY(read_holder(**file));
    return holder;
}

namespace {

/// While the file is open no other one gets its inode.
Result<void> FileLock::check_place() const {
    const FileStatus own = TRY(file_->status());
    const auto named = files_.status_following(path_);
    if (!named && named.error().code() == ErrorCode::kNotFound) {
        return fail(ErrorCode::kUnavailable, "{}: its folder has been taken away", path_);
    }
    TRY(named);
    if (named->inode == own.inode && named->device == own.device) return {};
    return fail(ErrorCode::kUnavailable, "{}: another collection lies there by now", path_);
}

/// The socket comes last and may hold any bytes but a line feed.
std::string content_of(const LockHolder& holder) {
    const bool is_printable = holder.socket.find('\n') == std::string::npos;
    return fmt::format("{}pid {}\nsince {}\nsocket {}\n", kFirstLine, holder.pid, holder.since_s,
                       is_printable ? holder.socket : "");
}

Result<LockHolder> read_holder(const File& file) {
    std::string content(kContentBytesMax, '\0');
    const std::size_t filled = TRY(file.read_at(0, std::as_writable_bytes(std::span(content))));
    content.resize(filled);
    return holder_of(content);
}

/// Anything unexpected (the holder may be writing it this moment) is nobody that we can name.
LockHolder holder_of(std::string_view content) {
    if (!content.starts_with(kFirstLine)) return {};
    content.remove_prefix(kFirstLine.size());
    LockHolder holder;
    std::string_view socket;
    const bool is_whole = take_number(content, "pid ", holder.pid) &&
                          take_number(content, "since ", holder.since_s) &&
                          take_line(content, "socket ", socket) && content.empty();
    if (!is_whole || holder.pid <= 0) return {};
    holder.socket = socket;
    return holder;
}

bool take_line(std::string_view& content, std::string_view name, std::string_view& value) {
    const std::size_t end = content.find('\n');
    if (!content.starts_with(name) || end == std::string_view::npos) return false;
    value = content.substr(name.size(), end - name.size());
    content.remove_prefix(end + 1);
    return true;
}

bool take_number(std::string_view& content, std::string_view name, std::int64_t& number) {
    std::string_view digits;
    if (!take_line(content, name, digits)) return false;
    const char* end = digits.data() + digits.size();
    const auto parsed = std::from_chars(digits.data(), end, number);
    return parsed.ec == std::errc() && parsed.ptr == end;
}

std::string description_of(const LockHolder& holder) {
    if (holder.pid == 0) return "another process";
    const bool is_shown = holder.since_s >= 0 && holder.since_s < kYearsShownEnd;
    if (!is_shown) return fmt::format("pid {}", holder.pid);
    return fmt::format("pid {} since {:%Y-%m-%d %H:%M:%S} UTC", holder.pid,
                       fmt::gmtime(static_cast<std::time_t>(holder.since_s)));
}

}  // namespace
}  // namespace sokkuri::store
