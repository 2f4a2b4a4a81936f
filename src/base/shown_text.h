// Bytes that somebody else chose (file names above all) as text that is safe to show: valid UTF-8
// that can neither move the cursor, change colors nor reorder the line. Used wherever names reach a
// terminal or a table. Pure functions; safe from any number of threads. Deliberately not
// reversible: programs that need the bytes get them beside (path_bytes).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sokkuri {

/// `bytes` with every byte that is not part of valid UTF-8 written as \xNN. Control characters
/// stay: for JSON and CSV, which have their own ways of quoting them.
std::string utf8_text(std::string_view bytes);

/// `utf8_text`, and control characters, line separators and marks that turn the direction of
/// writing as \n, \x1b, \u{202e}, …: one harmless line.
std::string shown_text(std::string_view bytes);

/// Columns that `shown` (as `shown_text` gives it) takes in a terminal: 2 for wide characters, 0
/// for combining ones.
std::size_t display_width(std::string_view shown);

enum class Cut { kStart, kEnd };

/// `shown` in at most `columns` columns: when it is too wide, an ellipsis stands for what was cut
/// off at that side.
std::string fit_width(std::string_view shown, std::size_t columns, Cut cut);

}  // namespace sokkuri
