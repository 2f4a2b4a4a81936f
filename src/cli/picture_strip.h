// Picture strips: a row of small pictures as text for a terminal. libchafa does it, in the module
// `draw` (draw_module.cpp), which is opened by the first strip.
#pragma once

#include "base/result.h"
#include "image/picture.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sokkuri::cli {

enum class Protocol { kAuto, kSymbols, kSixel, kKitty, kIterm };
enum class StripColors { kNone, kAsTerminal, kTrue };

struct StripLayout {
    std::uint32_t picture_columns = 18;
    std::uint32_t picture_rows = 9;
    std::uint32_t gap_columns = 2;
    // Of one character cell.
    std::uint32_t cell_width_px = 10;
    std::uint32_t cell_height_px = 20;
    Protocol protocol = Protocol::kSymbols;  // kAuto: what the environment says the terminal can do
    StripColors colors = StripColors::kAsTerminal;
};

/// Rows that the tallest of `pictures` takes when all are fitted into their boxes; at least 1.
std::uint32_t rows_needed(const std::vector<std::optional<image::Picture>>& pictures,
                          const StripLayout& layout);

/// `pictures` side by side, each fitted into its box and centered; an empty one leaves its box
/// empty. The text ends at the start of the line below. kUnavailable when libchafa cannot be
/// opened.
Result<std::string> draw_strip(const std::vector<std::optional<image::Picture>>& pictures,
                               const StripLayout& layout);

/// What the module exports, as `sokkuri_draw_strip`.
using DrawStrip = void (*)(const std::vector<std::optional<image::Picture>>& pictures,
                           const StripLayout& layout, std::string& out);

}  // namespace sokkuri::cli
