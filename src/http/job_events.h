// JobEvents: a job as it changes, for somebody who watches: "progress" whenever it has changed, and
// "done" once, when it has ended. Belongs to one connection; never waits.
#pragma once

#include "http/response.h"
#include "service/jobs.h"
#include "service/libraries.h"

#include <cstdint>
#include <optional>
#include <string>

namespace sokkuri::http {

class JobEvents final : public EventStream {
 public:
    /// Both outlive this.
    JobEvents(const service::Jobs& jobs, const service::Libraries& libraries, std::string id)
        : jobs_(jobs), libraries_(libraries), id_(std::move(id)) {}

    std::optional<Event> next() override;
    bool is_finished() const override { return is_finished_; }

 private:
    const service::Jobs& jobs_;
    const service::Libraries& libraries_;
    const std::string id_;
    std::optional<std::uint64_t> revision_;  // that was sent last
    bool is_finished_ = false;
};

}  // namespace sokkuri::http
