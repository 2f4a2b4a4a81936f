// WorkspaceDatabase: workspace.db (docs/formats/workspace.md) as its tables' classes share it: one
// connection, in a thread of its own. Used by workspace.cpp, stored_queries.cpp,
// kept_pictures.cpp and workspace_settings.cpp. Safe from any number of threads.
#pragma once

#include "base/file_system.h"
#include "base/result.h"
#include "base/serial_worker.h"
#include "collection/workspace.h"
#include "store/database.h"
#include "store/private_copy.h"

#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

namespace sokkuri::collection {

class WorkspaceDatabase {
 public:
    static Result<std::unique_ptr<WorkspaceDatabase>> open(FileSystem& files,
                                                           const std::string& directory,
                                                           WorkspaceAccess access);

    /// Runs `job` in the connection's thread, and answers what it answers.
    template <typename Job>
    std::invoke_result_t<Job, store::Database&> run(Job job) {
        return worker_.run([&] { return job(*database_); });
    }

    /// False for an older file, opened for reading: it has none of the tables that came with
    /// `version`.
    bool has_tables_of(std::int32_t version) const { return version_ >= version; }

 private:
    WorkspaceDatabase(std::unique_ptr<store::PrivateCopy> copy,
                      std::unique_ptr<store::Database> database);

    static constexpr std::size_t kCallsQueuedMax = 64;

    std::unique_ptr<store::PrivateCopy> copy_;  // null: the file itself is read
    std::unique_ptr<store::Database> database_;
    const std::int32_t version_;
    SerialWorker worker_{kCallsQueuedMax};  // after the database: finishes before it closes
};

/// What is wrong with workspace.db, in words (store::damaged_pages, damaged_trees); empty: nothing.
Result<std::vector<std::string>> damaged_workspace(FileSystem& files, const std::string& directory);

std::span<const std::byte> bytes_of(std::string_view text);
std::string text_of(std::span<const std::byte> bytes);

}  // namespace sokkuri::collection
