#include "http/work_pool.h"

#include <utility>

namespace sokkuri::http {

WorkPool::WorkPool(std::size_t threads, std::size_t queue_max) : queue_max_(queue_max) {
    for (std::size_t i = 0; i < threads; ++i) {
        threads_.emplace_back([this] { work(); });
    }
}

WorkPool::~WorkPool() {
    state_.lock()->is_closed = true;
    filled_.notify_all();
    threads_.clear();  // joins them while the rest of this still stands
}

bool WorkPool::try_begin(Job& job) {
    auto state = state_.lock();
    if (state->beginnings.size() >= queue_max_) return false;
    state->beginnings.push_back(std::move(job));
    filled_.notify_one();
    return true;
}

void WorkPool::go_on(Job job) {
    state_.lock()->continuations.push_back(std::move(job));
    filled_.notify_one();
}

std::size_t WorkPool::waiting() {
    const auto state = state_.lock();
    return state->beginnings.size() + state->continuations.size();
}

bool WorkPool::is_full() {
    return state_.lock()->beginnings.size() >= queue_max_;
}

void WorkPool::work() {
    bool went_on = false;
    for (;;) {
        Job job;
        {
            auto state = state_.lock();
            filled_.wait(state.lock(), [&] {
                return state->is_closed || !state->beginnings.empty() ||
                       !state->continuations.empty();
            });
            const bool begins =
                state->continuations.empty() || (went_on && !state->beginnings.empty());
            auto& queue = begins ? state->beginnings : state->continuations;
            if (queue.empty()) return;
            went_on = !begins;
            job = std::move(queue.front());
            queue.pop_front();
        }
        job();
    }
}

}  // namespace sokkuri::http
