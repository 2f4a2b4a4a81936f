// ThreadPool: a fixed number of threads that share out one loop at a time. Made for scans: the
// caller works too, so a pool of n uses n cores with n - 1 threads of its own. Safe from any number
// of threads; a caller that finds the threads busy with another's loop does its own alone: where
// there are many callers the cores have enough to do, and nobody waits for somebody else's loop.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

namespace sokkuri {

class ThreadPool {
 public:
    /// `threads` counts the caller; 0 means as many as the machine has cores. Threads start with
    /// the first loop.
    explicit ThreadPool(std::size_t threads);
    ~ThreadPool();
    ThreadPool(const ThreadPool&) = delete;
    ThreadPool& operator=(const ThreadPool&) = delete;

    std::size_t threads() const;

    /// Calls `work(i)` once for every i below `count`, on several threads, and returns when all are
    /// done. `work` must not call back into the pool. When it throws (std::bad_alloc), no further i
    /// is begun, and the first that was thrown comes to the caller when nobody is at work any more.
    void for_each(std::size_t count, const std::function<void(std::size_t)>& work);

 private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace sokkuri
