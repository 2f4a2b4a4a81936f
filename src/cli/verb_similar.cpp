#include "base/log.h"
#include "base/shown_text.h"
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
/// Why there is nothing to ask, or too much; empty when all is well.
std::optional<std::string> wrong_question(const Invocation& invocation);
/// The two parts of --group.
std::optional<service::ByGroup> group_of(const Settings& settings);
service::SelfHit self_of(const Settings& settings);
/// One for each item, or a single one with --together or --group.
Result<std::vector<Question>> questions_of(const Invocation& invocation, CollectionReader& reader);
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
              {.name = "group",
               .kind = ValueKind::kText,
               .value_name = "FIELD=VALUE",
               .help = "Instead of ITEM: the mean of all items with that value (see `sokkuri "
                       "groups`); these are left out",
               .is_in_file = false},
              {.name = "include-self", .help = "Let the item find itself too"},
              {.name = "members",
               .help = "With --group: its own items instead, the most typical ones first",
               .is_in_file = false},
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
                     {"sokkuri similar --group folder=2019/beach", "What looks like a folder"},
                     {"sokkuri similar --sample 3 --show", "A first look at a collection"}},
        .run = run};
}

namespace {

Result<ExitCode> run(Invocation& invocation) {
    if (const auto reason = wrong_question(invocation)) {
        return usage_error(invocation, "similar", *reason);
    }
    const auto asked = query_of(invocation.settings);
    if (!asked) return usage_error(invocation, "similar", asked.error().message());
    service::SearchQuery query = *asked;
    const auto reader = TRY(open_reader(invocation, QueryPictures::kNone));
    const std::vector<Question> questions = TRY(questions_of(invocation, *reader));
    const auto printer = printer_of(invocation, *reader, questions.size());
    query.self = self_of(invocation.settings);
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

std::optional<std::string> wrong_question(const Invocation& invocation) {
    const int ways = int{!invocation.arguments.empty()} +
                     int{invocation.settings.integer("sample") > 0} +
                     int{invocation.settings.has("group")};
    if (ways == 0) return "which item? Give ids or paths, or --sample N, or --group FIELD=VALUE";
    if (ways > 1) return "either items or --sample or --group, not several of them";
    if (!invocation.settings.has("group")) {
        if (invocation.settings.on("members")) return "--members needs --group FIELD=VALUE";
        return std::nullopt;
    }
    if (group_of(invocation.settings)) return std::nullopt;
    return fmt::format("--group {}: FIELD=VALUE is expected", invocation.settings.text("group"));
}

std::optional<service::ByGroup> group_of(const Settings& settings) {
    const std::string& text = settings.text("group");
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0) return std::nullopt;
    return service::ByGroup{.by = text.substr(0, equals), .value = text.substr(equals + 1)};
}

service::SelfHit self_of(const Settings& settings) {
    if (settings.on("members")) return service::SelfHit::kOnly;
    return settings.on("include-self") ? service::SelfHit::kInclude : service::SelfHit::kLeaveOut;
}

Result<std::vector<Question>> questions_of(const Invocation& invocation, CollectionReader& reader) {
    if (invocation.settings.has("group")) {
        return std::vector<Question>{
            {invocation.settings.text("group"), *group_of(invocation.settings)}};
    }
    const std::vector<std::string> items = TRY(items_of(invocation, reader));
    const std::string here = TRY(invocation.files.canonical("."));
    std::vector<service::BySeveral::Part> parts;
    std::vector<Question> questions;
    for (const std::string& item : items) {
        const service::ByItem what{.id_or_path = item, .working_directory = here};
        parts.push_back({.what = what});
        questions.push_back({item, what});
    }
    const auto several = together(invocation.settings, std::move(parts));
    if (!several) return questions;
    return std::vector<Question>{{fmt::format("{}", fmt::join(items, ", ")), *several}};
}

Result<std::vector<std::string>> items_of(const Invocation& invocation, CollectionReader& reader) {
    if (!invocation.arguments.empty()) return invocation.arguments;
    const auto count = static_cast<std::size_t>(invocation.settings.integer("sample"));
    return reader.pick_varied(count);
}

}  // namespace
}  // namespace sokkuri::cli
