// LineBuffer: working memory that begins at a cache line. Kernels read 64 bytes at a time; from
// anywhere else each read would touch two lines (measured: half the speed of a tile).
#pragma once

#include <cstddef>
#include <vector>

namespace sokkuri::index {

/// `count` values of a plain type, zeroed.
template <typename T>
class LineBuffer {
 public:
    explicit LineBuffer(std::size_t count)
        : lines_((count * sizeof(T) + sizeof(Line) - 1) / sizeof(Line)) {}

    T* data() { return reinterpret_cast<T*>(lines_.data()); }
    const T* data() const { return reinterpret_cast<const T*>(lines_.data()); }

 private:
    struct alignas(64) Line {
        std::byte bytes[64];
    };
    std::vector<Line> lines_;
};

}  // namespace sokkuri::index
