// Jobs: long work that a server does in the background, one after the other in each library, with
// progress that can be watched. Bounded; what has ended is remembered for a while. Safe from any
// number of threads. The destructor asks what runs to stop and waits for it.
#pragma once

#include "base/result.h"
#include "service/ingest.h"
#include "service/libraries.h"
#include "service/model_switch.h"
#include "service/upkeep.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sokkuri::service {

enum class JobState { kQueued, kRunning, kDone, kFailed, kCancelled };
std::string_view name_of(JobState state);  // "queued", …

struct JobStatus {
    std::string id;
    std::string kind;        // "index", "switch", "compact", "verify", "backup"
    std::string collection;  // name of the library
    JobState state = JobState::kQueued;
    bool is_stopping = false;  // was asked to stop
    IngestProgress progress;   // of "index" and "switch"
    std::string stage;         // what goes on beside pictures: "linking", a file that is read
    double share = 0;          // of that stage, 0 to 1; 0 where nobody knows
    /// One of these, of one that has ended; of "index" and "switch" also when canceled. Of a
    /// collection only the newest report has its failures: they are of the same files each time.
    std::shared_ptr<const IngestReport> report;
    std::optional<collection::CompactReport> compaction;
    std::optional<collection::VerifyReport> verification;
    std::optional<collection::BackupReport> backup;
    std::string error;            // of one that failed
    std::int64_t created_s = 0;   // Unix time
    std::int64_t finished_s = 0;  // 0: not yet
    std::uint64_t revision = 0;   // grows with every change
};

class Jobs {
 public:
    static constexpr std::size_t kQueuedMax = 32;      // of a collection; beyond: kExhausted
    static constexpr std::size_t kRememberedMax = 64;  // ended ones; the oldest go first

    virtual ~Jobs() = default;
    /// `libraries` outlives it.
    static std::unique_ptr<Jobs> create(Libraries& libraries);

    /// Starts an ingest of that library, or answers the one that waits there with the same wishes.
    virtual Result<JobStatus> index(const std::string& collection,
                                    const IngestRequest& request) = 0;
    /// Starts another model's taking over (model_switch.h), or answers the one that waits there for
    /// the same model.
    virtual Result<JobStatus> switch_model(const std::string& collection,
                                           const SwitchRequest& request) = 0;
    /// Starts a compaction, or answers the one that waits there.
    virtual Result<JobStatus> compact(const std::string& collection) = 0;
    /// Starts a verification, or answers the one that waits there and does the same.
    virtual Result<JobStatus> verify(const std::string& collection,
                                     const VerifyRequest& request) = 0;
    /// Starts a backup into the folder `target`, or answers the one that waits there for the same.
    virtual Result<JobStatus> back_up(const std::string& collection, const std::string& target) = 0;
    /// kNotFound when there is none, or no longer.
    virtual Result<JobStatus> find(const std::string& id) const = 0;
    /// Newest first.
    virtual std::vector<JobStatus> all() const = 0;
    /// Asks it to stop; what was committed stays. No error when it has ended. One that still waits
    /// and that several have asked for stays until all of them have asked for its end.
    virtual Result<JobStatus> cancel(const std::string& id) = 0;
    /// For one who has asked for it and does so no longer: as long as others have, it goes on,
    /// whether it waits or runs (then the answer is neither stopping nor at its end); for the last
    /// one as `cancel`.
    virtual Result<JobStatus> leave(const std::string& id) = 0;
    /// Stops the jobs of a collection that is about to go; returns when they have ended.
    virtual void end(const std::string& collection) = 0;
    /// Stops everything and takes nothing more; returns when all have ended.
    virtual void stop() = 0;
};

}  // namespace sokkuri::service
