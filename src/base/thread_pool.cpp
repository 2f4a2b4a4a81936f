#include "base/thread_pool.h"

#include "base/guarded.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <exception>
#include <thread>
#include <utility>
#include <vector>

namespace sokkuri {

namespace {

struct Loop {
    const std::function<void(std::size_t)>* work = nullptr;
    std::size_t count = 0;
    std::uint64_t number = 0;    // tells a waiting thread that this is a new loop
    std::size_t helpers_in = 0;  // pool threads still inside the loop
    std::exception_ptr thrown;   // by any of its threads
    bool stop = false;
};

}  // namespace

struct ThreadPool::State {
    explicit State(std::size_t count) : threads_wanted(count) {}

    void help_until_stopped();
    void take_turns(const std::function<void(std::size_t)>& work, std::size_t count);
    void share(const std::function<void(std::size_t)>& work, std::size_t count);

    const std::size_t threads_wanted;
    std::atomic<std::size_t> next{0};
    Guarded<Loop> loop;
    std::condition_variable started;
    std::condition_variable finished;
    std::atomic<bool> is_shared{false};  // somebody's loop has the threads
    Guarded<std::vector<std::jthread>> helpers;
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
    const bool is_alone =
        count <= 1 || state_->threads_wanted == 1 || state_->is_shared.exchange(true);
    if (!is_alone) {
        const auto give_back = [](std::atomic<bool>* is_shared) { *is_shared = false; };
        const std::unique_ptr<std::atomic<bool>, decltype(give_back)> turn(&state_->is_shared);
        state_->share(work, count);
        return;
    }
    for (std::size_t i = 0; i < count; ++i) {
        work(i);
    }
}

void ThreadPool::State::share(const std::function<void(std::size_t)>& work, std::size_t count) {
    {
        auto started_ones = helpers.lock();
        while (started_ones->size() + 1 < threads_wanted) {
            started_ones->emplace_back([this] { help_until_stopped(); });
        }
    }
    {
        auto current = loop.lock();
        current->work = &work;
        current->count = count;
        ++current->number;
        next = 0;
    }
    started.notify_all();
    take_turns(work, count);
    std::exception_ptr thrown;
    {
        auto current = loop.lock();
        finished.wait(current.lock(), [&] { return current->helpers_in == 0; });
        current->work = nullptr;  // a helper that wakes up late finds nothing to do
        thrown = std::exchange(current->thrown, nullptr);
    }
    if (thrown != nullptr) std::rethrow_exception(thrown);
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
    try {
        for (std::size_t i = next++; i < count; i = next++) {
            work(i);
        }
    } catch (...) {
        next = count;
        const auto current = loop.lock();
        if (current->thrown == nullptr) current->thrown = std::current_exception();
    }
}

}  // namespace sokkuri
