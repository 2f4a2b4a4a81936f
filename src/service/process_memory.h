// What this process takes of the machine's memory, as the kernel counts it (/proc/self/status).
#pragma once

#include "base/guarded.h"
#include "base/result.h"

#include <cstdint>
#include <thread>

namespace sokkuri::service {

struct ProcessMemory {
    std::uint64_t peak_bytes = 0;       // resident at most since the start, mapped files included
    std::uint64_t anonymous_bytes = 0;  // resident now, without mapped files
};

Result<ProcessMemory> process_memory();

/// Looks 50 times a second how much anonymous memory is resident, which the kernel keeps no peak
/// of.
class AnonymousPeak {
 public:
    AnonymousPeak();
    std::uint64_t bytes() { return *peak_.lock(); }

 private:
    void watch(const std::stop_token& stop);

    Guarded<std::uint64_t> peak_;
    std::jthread watcher_;
};

}  // namespace sokkuri::service
