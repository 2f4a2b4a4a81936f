// WorkPool: the threads that answer requests, behind a queue with a bound. Two ways in: new work
// waits its turn; the rest of work that has begun (the next piece of a file) goes first, so that
// nothing half done waits behind all that is new. A thread that has gone on with something begins
// something next: what has many pieces starves nobody. Nor do jobs that wait for one another hold
// all threads: those of one owner have a few at a time, and the others of his are passed over. Safe
// from any number of threads. Jobs must not throw.
#pragma once

#include "base/guarded.h"

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <thread>
#include <vector>

namespace sokkuri::http {

struct WorkPoolOptions {
    enum class Priority : std::uint8_t { kOrdinary, kLow };

    std::size_t threads = 1;
    std::size_t queue_max = 1;          // jobs that wait to be begun
    std::size_t owner_threads_max = 0;  // 0: as many as there are
    Priority priority = Priority::kOrdinary;
};

class WorkPool {
 public:
    using Job = std::function<void()>;

    explicit WorkPool(const WorkPoolOptions& options);
    /// Does all that was accepted, then ends the threads.
    ~WorkPool();
    WorkPool(const WorkPool&) = delete;
    WorkPool& operator=(const WorkPool&) = delete;

    /// False, and `job` is untouched, when `queue_max` jobs wait already. Without an owner it waits
    /// for a thread alone. O(jobs that wait), as all below.
    bool try_begin(Job& job, const std::string& owner = {});
    /// Never refused: the caller has at most one such job at a time for each connection.
    void go_on(Job job);
    /// Jobs that wait for a thread.
    std::size_t waiting();
    bool is_full();

 private:
    struct Beginning {
        Job job;
        std::string owner;
    };

    struct State {
        std::deque<Beginning> beginnings;
        std::deque<Job> continuations;
        std::map<std::string, std::size_t> at_work;  // threads, by owner
        bool is_closed = false;

        bool is_empty() const { return beginnings.empty() && continuations.empty(); }
    };
    using Ready = std::deque<Beginning>::iterator;

    void work();
    bool is_counted(const std::string& owner) const {
        return options_.owner_threads_max != 0 && !owner.empty();
    }
    /// The first whose owner has not all that he may have.
    Ready first_ready(State& state) const;
    /// One that is to be done now; an empty one once all is done and the pool is closed.
    Beginning next(bool went_on, bool& goes_on);
    void done(const std::string& owner);

    const WorkPoolOptions options_;
    Guarded<State> state_;
    std::condition_variable filled_;
    std::vector<std::jthread> threads_;
};

}  // namespace sokkuri::http
