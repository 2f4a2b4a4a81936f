#include "http/job_events.h"

#include "http/job_json.h"

namespace sokkuri::http {

std::optional<EventStream::Event> JobEvents::next() {
    if (is_finished_) return std::nullopt;
    const auto job = jobs_.find(id_);
    if (!job) {  // ended so long ago that it was forgotten
        is_finished_ = true;
        return std::nullopt;
    }
    is_finished_ = has_ended(*job);
    if (!is_finished_ && revision_ == job->revision) return std::nullopt;
    revision_ = job->revision;
    return Event{.name = is_finished_ ? "done" : "progress", .data = job_json(libraries_, *job)};
}

}  // namespace sokkuri::http
