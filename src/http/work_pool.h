// WorkPool: the threads that answer requests, behind a queue with a bound. Two ways in: new work
// waits its turn; the rest of work that has begun (the next piece of a file) goes first, so that
// nothing half done waits behind all that is new. A thread that has gone on with something begins
// something next: what has many pieces starves nobody. Safe from any number of threads. Jobs must
// not throw.
#pragma once

#include "base/guarded.h"

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <thread>
#include <vector>

namespace sokkuri::http {

class WorkPool {
 public:
    using Job = std::function<void()>;

    WorkPool(std::size_t threads, std::size_t queue_max);
    /// Does all that was accepted, then ends the threads.
    ~WorkPool();
    WorkPool(const WorkPool&) = delete;
    WorkPool& operator=(const WorkPool&) = delete;

    /// False, and `job` is untouched, when `queue_max` jobs wait already.
    bool try_begin(Job& job);
    /// Never refused: the caller has at most one such job at a time for each connection.
    void go_on(Job job);
    /// Jobs that wait for a thread.
    std::size_t waiting();
    bool is_full();

 private:
    struct State {
        std::deque<Job> beginnings;
        std::deque<Job> continuations;
        bool is_closed = false;
    };

    void work();

    const std::size_t queue_max_;
    Guarded<State> state_;
    std::condition_variable filled_;
    std::vector<std::jthread> threads_;
};

}  // namespace sokkuri::http
