#include "cli/terminal.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <sys/ioctl.h>
#include <unistd.h>

namespace sokkuri::cli {
namespace {

constexpr std::uint32_t kColumnsMin = 20;
constexpr std::uint32_t kColumnsMax = 500;
constexpr std::uint32_t kColumnsUnknown = 80;

std::uint32_t columns_of(int descriptor);
std::string_view variable(const char* name);

}  // namespace

Terminal Terminal::detect() {
    Terminal terminal;
    terminal.out_is_terminal = isatty(STDOUT_FILENO) == 1;
    // A dumb terminal cannot redraw a line.
    terminal.error_is_terminal = isatty(STDERR_FILENO) == 1 && variable("TERM") != "dumb";
    terminal.columns = columns_of(STDOUT_FILENO);
    winsize size{};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0) {
        terminal.cell_width_px = size.ws_xpixel / size.ws_col;
        terminal.cell_height_px = size.ws_ypixel / size.ws_row;
    }
    terminal.choose_color("auto");
    return terminal;
}

void Terminal::choose_color(std::string_view color) {
    no_color = !variable("NO_COLOR").empty();
    const bool is_wanted = !no_color && variable("TERM") != "dumb";
    has_color = color == "always" || (color == "auto" && out_is_terminal && is_wanted);
    error_has_color = color == "always" || (color == "auto" && error_is_terminal && is_wanted);
}

std::string Terminal::styled(Style style, std::string_view text) const {
    if (!has_color) return std::string(text);
    constexpr std::string_view kCodes[] = {"1", "2", "32", "33", "31"};
    return fmt::format("\x1b[{}m{}\x1b[0m", kCodes[static_cast<std::size_t>(style)], text);
}

std::uint32_t console_columns() {
    return columns_of(STDERR_FILENO);
}

namespace {

std::uint32_t columns_of(int descriptor) {
    winsize size{};
    if (ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
        return std::clamp<std::uint32_t>(size.ws_col, kColumnsMin, kColumnsMax);
    }
    const std::string_view text = variable("COLUMNS");
    std::uint32_t columns = 0;
    std::from_chars(text.data(), text.data() + text.size(), columns);
    return columns == 0 ? kColumnsUnknown : std::clamp(columns, kColumnsMin, kColumnsMax);
}

std::string_view variable(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string_view() : std::string_view(value);
}

}  // namespace
}  // namespace sokkuri::cli
