// Memory whose last byte is the last of a page, the next page being unreadable: a kernel that
// touches one byte past its operand dies.
#pragma once

#include <cstddef>
#include <cstring>
#include <sys/mman.h>
#include <vector>

namespace sokkuri::simd::testing {

template <class T>
class Guarded {
 public:
    /// Holds a copy of the values. Unaligned unless their size happens to fit.
    explicit Guarded(const std::vector<T>& values) : Guarded(values.size()) {
        if (!values.empty()) std::memcpy(data(), values.data(), values.size() * sizeof(T));
    }

    explicit Guarded(std::size_t count)
        : count_(count),
          size_bytes_((count * sizeof(T) + kPage - 1) / kPage * kPage + kPage),
          base_(static_cast<char*>(mmap(nullptr, size_bytes_, PROT_READ | PROT_WRITE,
                                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))) {
        mprotect(base_ + size_bytes_ - kPage, kPage, PROT_NONE);
    }

    ~Guarded() { munmap(base_, size_bytes_); }
    Guarded(const Guarded&) = delete;
    Guarded& operator=(const Guarded&) = delete;

    T* data() { return reinterpret_cast<T*>(base_ + size_bytes_ - kPage) - count_; }
    std::vector<T> values() { return std::vector<T>(data(), data() + count_); }

 private:
    static constexpr std::size_t kPage = 4096;

    std::size_t count_;
    std::size_t size_bytes_;
    char* base_;
};

}  // namespace sokkuri::simd::testing
