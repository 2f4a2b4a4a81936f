#include "index/arena.h"

#include <cstdint>
#include <sys/mman.h>

namespace sokkuri::index {

namespace {

constexpr std::size_t kPage = 4096;
constexpr std::size_t kHugePage = std::size_t{2} << 20;
constexpr std::size_t kHugeFrom = 2 * kHugePage;

std::size_t rounded_up(std::size_t size, std::size_t unit) {
    return (size + unit - 1) / unit * unit;
}

std::byte* map(std::size_t size) {
    void* memory = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return memory == MAP_FAILED ? nullptr : static_cast<std::byte*>(memory);
}

/// Maps one huge page more and gives back what lies before and behind: kernels before 6.7 do not
/// align by themselves, and the first and last 2 MiB would stay in small pages.
std::byte* map_aligned(std::size_t size) {
    std::byte* memory = map(size + kHugePage);
    if (memory == nullptr) return nullptr;
    const std::size_t before = rounded_up(reinterpret_cast<std::uintptr_t>(memory), kHugePage) -
                               reinterpret_cast<std::uintptr_t>(memory);
    if (before != 0) munmap(memory, before);
    if (before != kHugePage) munmap(memory + before + size, kHugePage - before);
    return memory + before;
}

}  // namespace

Result<Arena> Arena::create(std::size_t size_bytes) {
    if (size_bytes == 0) return Arena();
    const std::size_t mapped = rounded_up(size_bytes, kPage);
    std::byte* memory = size_bytes < kHugeFrom ? map(mapped) : map_aligned(mapped);
    if (memory == nullptr) {
        return fail(ErrorCode::kExhausted, "memory: {} bytes are not to be had", size_bytes);
    }
    // Advice: a system without huge pages refuses it, and small ones serve.
    if (size_bytes >= kHugeFrom) madvise(memory, mapped, MADV_HUGEPAGE);
    return Arena(memory, size_bytes);
}

void Arena::shrink(std::size_t size_bytes) {
    const std::size_t mapped = rounded_up(size_, kPage);
    const std::size_t kept = rounded_up(size_bytes, kPage);
    if (kept < mapped) munmap(begin_ + kept, mapped - kept);
    size_ = size_bytes;
    if (kept == 0) begin_ = nullptr;
}

Arena& Arena::operator=(Arena&& other) noexcept {
    std::swap(begin_, other.begin_);
    std::swap(size_, other.size_);
    return *this;
}

Arena::~Arena() {
    if (begin_ != nullptr) munmap(begin_, rounded_up(size_, kPage));
}

}  // namespace sokkuri::index
