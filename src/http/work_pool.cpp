#include "http/work_pool.h"

#include "base/thread_priority.h"

#include <algorithm>
#include <utility>

namespace sokkuri::http {

WorkPool::WorkPool(const WorkPoolOptions& options) : options_(options) {
    for (std::size_t i = 0; i < options_.threads; ++i) {
        threads_.emplace_back([this] {
            if (options_.priority == WorkPoolOptions::Priority::kLow) lower_thread_priority();
            work();
        });
    }
}

WorkPool::~WorkPool() {
    state_.lock()->is_closed = true;
    filled_.notify_all();
    threads_.clear();  // joins them while the rest of this still stands
}

bool WorkPool::try_begin(Job& job, const std::string& owner) {
    auto state = state_.lock();
    if (state->beginnings.size() >= options_.queue_max) return false;
    state->beginnings.push_back({std::move(job), owner});
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
    return state_.lock()->beginnings.size() >= options_.queue_max;
}

void WorkPool::work() {
    bool went_on = false;
    for (;;) {
        Beginning taken = next(went_on, went_on);
        if (taken.job == nullptr) return;
        taken.job();
        taken.job = nullptr;  // what it holds goes before anybody hears that it is done
        done(taken.owner);
    }
}

WorkPool::Beginning WorkPool::next(bool went_on, bool& goes_on) {
    auto state = state_.lock();
    Ready ready;
    filled_.wait(state.lock(), [&] {
        ready = first_ready(*state);
        return ready != state->beginnings.end() || !state->continuations.empty() ||
               (state->is_closed && state->is_empty());
    });
    const bool can_begin = ready != state->beginnings.end();
    goes_on = !state->continuations.empty() && !(went_on && can_begin);
    Beginning taken;
    if (goes_on) {
        taken.job = std::move(state->continuations.front());
        state->continuations.pop_front();
    } else if (can_begin) {
        taken = std::move(*ready);
        state->beginnings.erase(ready);
        if (is_counted(taken.owner)) ++state->at_work[taken.owner];
    }
    return taken;
}

WorkPool::Ready WorkPool::first_ready(State& state) const {
    return std::ranges::find_if(state.beginnings, [&](const Beginning& beginning) {
        if (!is_counted(beginning.owner)) return true;
        const auto found = state.at_work.find(beginning.owner);
        return found == state.at_work.end() || found->second < options_.owner_threads_max;
    });
}

void WorkPool::done(const std::string& owner) {
    const auto state = state_.lock();
    if (is_counted(owner)) {
        const auto found = state->at_work.find(owner);
        if (--found->second == 0) state->at_work.erase(found);
    }
    // Another of his may begin now; or this was the last of all that is to be waited for.
    if (is_counted(owner) || state->is_closed) filled_.notify_all();
}

}  // namespace sokkuri::http
