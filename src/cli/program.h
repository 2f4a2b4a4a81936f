// The program: finds the verb, resolves its settings, runs it, and says what went wrong.
#pragma once

namespace sokkuri::cli {

/// The exit code of the process.
int run_program(int argument_count, char** arguments);

}  // namespace sokkuri::cli
