#include "service/data_watch.h"

#include "base/log.h"
#include "base/out_of_memory.h"

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace sokkuri::service {
namespace {

/// A collection is served after two looks at which it was the same.
constexpr std::chrono::seconds kLookEvery(1);

struct Watched {
    Libraries& libraries;
    Jobs& jobs;
    FolderFollower* follower;
};

void watch(const Watched& watched, const std::stop_token& stop);
Result<void> look(const Watched& watched);

}  // namespace

DataWatch::DataWatch(Libraries& libraries, Jobs& jobs, FolderFollower* follower)
    : thread_([watched = Watched{libraries, jobs, follower}](const std::stop_token& stop) {
          watch(watched, stop);
      }) {}

namespace {

void watch(const Watched& watched, const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any asleep;
    std::unique_lock lock(mutex);
    bool was_told = false;
    while (!stop.stop_requested()) {
        const auto looked = or_out_of_memory([&] { return look(watched); });
        // Folders are followed whether or not others could be looked for.
        const auto followed = or_out_of_memory([&]() -> Result<void> {
            if (watched.follower != nullptr) watched.follower->look();
            return {};
        });
        if (!followed)
            LOG(kWarn, "event=folders_not_looked_at reason={:?}", followed.error().message());
        if (!looked && !was_told) {
            LOG(kWarn, "event=data_folder_not_looked_at reason={:?}", looked.error().message());
        }
        was_told = !looked;
        asleep.wait_for(lock, stop, kLookEvery, [] { return false; });
    }
}

Result<void> look(const Watched& watched) {
    return watched.libraries.look([&](const std::string& name) { watched.jobs.end(name); });
}

}  // namespace
}  // namespace sokkuri::service
