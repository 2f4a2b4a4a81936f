#include "cli/verb.h"
#include "cli/verbs.h"

#include <fmt/format.h>

#include <algorithm>

namespace sokkuri::cli {

std::string Verb::table() const {
    std::string text(name);
    std::ranges::replace(text, ' ', '-');
    return text;
}

std::vector<Option> Verb::all_options() const {
    std::vector<Option> all = options;
    all.insert(all.end(), global_options().begin(), global_options().end());
    return all;
}

std::string Verb::usage() const {
    std::string text = fmt::format("sokkuri {} [options]", name);
    if (argument.count_max == 0) return text;
    const std::string_view more = argument.count_max > 1 ? "..." : "";
    const bool is_optional = argument.count_min == 0;
    return fmt::format("{} {}{}{}{}", text, is_optional ? "[" : "", argument.name, more,
                       is_optional ? "]" : "");
}

const std::vector<Verb>& all_verbs() {
    static const std::vector<Verb> verbs = [] {
        std::vector<Verb> rows;
        for (const auto& make :
             {index_verb,         search_verb,    similar_verb,    recommend_verb,
              groups_verb,        embed_verb,     serve_verb,      import_verb,
              export_verb,        stats_verb,     facets_verb,     verify_verb,
              compact_verb,       backup_verb,    restore_verb,    model_list_verb,
              model_inspect_verb, model_add_verb, model_use_verb,  model_switch_verb,
              field_list_verb,    field_add_verb, field_drop_verb, config_show_verb,
              config_path_verb,   bench_ann_verb, completion_verb, man_verb}) {
            rows.push_back(make());
        }
        return rows;
    }();
    return verbs;
}

const Verb* find_verb(std::string_view name) {
    const auto found = std::ranges::find(all_verbs(), name, &Verb::name);
    return found == all_verbs().end() ? nullptr : &*found;
}

ExitCode usage_error(Invocation& invocation, std::string_view verb, std::string_view reason) {
    invocation.console.say("sokkuri {}: {}\nusage: {}\nsee `sokkuri help {}`", verb, reason,
                           find_verb(verb)->usage(), verb);
    return ExitCode::kUsage;
}

const std::vector<VerbGroup>& verb_groups() {
    static const std::vector<VerbGroup> groups = {
        {"model", "List, inspect, add, choose and switch models"},
        {"field", "List, make and drop the vector fields of a collection"},
        {"config", "Show the settings in force and where they come from"},
        {"bench", "Measure on data of your own"},
    };
    return groups;
}

const VerbGroup* find_group(std::string_view name) {
    const auto found = std::ranges::find(verb_groups(), name, &VerbGroup::name);
    return found == verb_groups().end() ? nullptr : &*found;
}

const std::vector<Option>& global_options() {
    static const std::vector<Option> options = {
        {.name = "config",
         .kind = ValueKind::kFile,
         .value_name = "FILE",
         .help = "Configuration file to read instead of the user's own",
         .is_in_file = false},
        {.name = "color",
         .kind = ValueKind::kChoice,
         .value_name = "WHEN",
         .help = "Colors in tables and progress; auto: on a terminal, unless NO_COLOR is set",
         .fallback = "auto",
         .choices = {"auto", "always", "never"}},
        {.name = "quiet", .letter = 'q', .help = "No progress, no summary, errors only"},
        {.name = "verbose",
         .letter = 'v',
         .kind = ValueKind::kCount,
         .help = "More log lines; twice for all of them",
         .fallback = "0"},
        {.name = "log",
         .kind = ValueKind::kChoice,
         .value_name = "LEVEL",
         .help =
             "Least important log lines to write to standard error; without it, -q and -v decide",
         .choices = {"error", "warn", "info", "debug"}},
    };
    return options;
}

}  // namespace sokkuri::cli
