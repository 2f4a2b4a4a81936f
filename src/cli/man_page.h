// Manual pages in roff (man macros), made from the table of verbs: sokkuri(1), sokkuri-search(1),
// sokkuri-model-add(1), …
#pragma once

#include "cli/verb.h"

#include <string>

namespace sokkuri::cli {

std::string program_man_page();
std::string verb_man_page(const Verb& verb);

}  // namespace sokkuri::cli
