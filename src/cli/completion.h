// Completion scripts for shells, made from the table of verbs. The scripts are static: pressing Tab
// runs no program.
#pragma once

#include <string>

namespace sokkuri::cli {

std::string bash_completion();
std::string zsh_completion();
std::string fish_completion();

}  // namespace sokkuri::cli
