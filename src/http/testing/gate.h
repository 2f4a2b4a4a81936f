// Gate: lets a test hold a handler inside its work and know that it is there. For tests alone. Safe
// from any number of threads.
#pragma once

#include "base/guarded.h"

#include <condition_variable>
#include <cstddef>

namespace sokkuri::http {

class Gate {
 public:
    /// By the handler: says that it came, and waits until the gate is open.
    void pass() {
        auto state = state_.lock();
        ++state->arrived;
        changed_.notify_all();
        changed_.wait(state.lock(), [&] { return state->is_open; });
    }
    /// By the test: waits until `count` have come.
    void wait_for(std::size_t count) {
        auto state = state_.lock();
        changed_.wait(state.lock(), [&] { return state->arrived >= count; });
    }
    void open() {
        state_.lock()->is_open = true;
        changed_.notify_all();
    }

 private:
    struct State {
        std::size_t arrived = 0;
        bool is_open = false;
    };

    Guarded<State> state_;
    std::condition_variable changed_;
};

}  // namespace sokkuri::http
