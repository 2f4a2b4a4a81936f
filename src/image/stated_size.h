// The size that the first bytes of a PNG or BMP file claim, read before any decoder is opened:
// their decoders refuse some huge claims as broken, or reserve memory first. Safe from any number
// of threads.
#pragma once

#include "image/format.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace sokkuri::image {

struct StatedSize {
    std::uint64_t width = 0;
    std::uint64_t height = 0;
};

/// Nothing when the format is another one or the header is not whole: the decoder will say why.
std::optional<StatedSize> stated_size(std::span<const std::byte> file, Format format);

}  // namespace sokkuri::image
