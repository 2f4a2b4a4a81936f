// Interrupt: Ctrl-C and SIGTERM as a request to stop: the first one asks, the second one kills.
// Make one before any other thread starts: it blocks the signals in this thread, and threads
// inherit that. One at a time.
#pragma once

#include "cli/output.h"

#include <stop_token>
#include <string>
#include <string_view>
#include <thread>

namespace sokkuri::cli {

class Interrupt {
 public:
    /// `notice` is said on `console` at the first signal: "stopping after the batch in flight".
    Interrupt(Console& console, std::string_view notice);
    /// The signals work as before.
    ~Interrupt();
    Interrupt(const Interrupt&) = delete;
    Interrupt& operator=(const Interrupt&) = delete;

    std::stop_token token() const { return stop_.get_token(); }

 private:
    void watch();

    Console& console_;
    std::string notice_;
    std::stop_source stop_;
    int signals_ = -1;  // signalfd
    int ending_ = -1;   // eventfd
    std::thread watcher_;
};

}  // namespace sokkuri::cli
