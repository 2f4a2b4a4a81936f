// Terminal: what the program's outputs are connected to: read once at start, then a plain value.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sokkuri::cli {

/// SGR codes, by meaning.
enum class Style { kHeading, kDim, kGood, kFair, kBad };

struct Terminal {
    bool out_is_terminal = false;
    bool error_is_terminal = false;
    bool has_color = false;        // on standard output
    bool error_has_color = false;  // on standard error
    bool no_color = false;         // NO_COLOR is set
    std::uint32_t columns = 80;
    // Of one character cell; 0 when the terminal does not say.
    std::uint32_t cell_width_px = 0;
    std::uint32_t cell_height_px = 0;

    /// Looks at descriptors 1 and 2, COLUMNS, NO_COLOR and TERM.
    static Terminal detect();
    /// `color`: "auto", "always" or "never".
    void choose_color(std::string_view color);

    /// `text` in that style, for standard output; as it is without color.
    std::string styled(Style style, std::string_view text) const;
};

/// The number of columns of standard error now (it may have been resized).
std::uint32_t console_columns();

}  // namespace sokkuri::cli
