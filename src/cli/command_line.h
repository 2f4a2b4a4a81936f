// The words after the verb, taken apart: flags by the verb's table of options, and arguments. CLI11
// does it and stays in command_line.cpp.
#pragma once

#include "base/result.h"
#include "cli/settings.h"
#include "cli/verb.h"

#include <string>
#include <vector>

namespace sokkuri::cli {

struct CommandLine {
    FlagValues flags;
    std::vector<std::string> arguments;
    bool asks_for_help = false;
};

/// kInvalidArgument for unknown flags (with a suggestion), bad values, and too few or too many
/// arguments. A record id that happens to start with '-' is taken for an argument where the verb
/// takes items.
Result<CommandLine> parse_command_line(const Verb& verb, const std::vector<std::string>& words);

/// What the words before the verb are: global flags, the verb, and all the rest.
struct Words {
    std::string verb;               // or --help or --version; empty: none was found
    std::vector<std::string> rest;  // flags before the verb come first
    bool has_foreign_flag = false;  // a flag before any verb that is not a global one
};
Words split_words(const std::vector<std::string>& words);

}  // namespace sokkuri::cli
