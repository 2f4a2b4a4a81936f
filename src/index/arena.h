// Arena: one big piece of anonymous memory, in huge pages where the system gives them (a graph
// search touches hundreds of places a query: with 4 kB pages each costs a walk through the page
// table; measured 10 to 30 % of a search). For the sections of a segment: made by a builder, or
// filled from a file. Owned by one; the bytes may be shared like any other memory.
#pragma once

#include "base/result.h"

#include <cstddef>
#include <span>
#include <utility>

namespace sokkuri::index {

class Arena {
 public:
    /// No bytes.
    Arena() = default;
    Arena(Arena&& other) noexcept
        : begin_(std::exchange(other.begin_, nullptr)), size_(std::exchange(other.size_, 0)) {}
    Arena& operator=(Arena&& other) noexcept;
    Arena(const Arena&) = delete;
    Arena& operator=(const Arena&) = delete;
    ~Arena();

    /// Zeroed, at least 4096-aligned (from 4 MiB on, at a huge page). The system gives the pages
    /// when they are first touched. kExhausted when it refuses the addresses.
    static Result<Arena> create(std::size_t size_bytes);

    /// Gives back what lies behind the first `size_bytes`, at most the size.
    void shrink(std::size_t size_bytes);

    std::span<std::byte> bytes() { return {begin_, size_}; }
    std::span<const std::byte> bytes() const { return {begin_, size_}; }

    /// All of it as values of `T`, a plain type whose size divides that of the arena.
    template <typename T>
    std::span<T> as() {
        return {reinterpret_cast<T*>(begin_), size_ / sizeof(T)};
    }

 private:
    Arena(std::byte* begin, std::size_t size) : begin_(begin), size_(size) {}

    std::byte* begin_ = nullptr;
    std::size_t size_ = 0;
};

}  // namespace sokkuri::index
