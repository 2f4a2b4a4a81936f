#include "service/folder_follower.h"

#include "base/log.h"
#include "service/watched_folder.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace sokkuri::service {
namespace {

/// Where too many jobs wait already.
constexpr std::chrono::seconds kAskAgainAfter(1);

class Follower final : public FolderFollower {
 public:
    Follower(Jobs& jobs, const IngestRequest& request) : jobs_(jobs), request_(request) {}

    void follow(std::string collection, std::unique_ptr<FolderWatch> watch) {
        threads_.emplace_back([this, collection = std::move(collection), watch = std::move(watch)](
                                  const std::stop_token& stop) { run(collection, *watch, stop); });
    }

 private:
    void run(const std::string& collection, FolderWatch& watch, const std::stop_token& stop) const;
    /// False when there is nothing to follow any more.
    bool ask(const std::string& collection, const std::stop_token& stop) const;

    Jobs& jobs_;
    const IngestRequest request_;
    std::vector<std::jthread> threads_;  // last: joined first
};

void wait_a_moment(const std::stop_token& stop);

}  // namespace

Result<std::unique_ptr<FolderFollower>> FolderFollower::start(const Libraries& libraries,
                                                              Jobs& jobs,
                                                              const IngestRequest& request) {
    std::vector<std::pair<std::string, std::unique_ptr<FolderWatch>>> watches;
    for (const Libraries::EntryPointer& entry : libraries.all()) {
        const std::string& folder = entry->library.folder();
        if (folder.empty() || entry->library.access() != LibraryAccess::kWrite) continue;
        std::unique_ptr<FolderWatch> watch = TRY(watch_pictures(folder));
        watches.emplace_back(entry->name, std::move(watch));
    }
    auto follower = std::make_unique<Follower>(jobs, request);
    for (auto& [collection, watch] : watches)
        follower->follow(std::move(collection), std::move(watch));
    return follower;
}

namespace {

void Follower::run(const std::string& collection, FolderWatch& watch,
                   const std::stop_token& stop) const {
    for (;;) {
        const auto changed = watch.wait(stop);
        if (!changed) {
            LOG(kError, "event=folder_not_followed collection={} reason={:?}", collection,
                changed.error().message());
            return;
        }
        if (!*changed || !ask(collection, stop)) return;
    }
}

bool Follower::ask(const std::string& collection, const std::stop_token& stop) const {
    for (;;) {
        const auto job = jobs_.index(collection, request_);
        if (job) return true;
        if (job.error().code() != ErrorCode::kExhausted) return false;  // dropped, or stopping
        wait_a_moment(stop);
        if (stop.stop_requested()) return false;
    }
}

void wait_a_moment(const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any asleep;
    std::unique_lock lock(mutex);
    asleep.wait_for(lock, stop, kAskAgainAfter, [] { return false; });
}

}  // namespace
}  // namespace sokkuri::service
