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
#include <fmt/ranges.h>

namespace sokkuri::cli {
namespace {

constexpr std::size_t kItemsMax = 100'000;

/// A search, and how it is shown.
struct Question {
    std::string text;
    decltype(service::SearchQuery::what) what;
};

Result<ExitCode> run(Invocation& invocation);
/// One for each item, or a single one with --together.
std::vector<Question> questions_of(const Invocation& invocation,
                                   const std::vector<std::string>& items, const std::string& here);
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
              together_option(),
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
                     {"sokkuri similar a.jpg b.jpg --together nearest", "What looks like either"},
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
    const std::string here = TRY(invocation.files.canonical("."));
    const std::vector<Question> questions = questions_of(invocation, items, here);
    const auto printer = printer_of(invocation, *reader, questions.size());
    query.self = invocation.settings.on("include-self") ? service::SelfHit::kInclude
                                                        : service::SelfHit::kLeaveOut;
    std::size_t failed = 0;
    for (const Question& question : questions) {
        if (!invocation.out.is_open()) break;
        query.what = question.what;
        const auto answer = reader->search(query);
        if (!answer) {
            ++failed;
            invocation.console.say("sokkuri similar: {}", shown_text(answer.error().message()));
            continue;
        }
        const std::string file = TRY(reader->file_of(answer->query_id));
        TRY(printer->print({question.text, file, *answer}));
        if (invocation.settings.on("timing")) {
            invocation.out.flush();
            invocation.console.say("{}", timings_text(answer->timings));
        }
        LOG(kInfo, "event=searched hits={} search_ms={:.1f} method={:?}", answer->hits.size(),
            answer->timings.search_ms, method_text(answer->method));
    }
    printer->finish();
    return exit_code_of(questions.size(), failed);
}

std::vector<Question> questions_of(const Invocation& invocation,
                                   const std::vector<std::string>& items, const std::string& here) {
    std::vector<service::BySeveral::Part> parts;
    std::vector<Question> questions;
    for (const std::string& item : items) {
        const service::ByItem what{.id_or_path = item, .working_directory = here};
        parts.push_back({.what = what});
        questions.push_back({item, what});
    }
    const auto several = together(invocation.settings, std::move(parts));
    if (!several) return questions;
    return {{fmt::format("{}", fmt::join(items, ", ")), *several}};
}

Result<std::vector<std::string>> items_of(const Invocation& invocation, CollectionReader& reader) {
    if (!invocation.arguments.empty()) return invocation.arguments;
    const auto count = static_cast<std::size_t>(invocation.settings.integer("sample"));
    return reader.pick_varied(count);
}

}  // namespace
}  // namespace sokkuri::cli
