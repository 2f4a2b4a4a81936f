#include "base/thread_pool.h"

#include "base/guarded.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <thread>
#include <vector>

namespace sokkuri {

namespace {

struct Loop {
    const std::function<void(std::size_t)>* work = nullptr;
    std::size_t count = 0;
    std::uint64_t number = 0;    // tells a waiting thread that this is a new loop
    std::size_t helpers_in = 0;  // pool threads still inside the loop
    bool stop = false;
};

}  // namespace

struct ThreadPool::State {
    explicit State(std::size_t count) : threads_wanted(count) {}

    void help_until_stopped();
    void take_turns(const std::function<void(std::size_t)>& work, std::size_t count);

    const std::size_t threads_wanted;
    std::atomic<std::size_t> next{0};
    Guarded<Loop> loop;
    std::condition_variable started;
    std::condition_variable finished;
    Guarded<std::vector<std::jthread>> helpers;  // its lock also makes callers take turns
};

ThreadPool::ThreadPool(std::size_t threads)
    : state_(std::make_unique<State>(
          threads != 0 ? threads : std::max<std::size_t>(1, std::thread::hardware_concurrency()))) {
}

ThreadPool::~ThreadPool() {
    state_->loop.lock()->stop = true;
    state_->started.notify_all();
}

std::size_t ThreadPool::threads() const {
    return state_->threads_wanted;
}

void ThreadPool::for_each(std::size_t count, const std::function<void(std::size_t)>& work) {
    if (count <= 1 || state_->threads_wanted == 1) {
        for (std::size_t i = 0; i < count; ++i) {
            work(i);
        }
        return;
    }
    auto helpers = state_->helpers.lock();
    while (helpers->size() + 1 < state_->threads_wanted) {
        helpers->emplace_back([state = state_.get()] { state->help_until_stopped(); });
    }
    {
        auto loop = state_->loop.lock();
        loop->work = &work;
        loop->count = count;
        ++loop->number;
        state_->next = 0;
    }
    state_->started.notify_all();
    state_->take_turns(work, count);
    auto loop = state_->loop.lock();
    state_->finished.wait(loop.lock(), [&] { return loop->helpers_in == 0; });
    loop->work = nullptr;  // a helper that wakes up late finds nothing to do
}

void ThreadPool::State::help_until_stopped() {
    std::uint64_t seen = 0;
    for (;;) {
        const std::function<void(std::size_t)>* work = nullptr;
        std::size_t count = 0;
        {
            auto current = loop.lock();
            started.wait(current.lock(), [&] { return current->stop || current->number != seen; });
            if (current->stop) return;
            seen = current->number;
            if (current->work == nullptr) continue;
            work = current->work;
            count = current->count;
            ++current->helpers_in;
        }
        take_turns(*work, count);
        --loop.lock()->helpers_in;
        finished.notify_all();
    }
}

void ThreadPool::State::take_turns(const std::function<void(std::size_t)>& work,
                                   std::size_t count) {
    for (std::size_t i = next++; i < count; i = next++) {
        work(i);
    }
}

}  // namespace sokkuri
