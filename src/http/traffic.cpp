#include "http/traffic.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <thread>
#include <utility>

namespace sokkuri::http {
namespace {

namespace net = boost::asio;

/// They sleep: what they wait for is done by other threads.
constexpr std::size_t kWaiters = 4;
/// How soon who rests for queries sees that nobody asks any more.
constexpr std::chrono::milliseconds kRestSlice(5);

std::size_t threads_of(const Limits& limits);
WorkPoolOptions writers_of(const Limits& limits, WorkPoolOptions::Priority priority);

/// Hands `job` to `start`, and completes on the network thread when it is done. Not a coroutine:
/// g++ 12 destroys temporaries in co_await expressions twice (its bug 99576), so there are none.
template <typename Start>
Task<void> run_elsewhere(Traffic& traffic, std::function<void()> job, Start start) {
    const Executor executor = traffic.network.get_executor();
    auto initiate = [executor, job = std::move(job), start](auto handler) mutable {
        // std::function wants copies; the handler cannot be copied.
        auto shared = std::make_shared<decltype(handler)>(std::move(handler));
        start([executor, job = std::move(job), shared = std::move(shared)]() mutable {
            job();
            job = nullptr;  // what it holds goes before the network thread may look at it
            net::post(executor, [shared = std::move(shared)] { std::move (*shared)(); });
        });
    };
    const net::use_awaitable_t<Executor> token;
    return net::async_initiate<const net::use_awaitable_t<Executor>, void()>(std::move(initiate),
                                                                             token);
}

}  // namespace

Traffic::Traffic(const Limits& all_limits, std::shared_ptr<ServerMetrics> all_metrics)
    : limits(all_limits),
      metrics(std::move(all_metrics)),
      pool({.threads = threads_of(all_limits), .queue_max = all_limits.work_queue_max}),
      writers(writers_of(all_limits, WorkPoolOptions::Priority::kOrdinary)),
      bulk_writers(writers_of(all_limits, WorkPoolOptions::Priority::kLow)),
      waiters({.threads = kWaiters,
               .queue_max = all_limits.work_queue_max,
               .owner_threads_max = kWaiters / 2}) {}

WorkPool& Traffic::pool_of(WorkClass work, bool is_bulk) {
    switch (work) {
        case WorkClass::kWriting:
            return is_bulk ? bulk_writers : writers;
        case WorkClass::kWaiting:
            return waiters;
        default:
            return pool;
    }
}

std::size_t Traffic::waiting() {
    return pool.waiting() + writers.waiting() + bulk_writers.waiting() + waiters.waiting();
}

Task<void> Traffic::begin_on_pool(WorkPool& begun_on, std::string owner,
                                  std::function<void()> job) {
    return run_elsewhere(*this, std::move(job),
                         [&begun_on, owner = std::move(owner)](WorkPool::Job whole) {
                             // Full only if the caller did not ask; then it goes first rather than
                             // nowhere.
                             if (!begun_on.try_begin(whole, owner))
                                 begun_on.go_on(std::move(whole));
                         });
}

Task<void> Traffic::go_on_on_pool(std::function<void()> job) {
    return run_elsewhere(*this, std::move(job),
                         [this](WorkPool::Job whole) { pool.go_on(std::move(whole)); });
}

Task<void> Traffic::rest_for_queries() {
    net::steady_timer timer(network);
    while (!is_stopping) {
        const auto rest = pacing.rest(WritePacing::Clock::now());
        if (rest == rest.zero()) break;
        timer.expires_after(std::min<WritePacing::Clock::duration>(rest, kRestSlice));
        co_await timer.async_wait(net::as_tuple(net::use_awaitable_t<Executor>()));
    }
}

bool ByteShare::grow_to(std::uint64_t bytes) {
    if (bytes <= bytes_) return true;
    const std::uint64_t more = bytes - bytes_;
    if (more > bytes_max_ - all_bytes_) return false;
    all_bytes_ += more;
    bytes_ = bytes;
    return true;
}

void ByteShare::release() {
    all_bytes_ -= bytes_;
    bytes_ = 0;
}

namespace {

std::size_t threads_of(const Limits& limits) {
    if (limits.work_threads != 0) return limits.work_threads;
    return 2 * std::max<std::size_t>(1, std::thread::hardware_concurrency());
}

/// While one collection keeps its writers waiting, those of others write.
WorkPoolOptions writers_of(const Limits& limits, WorkPoolOptions::Priority priority) {
    const std::size_t of_one_collection = std::max<std::size_t>(1, threads_of(limits) / 2);
    return {.threads = 2 * of_one_collection,
            .queue_max = limits.work_queue_max,
            .owner_threads_max = of_one_collection,
            .priority = priority};
}

}  // namespace
}  // namespace sokkuri::http
