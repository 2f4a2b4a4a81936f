#include "collection/old_files.h"

#include "base/log.h"
#include "base/out_of_memory.h"
#include "collection/compaction.h"
#include "collection/seal.h"

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

namespace sokkuri::collection {
namespace {

using std::chrono::milliseconds;

/// A search is over in less; an export may take its time.
constexpr milliseconds kFirstPause{100};
constexpr milliseconds kLongestPause{6'400};

}  // namespace

OldFiles::OldFiles(FileSystem& files, std::string directory, store::Catalog& catalog,
                   Snapshots& snapshots, InTurn in_turn)
    : files_(files),
      directory_(std::move(directory)),
      catalog_(catalog),
      snapshots_(snapshots),
      in_turn_(std::move(in_turn)),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

OldFiles::~OldFiles() {
    thread_.request_stop();
    thread_.join();
    static_cast<void>(attempt());
}

void OldFiles::let_go() {
    const auto are_gone = attempt();
    if (are_gone.value_or(false)) return;
    left_.lock()->are_there = true;
    wake_.notify_all();
}

void OldFiles::let_go_segments() {
    // Those that cannot be listed now are found the next time.
    static_cast<void>(or_out_of_memory([this] { return find_segments(); }));
    let_go();
}

Result<void> OldFiles::find_segments() {
    const auto transaction = TRY(catalog_.begin_read());
    const std::vector<std::string> found = leftovers(files_, directory_, *transaction);
    left_.lock()->segments.insert(found.begin(), found.end());
    return {};
}

/// Whether nothing is left. What they belonged to is gone whatever becomes of them: where memory
/// runs out, it is no error of whoever asked, and tried again later.
Result<bool> OldFiles::attempt() {
    return or_out_of_memory([this] { return in_turn_([this] { return try_once(); }); });
}

Result<bool> OldFiles::try_once() {
    const std::set<std::string> segments = left_.lock()->segments;
    {
        const auto transaction = TRY(catalog_.begin_read());
        if (segments.empty() && !has_old_fields(files_, directory_, *transaction)) return true;
    }
    const bool is_settled = TRY(catalog_.is_settled());
    if (!is_settled) return false;
    const auto transaction = TRY(catalog_.begin_read());
    remove_old_fields(files_, directory_, *transaction);
    for (const std::string& path : segments) {
        static_cast<void>(files_.remove_file(path));
        left_.lock()->segments.erase(path);
    }
    // Files that are open keep their room on the disk: the newest snapshot closes them.
    TRY(snapshots_.of(*transaction));
    return true;
}

void OldFiles::run(const std::stop_token& stop) {
    milliseconds pause = kFirstPause;
    bool was_told = false;
    for (;;) {
        {
            auto left = left_.lock();
            wake_.wait(left.lock(), stop, [&] { return left->are_there; });
            if (!stop.stop_requested())
                wake_.wait_for(left.lock(), stop, pause, [] { return false; });
            if (stop.stop_requested()) return;
            left->are_there = false;
        }
        const auto are_gone = attempt();
        if (are_gone.value_or(false)) {
            pause = kFirstPause;
            was_told = false;
            continue;
        }
        if (!are_gone && !std::exchange(was_told, true)) {
            LOG(kWarn, "event=old_files_not_removed folder={:?} reason={:?}", directory_,
                are_gone.error().message());
        }
        pause = std::min(2 * pause, kLongestPause);
        left_.lock()->are_there = true;
    }
}

}  // namespace sokkuri::collection
