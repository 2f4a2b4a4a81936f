#include "service/jobs.h"

#include "base/guarded.h"
#include "base/log.h"
#include "base/out_of_memory.h"
#include "base/thread_priority.h"
#include "service/job_wish.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <stop_token>
#include <thread>
#include <utility>
#include <variant>

namespace sokkuri::service {
namespace {

using Report = std::variant<IngestReport, collection::CompactReport, collection::VerifyReport,
                            collection::BackupReport>;

struct Job {
    JobStatus status;
    JobWish wish;
    std::stop_source stop;
    std::size_t askers = 1;  // who were answered with this one
};

bool has_ended(JobState state);
void keep_report(JobStatus& status, Report report);
std::int64_t now_s();

class JobsOfLibraries final : public Jobs {
 public:
    explicit JobsOfLibraries(Libraries& libraries);
    ~JobsOfLibraries() override { stop(); }

    Result<JobStatus> index(const std::string& collection, const IngestRequest& request) override;
    Result<JobStatus> switch_model(const std::string& collection,
                                   const SwitchRequest& request) override;
    Result<JobStatus> compact(const std::string& collection) override;
    Result<JobStatus> verify(const std::string& collection, const VerifyRequest& request) override;
    Result<JobStatus> back_up(const std::string& collection, const std::string& target) override;
    Result<JobStatus> find(const std::string& id) const override;
    std::vector<JobStatus> all() const override;
    Result<JobStatus> cancel(const std::string& id) override;
    Result<JobStatus> leave(const std::string& id) override;
    void end(const std::string& collection) override;
    void stop() override;

 private:
    using JobPointer = std::shared_ptr<Job>;
    struct State {
        std::deque<JobPointer> jobs;  // oldest first
        std::uint64_t next_number = 1;
        bool is_stopping = false;
        std::map<std::string, std::jthread> workers;  // by collection; started with its first job
    };

    Result<JobStatus> start(const std::string& collection, JobWish wish);
    Result<JobStatus> end_for_one(const std::string& id, bool (*stays)(const Job&));
    void work(const std::string& collection, const std::stop_token& stop);
    JobPointer take(const std::string& collection, const std::stop_token& stop);
    void run(Job& job);
    Result<Report> work_on(Job& job, Library& library);
    void finish(Job& job, Result<Report> outcome);
    static JobPointer find(const State& state, const std::string& id);
    static void change(Job& job, JobState state);
    static void ask_to_stop(Job& job);
    static void forget_oldest(State& state);
    static void forget_failures(State& state, const std::string& collection);

    Libraries& libraries_;
    const std::int64_t started_s_ = now_s();  // part of ids: another process gives other ones
    mutable Guarded<State> state_;
    std::condition_variable changed_;
};

}  // namespace

std::string_view name_of(JobState state) {
    switch (state) {
        case JobState::kQueued:
            return "queued";
        case JobState::kRunning:
            return "running";
        case JobState::kDone:
            return "done";
        case JobState::kFailed:
            return "failed";
        case JobState::kCancelled:
            return "cancelled";
    }
    return "failed";
}

std::unique_ptr<Jobs> Jobs::create(Libraries& libraries) {
    return std::make_unique<JobsOfLibraries>(libraries);
}

namespace {

JobsOfLibraries::JobsOfLibraries(Libraries& libraries) : libraries_(libraries) {}

Result<JobStatus> JobsOfLibraries::index(const std::string& collection,
                                         const IngestRequest& request) {
    TRY(request.validate());
    const auto library = TRY(libraries_.find(collection));
    TRY(require_folder(*library));
    return start(collection, request);
}

Result<JobStatus> JobsOfLibraries::switch_model(const std::string& collection,
                                                const SwitchRequest& request) {
    TRY(libraries_.find(collection));
    return start(collection, request);
}

Result<JobStatus> JobsOfLibraries::compact(const std::string& collection) {
    TRY(libraries_.find(collection));
    return start(collection, CompactWish());
}

Result<JobStatus> JobsOfLibraries::verify(const std::string& collection,
                                          const VerifyRequest& request) {
    TRY(libraries_.find(collection));
    return start(collection, request);
}

Result<JobStatus> JobsOfLibraries::back_up(const std::string& collection,
                                           const std::string& target) {
    TRY(libraries_.find(collection));
    return start(collection, BackupWish{target});
}

Result<JobStatus> JobsOfLibraries::start(const std::string& collection, JobWish wish) {
    auto state = state_.lock();
    if (state->is_stopping) return fail(ErrorCode::kUnavailable, "the server is stopping");
    std::size_t queued = 0;
    for (const JobPointer& job : state->jobs) {
        if (job->status.state != JobState::kQueued) continue;
        if (job->status.collection != collection) continue;
        ++queued;
        if (!is_same_wish(job->wish, wish)) continue;
        ++job->askers;
        return job->status;
    }
    // Of each collection alone: a server of many folders asks for one job in each at its start.
    if (queued >= kQueuedMax) {
        return fail(ErrorCode::kExhausted, "collection {:?}: {} jobs wait already: at most {}",
                    collection, queued, kQueuedMax);
    }
    const auto job = std::make_shared<Job>();
    job->wish = std::move(wish);
    job->status = {.id = fmt::format("{:x}-{}", started_s_, state->next_number++),
                   .kind = std::string(kind_of(job->wish)),
                   .collection = collection,
                   .created_s = now_s(),
                   .revision = 1};
    state->jobs.push_back(job);
    if (!state->workers.contains(collection)) {
        state->workers.emplace(collection,
                               std::jthread([this, collection](const std::stop_token& stop) {
                                   work(collection, stop);
                               }));
    }
    changed_.notify_all();
    return job->status;
}

Result<JobStatus> JobsOfLibraries::find(const std::string& id) const {
    const auto state = state_.lock();
    const JobPointer job = find(*state, id);
    if (job) return job->status;
    return fail(ErrorCode::kNotFound, "job {:?}: there is none, or no longer", id);
}

std::vector<JobStatus> JobsOfLibraries::all() const {
    const auto state = state_.lock();
    std::vector<JobStatus> all;
    for (auto job = state->jobs.rbegin(); job != state->jobs.rend(); ++job)
        all.push_back((*job)->status);
    return all;
}

Result<JobStatus> JobsOfLibraries::cancel(const std::string& id) {
    return end_for_one(id, [](const Job& job) { return job.status.state == JobState::kQueued; });
}

Result<JobStatus> JobsOfLibraries::leave(const std::string& id) {
    return end_for_one(id, [](const Job&) { return true; });
}

/// Where others have asked for it, too, and `stays`, it goes on for them.
Result<JobStatus> JobsOfLibraries::end_for_one(const std::string& id, bool (*stays)(const Job&)) {
    auto state = state_.lock();
    const JobPointer job = find(*state, id);
    if (!job) return fail(ErrorCode::kNotFound, "job {:?}: there is none, or no longer", id);
    if (job->askers > 1 && stays(*job)) {
        --job->askers;
        return job->status;
    }
    ask_to_stop(*job);
    forget_oldest(*state);
    return job->status;
}

void JobsOfLibraries::end(const std::string& collection) {
    std::jthread worker;
    {
        auto state = state_.lock();
        for (const JobPointer& job : state->jobs) {
            if (job->status.collection == collection) ask_to_stop(*job);
        }
        const auto found = state->workers.find(collection);
        if (found == state->workers.end()) return;
        worker = std::move(found->second);
        state->workers.erase(found);
        // Here, where no worker is between a look and its wait. One of a collection that gets the
        // name meanwhile is another.
        worker.request_stop();
    }
    changed_.notify_all();
    worker.join();
}

void JobsOfLibraries::stop() {
    std::map<std::string, std::jthread> workers;
    {
        auto state = state_.lock();
        state->is_stopping = true;
        for (const JobPointer& job : state->jobs)
            ask_to_stop(*job);
        workers.swap(state->workers);
    }
    changed_.notify_all();
}

/// A thread for each library, so that a slow disk holds up no other collection.
void JobsOfLibraries::work(const std::string& collection, const std::stop_token& stop) {
    lower_thread_priority();
    while (const JobPointer job = take(collection, stop)) {
        run(*job);
        libraries_.sweep();
    }
}

/// Waits for the next one of that collection. Null when stopping.
JobsOfLibraries::JobPointer JobsOfLibraries::take(const std::string& collection,
                                                  const std::stop_token& stop) {
    auto state = state_.lock();
    for (;;) {
        if (state->is_stopping || stop.stop_requested()) return nullptr;
        for (const JobPointer& job : state->jobs) {
            const bool is_next =
                job->status.collection == collection && job->status.state == JobState::kQueued;
            if (!is_next) continue;
            change(*job, JobState::kRunning);
            return job;
        }
        changed_.wait(state.lock());
    }
}

/// Holds the library no longer than it works on it: it may be dropped.
void JobsOfLibraries::run(Job& job) {
    const auto library = libraries_.find(job.status.collection);
    if (!library) return finish(job, tl::unexpected(library.error()));
    // Where memory runs out, the job fails and the server goes on.
    finish(job, or_out_of_memory([&] { return work_on(job, **library); }));
}

Result<Report> JobsOfLibraries::work_on(Job& job, Library& library) {
    const auto show = [&](const IngestProgress& progress) {
        const auto state = state_.lock();
        job.status.progress = progress;
        ++job.status.revision;
    };
    const auto show_stage = [&](std::string_view stage, double share) {
        const auto state = state_.lock();
        job.status.stage = stage;
        job.status.share = share;
        ++job.status.revision;
    };
    const std::stop_token stop = job.stop.get_token();
    if (const auto* request = std::get_if<IngestRequest>(&job.wish)) {
        return ingest(library, *request, show, stop);
    }
    if (const auto* request = std::get_if<VerifyRequest>(&job.wish)) {
        return service::verify(library, *request, show_stage, stop);
    }
    if (std::holds_alternative<CompactWish>(job.wish)) {
        return service::compact(library, show_stage, stop);
    }
    if (const auto* wish = std::get_if<BackupWish>(&job.wish)) {
        return service::back_up(library, wish->target, show_stage, stop);
    }
    SwitchRequest request = std::get<SwitchRequest>(job.wish);
    request.index_progress = [&](double share, std::string_view stage) {
        show_stage(stage, share);
    };
    return service::switch_model(library, request, show, stop);
}

void JobsOfLibraries::finish(Job& job, Result<Report> outcome) {
    auto state = state_.lock();
    if (!outcome && outcome.error().code() == ErrorCode::kCancelled) {
        change(job, JobState::kCancelled);
    } else if (!outcome) {
        job.status.error = outcome.error().message();
        LOG(kWarn, "event=job_failed id={} collection={} reason={:?}", job.status.id,
            job.status.collection, job.status.error);
        change(job, JobState::kFailed);
    } else {
        if (std::holds_alternative<IngestReport>(*outcome)) {
            forget_failures(*state, job.status.collection);
        }
        keep_report(job.status, std::move(*outcome));
        if (job.status.compaction && !job.status.compaction->later_error.empty()) {
            LOG(kWarn, "event=compacted_in_part id={} collection={} reason={:?}", job.status.id,
                job.status.collection, job.status.compaction->later_error);
        }
        const bool was_cancelled = job.status.report && job.status.report->was_interrupted;
        change(job, was_cancelled ? JobState::kCancelled : JobState::kDone);
    }
    forget_oldest(*state);
}

JobsOfLibraries::JobPointer JobsOfLibraries::find(const State& state, const std::string& id) {
    const auto found = std::ranges::find_if(
        state.jobs, [&](const JobPointer& job) { return job->status.id == id; });
    return found == state.jobs.end() ? nullptr : *found;
}

void JobsOfLibraries::change(Job& job, JobState state) {
    job.status.state = state;
    ++job.status.revision;
    if (has_ended(state)) job.status.finished_s = now_s();
}

/// No more where it has ended.
void JobsOfLibraries::ask_to_stop(Job& job) {
    if (has_ended(job.status.state)) return;
    job.stop.request_stop();
    job.status.is_stopping = true;
    change(job, job.status.state == JobState::kQueued ? JobState::kCancelled : job.status.state);
}

void JobsOfLibraries::forget_oldest(State& state) {
    const auto ended = [](const JobPointer& job) { return has_ended(job->status.state); };
    auto too_many =
        std::ranges::count_if(state.jobs, ended) - static_cast<std::ptrdiff_t>(kRememberedMax);
    std::erase_if(state.jobs, [&](const JobPointer& job) { return ended(job) && too_many-- > 0; });
}

/// Of the jobs so far.
void JobsOfLibraries::forget_failures(State& state, const std::string& collection) {
    for (const JobPointer& job : state.jobs) {
        JobStatus& status = job->status;
        if (status.collection != collection || !status.report) continue;
        if (status.report->failures.empty()) continue;
        IngestReport report = *status.report;
        report.failures_forgotten += report.failures.size();
        report.failures = {};
        status.report = std::make_shared<const IngestReport>(std::move(report));
    }
}

bool has_ended(JobState state) {
    return state != JobState::kQueued && state != JobState::kRunning;
}

void keep_report(JobStatus& status, Report report) {
    if (auto* ingested = std::get_if<IngestReport>(&report)) {
        status.report = std::make_shared<const IngestReport>(std::move(*ingested));
    } else if (auto* verified = std::get_if<collection::VerifyReport>(&report)) {
        status.verification = std::move(*verified);
    } else if (auto* compacted = std::get_if<collection::CompactReport>(&report)) {
        status.compaction = std::move(*compacted);
    } else {
        status.backup = std::get<collection::BackupReport>(report);
    }
}

std::int64_t now_s() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::seconds>(now).count();
}

}  // namespace
}  // namespace sokkuri::service
