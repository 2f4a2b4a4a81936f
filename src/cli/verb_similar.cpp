#include "base/log.h"
#include "base/shown_text.h"
#include "cli/library_options.h"
#include "cli/model_options.h"
#include "cli/query_options.h"
#include "cli/verbs.h"
#include "service/sample.h"
#include "service/search.h"

#include <fmt/format.h>

namespace sokkuri::cli {
namespace {

constexpr std::size_t kItemsMax = 100'000;

Result<ExitCode> run(Invocation& invocation);
/// The arguments, or the sample that --sample asks for.
Result<std::vector<std::string>> items_of(const Invocation& invocation,
                                          const ChosenLibrary& chosen);
/// The item's own file, usable from here; empty when it has none.
Result<std::string> file_of(const ChosenLibrary& chosen, const std::string& id);

}  // namespace

Verb similar_verb() {
    return {
        .name = "similar",
        .summary = "Find what looks like an item of the index",
        .description =
            "Needs no model and reads no picture: the item's stored embedding is the query. The "
            "item "
            "itself is left out.",
        .argument =
            {.name = "ITEM",
             .help =
                 "Items: ids, or paths of indexed files (from here, from the folder, or absolute)",
             .kind = ArgumentKind::kItem,
             .count_max = kItemsMax},
        .options = joined(
            {library_options(),
             {{.name = "include-self", .help = "Let the item find itself too"},
              {.name = "sample",
               .kind = ValueKind::kInteger,
               .value_name = "N",
               .help = "Instead of ITEM: this many items, unlike each other, that have look-alikes",
               .fallback = "0",
               .maximum = service::kSampleCandidatesMax}},
             query_options(),
             limit_options()}),
        .examples = {{"sokkuri similar holiday/beach.jpg", "By path"},
                     {"sokkuri similar -f --min-score 0.9 a.jpg", "Paths of near duplicates"},
                     {"sokkuri similar --sample 3 --show", "A first look at a collection"}},
        .run = run};
}

namespace {

Result<ExitCode> run(Invocation& invocation) {
    const bool wants_sample = invocation.settings.integer("sample") > 0;
    if (invocation.arguments.empty() && !wants_sample) {
        return usage_error(invocation, "similar", "which item? Give ids or paths, or --sample N");
    }
    if (!invocation.arguments.empty() && wants_sample) {
        return usage_error(invocation, "similar", "either items or --sample, not both");
    }
    if (const auto reason = contradiction(invocation.settings)) {
        return usage_error(invocation, "similar", *reason);
    }
    const ChosenLibrary chosen = TRY(open_library(invocation));
    const std::vector<std::string> items = TRY(items_of(invocation, chosen));
    const auto printer = printer_of(invocation, chosen, items.size());
    const std::string here = TRY(invocation.files.canonical("."));
    service::SearchQuery query = query_of(invocation.settings);
    query.self = invocation.settings.on("include-self") ? service::SelfHit::kInclude
                                                        : service::SelfHit::kLeaveOut;
    std::size_t failed = 0;
    for (const std::string& item : items) {
        if (!invocation.out.is_open()) break;
        query.what = service::ByItem{.id_or_path = item, .working_directory = here};
        const auto answer = service::search(chosen.library, query);
        if (!answer) {
            ++failed;
            invocation.console.say("sokkuri similar: {}", shown_text(answer.error().message()));
            continue;
        }
        const std::string file = TRY(file_of(chosen, answer->query_id));
        TRY(printer->print({item, file, *answer}));
        if (invocation.settings.on("timing")) {
            invocation.out.flush();
            invocation.console.say("{}", timings_text(answer->timings));
        }
        LOG(kInfo, "event=searched hits={} search_ms={:.1f} method={:?}", answer->hits.size(),
            answer->timings.search_ms, method_text(answer->method));
    }
    printer->finish();
    return exit_code_of(items.size(), failed);
}

Result<std::vector<std::string>> items_of(const Invocation& invocation,
                                          const ChosenLibrary& chosen) {
    if (!invocation.arguments.empty()) return invocation.arguments;
    const auto count = static_cast<std::size_t>(invocation.settings.integer("sample"));
    return service::pick_varied(chosen.library, count);
}

Result<std::string> file_of(const ChosenLibrary& chosen, const std::string& id) {
    const auto state = TRY(chosen.library.workspace().file_of_id(id));
    return state ? chosen.usable_path(state->path) : std::string();
}

}  // namespace
}  // namespace sokkuri::cli
