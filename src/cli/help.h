// --help: of the program, of a group ("model") and of a verb; made from the table of verbs.
#pragma once

#include "cli/terminal.h"
#include "cli/verb.h"

#include <string>

namespace sokkuri::cli {

std::string program_help(const Terminal& terminal);
std::string group_help(const VerbGroup& group, const Terminal& terminal);
std::string verb_help(const Verb& verb, const Terminal& terminal);

/// The help of an option with its default and choices: "Colors … (auto, always, never; default
/// auto)".
std::string described(const Option& option);

/// `text` broken at spaces into lines of at most `columns`, each but the first indented.
std::string wrap(std::string_view text, std::size_t columns, std::size_t indent);

}  // namespace sokkuri::cli
