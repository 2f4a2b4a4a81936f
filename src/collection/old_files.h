// OldFiles: the files of fields that were compacted or dropped, and of segments that were replaced.
// Readers of a generation before, in any process, may be about to open them: they are deleted when
// the last of those has gone, also when nobody writes any more. Of a writer; a thread of its own
// that sleeps while there is nothing to do. Safe from any number of threads.
#pragma once

#include "base/file_system.h"
#include "base/guarded.h"
#include "base/result.h"
#include "collection/snapshot.h"
#include "store/catalog.h"

#include <condition_variable>
#include <functional>
#include <set>
#include <stop_token>
#include <string>
#include <thread>

namespace sokkuri::collection {

class OldFiles {
 public:
    /// Runs `attempt` in the writer's turn.
    using InTurn = std::function<Result<bool>(const std::function<Result<bool>()>& attempt)>;

    /// All of it outlives this.
    OldFiles(FileSystem& files, std::string directory, store::Catalog& catalog,
             Snapshots& snapshots, InTurn in_turn);
    /// What is still read stays; the next writer deletes it.
    ~OldFiles();
    OldFiles(const OldFiles&) = delete;
    OldFiles& operator=(const OldFiles&) = delete;

    /// Deletes what nobody reads; what somebody does goes later, and all of it where memory has run
    /// out. Not in the writer's turn.
    void let_go();
    /// Likewise what lies among the segments and is none of the catalog's now. Not while a segment
    /// is being written.
    void let_go_segments();

 private:
    struct Left {
        bool are_there = false;          // some may be
        std::set<std::string> segments;  // paths
    };

    Result<bool> attempt();
    Result<bool> try_once();
    Result<void> find_segments();
    void run(const std::stop_token& stop);

    FileSystem& files_;
    const std::string directory_;
    store::Catalog& catalog_;
    Snapshots& snapshots_;
    const InTurn in_turn_;
    Guarded<Left> left_;
    std::condition_variable_any wake_;
    std::jthread thread_;  // last
};

}  // namespace sokkuri::collection
