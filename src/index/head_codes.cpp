#include "index/head_codes.h"

#include "index/lanes.h"

#include <algorithm>
#include <cstring>

namespace sokkuri::index {

namespace {

constexpr std::size_t kLine = 64;
constexpr std::size_t kBiasBytes = 4;

}  // namespace

void pack_head(const HeadLayout& layout, const std::uint8_t* codes, std::uint8_t* row) {
    if (layout.bits == 8) {
        std::memcpy(row, codes, layout.row_bytes());
    } else {
        for (std::size_t line = 0; line < layout.lines; ++line) {
            const std::uint8_t* from = codes + line * 2 * kLine;
            transform_lanes(from, from + kLine, kLine, row + line * kLine,
                            [](std::uint8_t low, std::uint8_t high) {
                                return static_cast<std::uint8_t>(low | (high << 4));
                            });
        }
    }
    std::memset(row + layout.row_bytes() - kBiasBytes, 0, kBiasBytes);
}

void unpack_head(const HeadLayout& layout, const std::uint8_t* row, std::uint8_t* codes) {
    if (layout.bits == 8) {
        std::memcpy(codes, row, layout.row_bytes());
    } else {
        for (std::size_t line = 0; line < layout.lines; ++line) {
            const std::uint8_t* from = row + line * kLine;
            std::uint8_t* to = codes + line * 2 * kLine;
            transform_lanes(from, kLine, to,
                            [](std::uint8_t both) { return static_cast<std::uint8_t>(both & 15); });
            transform_lanes(from, kLine, to + kLine,
                            [](std::uint8_t both) { return static_cast<std::uint8_t>(both >> 4); });
        }
        std::memset(codes + layout.places() - kLine - kBiasBytes, 0, kBiasBytes);
    }
    std::memset(codes + layout.places() - kBiasBytes, 0, kBiasBytes);
}

void decode_head(const HeadModel& model, const std::uint8_t* codes, float* out) {
    const std::size_t before = std::min(model.components, model.layout.gap_at());
    const auto decode = [center = model.center(), step = model.step](std::uint8_t code) {
        return (static_cast<float>(code) - center) * step;
    };
    transform_lanes(codes, before, out, decode);
    transform_lanes(codes + model.layout.place_of(before), model.components - before, out + before,
                    decode);
}

}  // namespace sokkuri::index
