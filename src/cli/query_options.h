// What search and similar have in common: how many hits, from which score on, how they are printed,
// and the timings.
#pragma once

#include "cli/hit_printer.h"
#include "cli/verb.h"
#include "service/search.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sokkuri::cli {

/// -k, --min-score, --recall, --exact, --ef, arrangement_options.h, --format with its shortcuts,
/// --timing, --show.
std::vector<Option> query_options();

/// --together, of verbs that take several things to search by.
Option together_option();
/// One search by all `parts`, or one for each.
std::optional<service::BySeveral> together(const Settings& settings,
                                           std::vector<service::BySeveral::Part> parts);

/// Everything but what is searched by. An error is a mistake in usage: also two things that exclude
/// each other, asked for in the same way (--show and another format than the table; two of
/// --recall, --exact and --ef).
Result<service::SearchQuery> query_of(const Settings& settings);

/// For --format or --show, whichever was asked for more nearly: by a flag, a variable or the file.
std::unique_ptr<HitPrinter> printer_of(Invocation& invocation, CollectionReader& reader,
                                       std::size_t query_count);

/// "load 110.9 ms, decode 1.2 ms, …".
std::string timings_text(const service::SearchTimings& timings);

/// "graph, ef 64, recall 0.99 asked, 0.9934 expected".
std::string method_text(const collection::SearchMethod& method);

/// What the command ends with: everything, something or nothing was found out.
ExitCode exit_code_of(std::size_t queries, std::size_t failed);

}  // namespace sokkuri::cli
