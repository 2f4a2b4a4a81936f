#include "service/ann_timing.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>

namespace sokkuri::service {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start);
void run_singles(const AnnWork& work, ThreadPool& threads, AnnRun& run);
void run_batches(const AnnWork& work, ThreadPool& threads, AnnRun& run);
/// Query `number` alone; `threads` may be null.
void run_one(const AnnWork& work, std::size_t number, ThreadPool* threads, AnnRun& run);

}  // namespace

double AnnRun::queries_per_second() const {
    return seconds > 0 ? static_cast<double>(answers.size()) / seconds : 0;
}

double AnnRun::percentile_ms(double share) const {
    if (latencies_ms.empty()) return 0;
    std::vector<double> sorted = latencies_ms;
    std::ranges::sort(sorted);
    const double rank = std::ceil(share * static_cast<double>(sorted.size()));
    return sorted[static_cast<std::size_t>(std::max(rank, 1.0)) - 1];
}

Result<AnnRun> run_queries(const AnnWork& work, ThreadPool& threads) {
    AnnRun run;
    run.answers.resize(work.query_count());
    run.latencies_ms.resize(work.query_count());
    const Clock::time_point start = Clock::now();
    if (work.calls == AnnCalls::kBatch) {
        run_batches(work, threads, run);
    } else {
        run_singles(work, threads, run);
    }
    run.seconds = seconds_since(start);
    if (work.stop.stop_requested()) return fail(ErrorCode::kCancelled, "stopped");
    return run;
}

Result<AnnRun> best_run(const AnnWork& work, ThreadPool& threads) {
    AnnRun best = TRY(run_queries(work, threads));
    std::vector<index::SegmentAnswer> answers = std::move(best.answers);
    double seconds = 0;
    for (int number = 0; number < kAnnRunsMax && seconds < kAnnRunsSecondsMax; ++number) {
        AnnRun run = TRY(run_queries(work, threads));
        seconds += run.seconds;
        if (number == 0 || run.seconds < best.seconds) best = std::move(run);
    }
    best.answers = std::move(answers);
    return best;
}

namespace {

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

void run_singles(const AnnWork& work, ThreadPool& threads, AnnRun& run) {
    const std::size_t count = run.answers.size();
    if (work.shared.effort.kind == index::Effort::Kind::kExact) {
        for (std::size_t i = 0; i < count && !work.stop.stop_requested(); ++i) {
            run_one(work, i, &threads, run);
        }
        return;
    }
    std::atomic<std::size_t> next{0};
    threads.for_each(threads.threads(), [&](std::size_t) {
        for (std::size_t i = next++; i < count && !work.stop.stop_requested(); i = next++) {
            run_one(work, i, nullptr, run);
        }
    });
}

void run_one(const AnnWork& work, std::size_t number, ThreadPool* threads, AnnRun& run) {
    const std::size_t dimension = work.rows.dimension();
    index::SegmentQuery query = work.shared;
    query.vector = work.queries.subspan(number * dimension, dimension);
    const Clock::time_point start = Clock::now();
    run.answers[number] = index::search_segment(work.segment, work.rows, query, threads);
    run.latencies_ms[number] = seconds_since(start) * 1e3;
}

void run_batches(const AnnWork& work, ThreadPool& threads, AnnRun& run) {
    const std::size_t dimension = work.rows.dimension();
    const std::size_t count = run.answers.size();
    for (std::size_t first = 0; first < count && !work.stop.stop_requested(); first += kAnnBatch) {
        const std::size_t queries = std::min(kAnnBatch, count - first);
        const Clock::time_point start = Clock::now();
        auto answers = index::search_segment(
            work.segment, work.rows, work.queries.subspan(first * dimension, queries * dimension),
            work.shared, &threads);
        const double took_ms = seconds_since(start) * 1e3;
        std::ranges::move(answers, run.answers.begin() + static_cast<std::ptrdiff_t>(first));
        std::fill_n(run.latencies_ms.begin() + static_cast<std::ptrdiff_t>(first), queries,
                    took_ms);
    }
}

}  // namespace
}  // namespace sokkuri::service
