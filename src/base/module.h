// Opens the program's own shared objects (cmake/Floor.cmake: sokkuri_module) when a heavy library
// is first needed, so that `sokkuri --help` maps none of OpenVINO, libvips and libchafa. Safe from
// any number of threads.
#pragma once

#include "base/result.h"

#include <string>
#include <string_view>

namespace sokkuri {

/// The folder of the running program.
Result<std::string> program_directory();

/// Address of `symbol` in `libsokkuri_<name>.so`, opened once for the life of the process. Looked
/// for in `lib/`,
/// `../lib/` and `../lib/sokkuri/` beside the program (build tree, test programs, installed).
/// kUnavailable, with the loader's reason, when it or a library that it needs cannot be opened.
Result<void*> module_symbol(std::string_view name, const char* symbol);

}  // namespace sokkuri
