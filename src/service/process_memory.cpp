#include "service/process_memory.h"

#include "base/file_system.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string_view>

namespace sokkuri::service {
namespace {

constexpr std::uint64_t kStatusBytesMax = 64U << 10;
constexpr std::chrono::milliseconds kLookEvery{20};

/// "VmHWM:	  1234 kB" in bytes; 0 when there is no such line.
std::uint64_t bytes_of(std::string_view status, std::string_view name);

}  // namespace

Result<ProcessMemory> process_memory() {
    const auto file = TRY(posix_file_system().open("/proc/self/status", OpenMode::kRead));
    std::vector<std::byte> bytes(kStatusBytesMax);
    const std::size_t read = TRY(file->read_at(0, bytes));
    const std::string_view status(reinterpret_cast<const char*>(bytes.data()), read);
    return ProcessMemory{.peak_bytes = bytes_of(status, "VmHWM:"),
                         .anonymous_bytes = bytes_of(status, "RssAnon:")};
}

AnonymousPeak::AnonymousPeak() : watcher_([this](const std::stop_token& stop) { watch(stop); }) {}

void AnonymousPeak::watch(const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any asked;
    std::unique_lock lock(mutex);
    while (!stop.stop_requested()) {
        if (const auto memory = process_memory()) {
            const auto peak = peak_.lock();
            *peak = std::max(*peak, memory->anonymous_bytes);
        }
        asked.wait_for(lock, stop, kLookEvery, [] { return false; });
    }
}

namespace {

std::uint64_t bytes_of(std::string_view status, std::string_view name) {
    const std::size_t at = status.find(name);
    if (at == std::string_view::npos) return 0;
    std::string_view rest = status.substr(at + name.size());
    rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
    std::uint64_t kilobytes = 0;
    std::from_chars(rest.data(), rest.data() + rest.size(), kilobytes);
    return kilobytes * 1024;
}

}  // namespace
}  // namespace sokkuri::service
