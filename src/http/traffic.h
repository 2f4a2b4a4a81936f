// Traffic: what the connections of one server share: its limits, its threads, and how much of
// everything is in use. Everything but the pools, `metrics` and `is_abandoned` belongs to the
// network thread. For server.cpp and the connections; brings Boost.Asio.
#pragma once

#include "http/limits.h"
#include "http/metrics.h"
#include "http/route.h"
#include "http/work_pool.h"
#include "http/write_pacing.h"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>

namespace sokkuri::http {

using Executor = boost::asio::io_context::executor_type;

/// A coroutine of the network thread.
template <typename T>
using Task = boost::asio::awaitable<T, Executor>;

struct Traffic {
    Traffic(const Limits& all_limits, std::shared_ptr<ServerMetrics> all_metrics);

    /// Whose threads do work of that class (but kImmediate); `is_bulk` as WritePacing has it.
    WorkPool& pool_of(WorkClass work, bool is_bulk);
    /// Requests that wait for a thread.
    std::size_t waiting();
    /// Runs `job` there, then goes on on the network thread. `job` must not throw. Call when
    /// `begun_on.is_full()` was false: the network thread alone adds to the queue.
    Task<void> begin_on_pool(WorkPool& begun_on, std::string owner, std::function<void()> job);
    /// Likewise on `pool` for work that has begun: goes first and is never refused.
    Task<void> go_on_on_pool(std::function<void()> job);
    /// Until a bulk write may begin (`pacing`), or the server stops. Keeps no thread waiting.
    Task<void> rest_for_queries();

    const Limits limits;
    const std::shared_ptr<ServerMetrics> metrics;
    std::uint64_t request_number = 0;
    std::uint64_t bodies_bytes = 0;
    std::uint64_t answers_bytes = 0;
    std::uint32_t event_streams = 0;
    std::uint32_t exports = 0;
    std::uint32_t other_bodies = 0;
    WritePacing pacing;
    bool is_stopping = false;
    /// Set when the time to stop is over: work that still waits is answered without being done.
    std::atomic<bool> is_abandoned = false;
    boost::asio::io_context network{1};
    // Last: their jobs use all of the above.
    WorkPool pool;
    WorkPool writers;  // the owner of a write is its collection
    WorkPool bulk_writers;
    WorkPool waiters;
};

/// Counts something for as long as it lives. Belongs to the network thread.
class Counted {
 public:
    explicit Counted(std::uint32_t& count) : count_(count) { ++count_; }
    ~Counted() { --count_; }
    Counted(const Counted&) = delete;
    Counted& operator=(const Counted&) = delete;

 private:
    std::uint32_t& count_;
};

/// A share of the bytes that all requests together may hold (`Traffic::bodies_bytes`, or those of
/// answers), given back when this goes. Belongs to the network thread.
class ByteShare {
 public:
    /// `all_bytes` outlives it.
    ByteShare(std::uint64_t& all_bytes, std::uint64_t bytes_max)
        : all_bytes_(all_bytes), bytes_max_(bytes_max) {}
    ~ByteShare() { release(); }
    ByteShare(const ByteShare&) = delete;
    ByteShare& operator=(const ByteShare&) = delete;

    /// False, and nothing changes, when all together would pass `bytes_max`.
    bool grow_to(std::uint64_t bytes);
    void release();

 private:
    std::uint64_t& all_bytes_;
    const std::uint64_t bytes_max_;
    std::uint64_t bytes_ = 0;
};

}  // namespace sokkuri::http
