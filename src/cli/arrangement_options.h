// Arrangement options: --filter, --group-by, --per-group, --sort, --diversity and --candidates, for
// the verbs that answer hits.
#pragma once

#include "base/result.h"
#include "cli/option.h"
#include "cli/settings.h"
#include "collection/filter.h"
#include "service/search.h"

#include <optional>
#include <vector>

namespace sokkuri::cli {

Option filter_option();
std::vector<Option> arrangement_options();

/// Of --filter; empty without one. kInvalidArgument is a mistake in usage.
Result<std::optional<collection::Filter>> filter_of(const Settings& settings);

/// Fills in filter, group_cap, order and diversity. kInvalidArgument likewise.
Result<void> arrange(const Settings& settings, service::SearchQuery& query);

}  // namespace sokkuri::cli
