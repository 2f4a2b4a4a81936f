// Output: the program's standard output: buffered, and honest about failing. Results go here and
// nothing else does. Console: standard error, for everything that is not a result; its failures are
// ignored, there is nobody to tell. One thread each (the progress bar owns the console while it
// runs).
#pragma once

#include "base/result.h"

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>

namespace sokkuri::cli {

class Output {
 public:
    explicit Output(int descriptor) : descriptor_(descriptor) {}
    Output(const Output&) = delete;
    Output& operator=(const Output&) = delete;

    void write(std::string_view text);

    template <typename... Arguments>
    void print(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
        write(fmt::format(format, std::forward<Arguments>(arguments)...));
    }

    /// Hands everything to the system now.
    void flush();

    /// False once the reader has gone (a closed pipe) or a write has failed: stop producing.
    bool is_open() const { return error_number_ == 0; }

    /// Flushes. kIo when something was not written ("standard output: No space left on device"); no
    /// error when the reader closed the pipe, which is its right.
    Result<void> finish();

 private:
    int descriptor_;
    std::string buffer_;
    int error_number_ = 0;
};

class Console {
 public:
    explicit Console(int descriptor) : descriptor_(descriptor) {}

    void write(std::string_view text);

    /// One line.
    template <typename... Arguments>
    void say(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
        write(fmt::format(format, std::forward<Arguments>(arguments)...) + "\n");
    }

 private:
    int descriptor_;
};

}  // namespace sokkuri::cli
