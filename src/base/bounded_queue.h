// BoundedQueue<T>: hands work from threads to threads and never holds more than its capacity, so
// that a fast producer waits for a slow consumer instead of filling memory. Safe from any number of
// threads. Closing wakes everybody.
#pragma once

#include "base/check.h"
#include "base/guarded.h"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <optional>
#include <utility>

namespace sokkuri {

template <typename T>
class BoundedQueue {
 public:
    explicit BoundedQueue(std::size_t capacity) : capacity_(capacity) { CHECK(capacity > 0); }

    /// Waits for room. False (and the item is dropped) once the queue is closed.
    bool push(T item) {
        auto state = state_.lock();
        room_.wait(state.lock(), [&] { return state->closed || state->items.size() < capacity_; });
        if (state->closed) return false;
        state->items.push_back(std::move(item));
        filled_.notify_one();
        return true;
    }

    /// False at once when full or closed; the item is then untouched.
    bool try_push(T& item) {
        auto state = state_.lock();
        if (state->closed || state->items.size() >= capacity_) return false;
        state->items.push_back(std::move(item));
        filled_.notify_one();
        return true;
    }

    /// Waits for an item. Empty once the queue is closed and drained.
    std::optional<T> pop() {
        auto state = state_.lock();
        filled_.wait(state.lock(), [&] { return state->closed || !state->items.empty(); });
        return take_front(*state);
    }

    /// Waits for an item until `deadline`. Empty when it has passed, or once the queue is closed
    /// and drained: `is_finished` tells which.
    std::optional<T> pop_until(std::chrono::steady_clock::time_point deadline) {
        auto state = state_.lock();
        filled_.wait_until(state.lock(), deadline,
                           [&] { return state->closed || !state->items.empty(); });
        return take_front(*state);
    }

    /// Closed and drained: nothing will come any more.
    bool is_finished() {
        auto state = state_.lock();
        return state->closed && state->items.empty();
    }

    /// An item if there is one now.
    std::optional<T> try_pop() {
        auto state = state_.lock();
        return take_front(*state);
    }

    /// No more pushes; what is queued can still be popped.
    void close() {
        state_.lock()->closed = true;
        room_.notify_all();
        filled_.notify_all();
    }

    std::size_t capacity() const { return capacity_; }

 private:
    struct State {
        std::deque<T> items;
        bool closed = false;
    };

    std::optional<T> take_front(State& state) {
        if (state.items.empty()) return std::nullopt;
        std::optional<T> item(std::move(state.items.front()));
        state.items.pop_front();
        room_.notify_one();
        return item;
    }

    const std::size_t capacity_;
    Guarded<State> state_;
    std::condition_variable room_;
    std::condition_variable filled_;
};

}  // namespace sokkuri
