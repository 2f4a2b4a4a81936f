#include "cli/job_watch.h"

#include "base/shown_text.h"
#include "cli/index_report.h"
#include "cli/progress.h"

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>

namespace sokkuri::cli {
namespace {

constexpr std::chrono::milliseconds kLookEvery(200);

/// What the watching thread works with.
class Watcher {
 public:
    Watcher(const Invocation& invocation, const service::Libraries& libraries,
            const service::Jobs& jobs)
        : invocation_(invocation),
          libraries_(libraries),
          jobs_(jobs),
          line_(invocation.console, invocation.terminal) {}

    void run(const std::stop_token& stop) {
        std::mutex mutex;
        std::condition_variable_any asleep;
        std::unique_lock lock(mutex);
        while (!stop.stop_requested()) {
            look();
            asleep.wait_for(lock, stop, kLookEvery, [] { return false; });
        }
        look();
        line_.clear();
    }

 private:
    void look();
    void tell_progress(const service::JobStatus& job);
    void tell_end(const service::JobStatus& job);
    /// "pictures: " where several collections are served.
    std::string name_of(const service::JobStatus& job) const;

    const Invocation& invocation_;
    const service::Libraries& libraries_;
    const service::Jobs& jobs_;
    ProgressLine line_;
    std::map<std::string, bool> has_ended_;  // by id, of the jobs that there are
};

/// What it does, in a word.
std::string_view work_of(const service::JobStatus& job);

}  // namespace

JobWatch::JobWatch(const Invocation& invocation, const service::Libraries& libraries,
                   const service::Jobs& jobs)
    : thread_([&invocation, &libraries, &jobs](const std::stop_token& stop) {
          Watcher(invocation, libraries, jobs).run(stop);
      }) {}

namespace {

void Watcher::look() {
    std::map<std::string, bool> now;
    std::vector<service::JobStatus> all = jobs_.all();
    for (auto job = all.rbegin(); job != all.rend(); ++job) {  // oldest first
        const bool is_running = job->state == service::JobState::kRunning;
        const bool has_ended = !is_running && job->state != service::JobState::kQueued;
        if (has_ended && !has_ended_[job->id]) tell_end(*job);
        if (is_running && invocation_.terminal.error_is_terminal) tell_progress(*job);
        now[job->id] = has_ended;
    }
    has_ended_ = std::move(now);
}

void Watcher::tell_progress(const service::JobStatus& job) {
    if (job.stage.empty()) return line_.show(job.progress);
    job.share > 0 ? line_.show(job.stage, job.share) : line_.show(job.stage);
}

void Watcher::tell_end(const service::JobStatus& job) {
    line_.clear();
    if (job.state == service::JobState::kFailed) {
        invocation_.console.say("{}{} failed: {}", name_of(job), work_of(job),
                                shown_text(job.error));
        return;
    }
    if (job.compaction && !job.compaction->later_error.empty()) {
        invocation_.console.say("{}compacted, but {}", name_of(job),
                                shown_text(job.compaction->later_error));
    }
    if (job.verification && !job.verification->is_whole()) {
        invocation_.console.say("{}the index is damaged: see `sokkuri verify`", name_of(job));
    }
    const auto library = libraries_.find(job.collection);
    if (!job.report || !library) return;
    invocation_.console.write(
        name_of(job) + summary_text(*job.report, (*library)->folder(), invocation_.terminal));
}

std::string Watcher::name_of(const service::JobStatus& job) const {
    return libraries_.all().size() < 2 ? "" : fmt::format("{}: ", shown_text(job.collection));
}

std::string_view work_of(const service::JobStatus& job) {
    if (job.kind == "compact") return "compacting";
    if (job.kind == "verify") return "verifying";
    if (job.kind == "backup") return "the backup";
    return "indexing";
}

}  // namespace
}  // namespace sokkuri::cli
