// What the program tells the shell. Documented in every man page.
#pragma once

namespace sokkuri::cli {

enum class ExitCode {
    kOk = 0,
    kError = 1,
    kUsage = 2,         // wrong flags, variables or configuration file
    kSomeFailed = 3,    // done, but some files could not be read
    kInterrupted = 130  // stopped by Ctrl-C; what was committed stays
};

}  // namespace sokkuri::cli
