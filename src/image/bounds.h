// The bounds that every decoder keeps, in one place so that each refusal reads alike: picture size,
// memory and time. Compiled into the floor and into its modules. Values; safe from any number of
// threads.
#pragma once

#include "base/result.h"
#include "image/decode.h"

#include <chrono>
#include <cstdint>

namespace sokkuri::image {

/// `width` and `height` as a header states them. kCorruption when one is 0; kExhausted, naming the
/// limit, when too large.
Result<Size> checked_size(std::uint64_t width, std::uint64_t height, const DecodeLimits& limits);

/// kExhausted when a decode would have to hold more than `memory_bytes_max`.
Result<void> check_memory(std::uint64_t needed_bytes, const DecodeLimits& limits);

/// The moment after which a decode gives up. Decoding is bounded work, so the machine's steady
/// clock is read directly.
class Deadline {
 public:
    explicit Deadline(const DecodeLimits& limits);

    bool has_passed() const;
    /// kDeadlineExceeded, naming the limit.
    Error error() const;

 private:
    std::uint32_t time_max_ms_;
    std::chrono::steady_clock::time_point end_;
};

}  // namespace sokkuri::image
