#include "base/atomic_file.h"

#include "base/check.h"

#include <atomic>
#include <unistd.h>
#include <utility>

namespace sokkuri {
namespace {

constexpr std::size_t kBufferBytes = 1U << 20;

std::string parent_of(const std::string& path);

}  // namespace

Result<AtomicFile> AtomicFile::create(FileSystem& files, const std::string& path) {
    static std::atomic<std::uint64_t> next{0};
    AtomicFile result;
    result.files_ = &files;
    result.path_ = path;
    result.temporary_path_ = fmt::format("{}.{}-{}.partial", path, getpid(), next++);
    // One that a killed process left behind under this very name is written over.
    result.file_ = TRY(files.open(result.temporary_path_, OpenMode::kCreate));
    TRY(result.file_->truncate(0));
    return result;
}

AtomicFile::AtomicFile(AtomicFile&& other) noexcept
    : files_(other.files_),
      path_(std::move(other.path_)),
      temporary_path_(std::exchange(other.temporary_path_, {})),
      file_(std::move(other.file_)),
      buffer_(std::move(other.buffer_)),
      written_bytes_(other.written_bytes_) {}

AtomicFile::~AtomicFile() {
    if (!temporary_path_.empty()) static_cast<void>(files_->remove_file(temporary_path_));
}

Result<void> AtomicFile::append(std::span<const std::byte> bytes) {
    buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
    if (buffer_.size() >= kBufferBytes) return flush();
    return {};
}

Result<void> AtomicFile::overwrite(std::uint64_t offset, std::span<const std::byte> bytes) {
    TRY(flush());
    CHECK(offset + bytes.size() <= written_bytes_);
    return file_->write_at(offset, bytes);
}

Result<void> AtomicFile::settle() {
    if (file_ == nullptr) return {};
    TRY(flush());
    TRY(file_->sync());
    file_.reset();
    buffer_ = {};  // many may be settled before the first appears
    return {};
}

Result<void> AtomicFile::commit() {
    TRY(settle());
    TRY(files_->rename(temporary_path_, path_));
    temporary_path_.clear();
    return files_->sync_directory(parent_of(path_));
}

Result<void> AtomicFile::flush() {
    TRY(file_->write_at(written_bytes_, buffer_));
    written_bytes_ += buffer_.size();
    buffer_.clear();
    return {};
}

namespace {

std::string parent_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    if (slash == std::string::npos) return ".";
    return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace
}  // namespace sokkuri
