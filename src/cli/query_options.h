// What search and similar have in common: how many hits, from which score on, how they are printed,
// and the timings.
#pragma once

#include "cli/hit_printer.h"
#include "cli/verb.h"
#include "service/search.h"

#include <memory>
#include <string_view>
#include <vector>

namespace sokkuri::cli {

/// -k, --min-score, --format with its shortcuts, --timing, --show.
std::vector<Option> query_options();

/// Fills in k, score_min and limits.
service::SearchQuery query_of(const Settings& settings);

/// For --format or --show. kInvalidArgument when both are given.
Result<std::unique_ptr<HitPrinter>> printer_of(Invocation& invocation, const ChosenLibrary& chosen,
                                               std::size_t query_count);

/// "load 110.9 ms, decode 1.2 ms, …".
std::string timings_text(const service::SearchTimings& timings);

/// What the command ends with: everything, something or nothing was found out.
ExitCode exit_code_of(std::size_t queries, std::size_t failed);

}  // namespace sokkuri::cli
