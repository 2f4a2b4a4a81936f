// SerialWorker: one thread that does jobs one after the other, for things that belong to a single
// thread, such as a write connection. Safe from any number of threads. Its destructor finishes the
// jobs that were accepted.
#pragma once

#include "base/bounded_queue.h"

#include <functional>
#include <future>
#include <thread>
#include <type_traits>

namespace sokkuri {

class SerialWorker {
 public:
    explicit SerialWorker(std::size_t jobs_max) : jobs_(jobs_max) {
        thread_ = std::jthread([this] {
            while (auto job = jobs_.pop()) {
                (*job)();
            }
        });
    }
    ~SerialWorker() { jobs_.close(); }
    SerialWorker(const SerialWorker&) = delete;
    SerialWorker& operator=(const SerialWorker&) = delete;

    /// Runs `job` on the worker's thread and returns its result; waits its turn behind at most
    /// `jobs_max` others. Must not be called from the worker's own thread.
    template <typename Job>
    std::invoke_result_t<Job> run(Job job) {
        std::packaged_task<std::invoke_result_t<Job>()> task(std::move(job));
        auto result = task.get_future();
        jobs_.push([&task] { task(); });  // `task` outlives the wait below
        return result.get();
    }

 private:
    BoundedQueue<std::function<void()>> jobs_;
    std::jthread thread_;  // last: joined before the queue goes
};

}  // namespace sokkuri
