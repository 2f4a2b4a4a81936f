#include "service/folder_follower.h"

#include "base/log.h"
#include "base/out_of_memory.h"
#include "service/watched_folder.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <iterator>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace sokkuri::service {
namespace {

/// Where too many jobs wait already, or the folder is away.
constexpr std::chrono::seconds kAskAgainAfter(1);
/// A folder that cannot be followed may take long to walk.
constexpr unsigned kLooksWantedMax = 64;

/// Whether a folder is indexed before anything of it changes.
enum class Beginning { kWithIndexing, kWithTheFirstChange };

class Follower final : public FolderFollower {
 public:
    Follower(const Libraries& libraries, Jobs& jobs, const IngestRequest& request)
        : libraries_(libraries), jobs_(jobs), request_(request) {}

    Result<void> follow(const Libraries::EntryPointer& entry, Beginning beginning);
    void look() override;

 private:
    using EntryReference = std::weak_ptr<Libraries::Entry>;  // whoever drops it does not wait
    struct Followed {
        EntryReference entry;
        std::shared_ptr<std::atomic<bool>> is_over;  // its watch sees nothing any more
        std::jthread thread;
    };
    /// One that cannot be followed.
    struct Told {
        EntryReference entry;
        unsigned looks = 0;  // since it was tried
        unsigned looks_wanted = 1;
    };

    void leave_those_that_have_gone();
    bool is_known(const Libraries::EntryPointer& entry) const;
    bool is_due(const Libraries::EntryPointer& entry);
    void tell_once(const Libraries::EntryPointer& entry, const Error& error);
    std::vector<Told>::iterator told_of(const Libraries::EntryPointer& entry);
    void run(const std::string& collection, FolderWatch& watch, const std::stop_token& stop) const;
    /// False when there is nothing to follow any more.
    bool ask(const std::string& collection, const std::stop_token& stop) const;

    const Libraries& libraries_;
    Jobs& jobs_;
    const IngestRequest request_;
    std::vector<Told> told_;
    std::vector<Followed> followed_;  // last: joined first
};

void wait_a_moment(const std::stop_token& stop);
/// Whether it has a folder of pictures, and may be written to.
bool can_follow(const Libraries::EntryPointer& entry);
bool is_same(const std::weak_ptr<Libraries::Entry>& one, const Libraries::EntryPointer& other);

}  // namespace

Result<std::unique_ptr<FolderFollower>> FolderFollower::start(const Libraries& libraries,
                                                              Jobs& jobs,
                                                              const IngestRequest& request) {
    auto follower = std::make_unique<Follower>(libraries, jobs, request);
    for (const Libraries::EntryPointer& entry : libraries.all()) {
        if (!can_follow(entry)) continue;
        TRY(follower->follow(entry, Beginning::kWithTheFirstChange));
    }
    return follower;
}

namespace {

Result<void> Follower::follow(const Libraries::EntryPointer& entry, Beginning beginning) {
    std::unique_ptr<FolderWatch> watch = TRY(watch_pictures(entry->library.folder()));
    const auto is_over = std::make_shared<std::atomic<bool>>(false);
    followed_.push_back(
        {.entry = entry,
         .is_over = is_over,
         .thread = std::jthread([this, beginning, is_over, collection = entry->name,
                                 watch = std::move(watch)](const std::stop_token& stop) {
             const bool is_indexed_first = beginning == Beginning::kWithIndexing;
             if (!is_indexed_first || ask(collection, stop)) run(collection, *watch, stop);
             *is_over = true;
         })});
    return {};
}

void Follower::look() {
    leave_those_that_have_gone();
    for (const Libraries::EntryPointer& entry : libraries_.all()) {
        if (!can_follow(entry) || is_known(entry) || !is_due(entry)) continue;
        const auto followed = follow(entry, Beginning::kWithIndexing);
        if (!followed) tell_once(entry, followed.error());
        if (followed && told_of(entry) != told_.end()) told_.erase(told_of(entry));
    }
}

void Follower::leave_those_that_have_gone() {
    std::vector<Followed> gone;      // ended when nothing is held any more
    gone.reserve(followed_.size());  // before any is moved: memory may run out
    const std::vector<Libraries::EntryPointer> entries = libraries_.all();
    const auto is_gone = [&](const EntryReference& reference) {
        return std::ranges::none_of(entries,
                                    [&](const auto& entry) { return is_same(reference, entry); });
    };
    const auto rest = std::ranges::stable_partition(followed_, [&](const Followed& followed) {
        return !is_gone(followed.entry) && !*followed.is_over;
    });
    std::ranges::move(rest, std::back_inserter(gone));
    followed_.erase(rest.begin(), rest.end());
    std::erase_if(told_, [&](const Told& told) { return is_gone(told.entry); });
}

bool Follower::is_known(const Libraries::EntryPointer& entry) const {
    return std::ranges::any_of(
        followed_, [&](const Followed& followed) { return is_same(followed.entry, entry); });
}

void Follower::tell_once(const Libraries::EntryPointer& entry, const Error& error) {
    if (const auto told = told_of(entry); told != told_.end()) {
        told->looks = 0;
        told->looks_wanted = std::min(2 * told->looks_wanted, kLooksWantedMax);
        return;
    }
    LOG(kError, "event=folder_not_followed collection={} reason={:?}", entry->name,
        error.message());
    told_.push_back({.entry = entry});
}

/// Each time it is waited longer for one that cannot be followed.
bool Follower::is_due(const Libraries::EntryPointer& entry) {
    const auto told = told_of(entry);
    return told == told_.end() || ++told->looks >= told->looks_wanted;
}

std::vector<Follower::Told>::iterator Follower::told_of(const Libraries::EntryPointer& entry) {
    return std::ranges::find_if(told_,
                                [&](const Told& told) { return is_same(told.entry, entry); });
}

void Follower::run(const std::string& collection, FolderWatch& watch,
                   const std::stop_token& stop) const {
    for (;;) {
        const auto changed = or_out_of_memory([&] { return watch.wait(stop); });
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
        const auto job = or_out_of_memory([&] { return jobs_.index(collection, request_); });
        if (job) return true;
        if (job.error().code() == ErrorCode::kNotFound) return false;  // dropped
        wait_a_moment(stop);
        if (stop.stop_requested()) return false;
    }
}

bool can_follow(const Libraries::EntryPointer& entry) {
    return !entry->library.folder().empty() && entry->library.access() == LibraryAccess::kWrite;
}

bool is_same(const std::weak_ptr<Libraries::Entry>& one, const Libraries::EntryPointer& other) {
    return !one.owner_before(other) && !other.owner_before(one);
}

void wait_a_moment(const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any asleep;
    std::unique_lock lock(mutex);
    asleep.wait_for(lock, stop, kAskAgainAfter, [] { return false; });
}

}  // namespace
}  // namespace sokkuri::service
