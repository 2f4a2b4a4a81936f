// Stopwatch: how long something took, for the timings of an answer. Belongs to one thread.
#pragma once

#include <chrono>

namespace sokkuri::service {

class Stopwatch {
 public:
    double ms() const {
        const auto elapsed = std::chrono::steady_clock::now() - started_;
        return std::chrono::duration<double, std::milli>(elapsed).count();
    }

 private:
    const std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
};

}  // namespace sokkuri::service
