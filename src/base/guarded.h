// Guarded<T>: shared mutable state that can only be reached through its lock. No mutex lies beside
// its data anywhere else. Hold the lock briefly: never across I/O, inference or a callback.
#pragma once

#include <mutex>
#include <utility>

namespace sokkuri {

template <typename T>
class Guarded {
 public:
    /// The value, locked for as long as this object lives.
    class Locked {
     public:
        T& operator*() const { return *value_; }
        T* operator->() const { return value_; }
        /// For std::condition_variable::wait.
        std::unique_lock<std::mutex>& lock() { return lock_; }

     private:
        friend class Guarded;
        Locked(std::mutex& mutex, T& value) : lock_(mutex), value_(&value) {}
        std::unique_lock<std::mutex> lock_;
        T* value_;
    };

    Guarded() = default;
    explicit Guarded(T value) : value_(std::move(value)) {}
    Guarded(const Guarded&) = delete;
    Guarded& operator=(const Guarded&) = delete;

    [[nodiscard]] Locked lock() { return Locked(mutex_, value_); }

 private:
    std::mutex mutex_;
    T value_{};
};

}  // namespace sokkuri
