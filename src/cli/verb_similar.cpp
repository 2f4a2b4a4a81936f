#include "base/log.h"
#include "base/shown_text.h"
#include "cli/arrangement_options.h"
#include "cli/collection_reader.h"
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
Result<std::vector<std::string>> items_of(const Invocation& invocation, CollectionReader& reader);

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
             {server_option(),
              {.name = "include-self", .help = "Let the item find itself too"},
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
    service::SearchQuery query = query_of(invocation.settings);
    if (const auto arranged = arrange(invocation.settings, query); !arranged) {
        return usage_error(invocation, "similar", arranged.error().message());
    }
    const auto reader = TRY(open_reader(invocation, QueryPictures::kNone));
    const std::vector<std::string> items = TRY(items_of(invocation, *reader));
    const auto printer = printer_of(invocation, *reader, items.size());
    const std::string here = TRY(invocation.files.canonical("."));
    query.self = invocation.settings.on("include-self") ? service::SelfHit::kInclude
                                                        : service::SelfHit::kLeaveOut;
    std::size_t failed = 0;
    for (const std::string& item : items) {
        if (!invocation.out.is_open()) break;
        query.what = service::ByItem{.id_or_path = item, .working_directory = here};
        const auto answer = reader->search(query);
        if (!answer) {
            ++failed;
            invocation.console.say("sokkuri similar: {}", shown_text(answer.error().message()));
            continue;
        }
        const std::string file = TRY(reader->file_of(answer->query_id));
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

Result<std::vector<std::string>> items_of(const Invocation& invocation, CollectionReader& reader) {
    if (!invocation.arguments.empty()) return invocation.arguments;
    const auto count = static_cast<std::size_t>(invocation.settings.integer("sample"));
    return reader.pick_varied(count);
}

}  // namespace
}  // namespace sokkuri::cli
