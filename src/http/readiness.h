// Readiness: whether a server should be sent requests: for /readyz. Set by the program, read by
// handlers. Safe from any number of threads.
#pragma once

#include <atomic>

namespace sokkuri::http {

enum class ServingState { kOpening, kReady, kStopping };

class Readiness {
 public:
    void set(ServingState state) { state_ = state; }
    ServingState state() const { return state_; }

 private:
    std::atomic<ServingState> state_ = ServingState::kOpening;
};

}  // namespace sokkuri::http
