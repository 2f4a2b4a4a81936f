#include "cli/output.h"

#include <cerrno>
#include <cstring>
#include <unistd.h>

namespace sokkuri::cli {
namespace {

constexpr std::size_t kBufferBytes = 64U << 10;

/// 0, or the error number.
int write_all(int descriptor, std::string_view text);

}  // namespace

void Output::write(std::string_view text) {
    if (!is_open()) return;
    buffer_ += text;
    if (buffer_.size() >= kBufferBytes) flush();
}

void Output::flush() {
    if (is_open()) error_number_ = write_all(descriptor_, buffer_);
    buffer_.clear();
}

Result<void> Output::finish() {
    flush();
    // Some file systems report a full disk only when asked to close.
    const int copy = is_open() ? dup(descriptor_) : -1;
    if (copy >= 0 && close(copy) != 0) error_number_ = errno;
    if (error_number_ == 0 || error_number_ == EPIPE) return {};
    return fail(ErrorCode::kIo, "standard output: {}", std::strerror(error_number_));
}

void Console::write(std::string_view text) {
    write_all(descriptor_, text);
}

namespace {

int write_all(int descriptor, std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::write(descriptor, text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return errno;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return 0;
}

}  // namespace
}  // namespace sokkuri::cli
