// WorkspaceSettings: what was chosen for a collection when it was made: small texts by name, in
// workspace.db (docs/formats/workspace.md lists the names). Safe from any number of threads;
// writing under the collection's write lock.
#pragma once

#include "base/result.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace sokkuri::collection {

class WorkspaceDatabase;

class WorkspaceSettings {
 public:
    virtual ~WorkspaceSettings() = default;

    /// Empty when it was never chosen.
    virtual Result<std::optional<std::string>> find(std::string_view name) const = 0;
    /// Durable when it returns.
    virtual Result<void> set(std::string_view name, std::string_view value) = 0;
};

/// `database` outlives it.
std::unique_ptr<WorkspaceSettings> workspace_settings_in(WorkspaceDatabase& database);

}  // namespace sokkuri::collection
