// Option: one row of the table from which everything about a flag is made: parsing, --help,
// completion, man page, its SOKKURI_* variable and its key in the configuration file. All text is
// static; rows are values.
#pragma once

#include "base/result.h"

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace sokkuri::cli {

enum class ValueKind {
    kSwitch,  // on or off; also --no-NAME
    kCount,   // how often it was given
    kText,
    kTexts,    // several: given more than once, or with commas between
    kLines,    // several: given more than once; in a variable, one a line
    kFile,     // a path: "~/" and places relative to the configuration file are understood
    kFolder,   // likewise
    kInteger,  // not negative
    kNumber,
    kChoice,
};

/// A shorter way to say `--format json`: `--json`.
struct Shortcut {
    std::string_view name;
    char letter = 0;
    std::string_view value;
    std::string_view help;
    std::string_view refines =
        "";  // a value that may be given with it: `-f0` is `-f` made more exact
};

struct Option {
    std::string_view name;  // as in --name; one letter: only the letter and `also` are shown
    char letter = 0;
    std::string_view also = "";  // a second long spelling
    ValueKind kind = ValueKind::kSwitch;
    std::string_view value_name = "";
    std::string_view help = "";
    std::string_view fallback = "";  // the default, as it would be written; empty: none
    double minimum = 0;
    double maximum = static_cast<double>(std::numeric_limits<std::uint32_t>::max());
    std::vector<std::string_view> choices = {};
    std::vector<Shortcut> shortcuts = {};
    bool is_in_file = true;  // has a key in the configuration file

    bool takes_value() const { return kind != ValueKind::kSwitch && kind != ValueKind::kCount; }
    /// "SOKKURI_MIN_SCORE".
    std::string variable() const;
    /// "-k, --top N", "--min-score S".
    std::string spelling() const;
    /// How it is named in messages: "--min-score", "-k".
    std::string flag() const;
    /// In the one way that it is kept ("true", "10"), or kInvalidArgument saying value and bound:
    /// "k = 0: …".
    Result<std::string> parse(std::string_view text) const;
};

}  // namespace sokkuri::cli
