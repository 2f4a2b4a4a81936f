#include "base/json.h"
#include "base/shown_text.h"
#include "cli/collection_reader.h"
#include "cli/format.h"
#include "cli/library_options.h"
#include "cli/progress.h"
#include "cli/text_table.h"
#include "cli/verbs.h"
#include "http/group_json.h"
#include "service/groups.h"

#include <fmt/format.h>

#include <span>

namespace sokkuri::cli {
namespace {

Result<ExitCode> run(Invocation& invocation);
Result<void> print_groups(Invocation& invocation, CollectionReader& reader);
Result<void> print_similar(Invocation& invocation, CollectionReader& reader);
std::string examples_text(const service::GroupInfo& group, const CollectionReader& reader);
std::string value_text(const collection::AttributeValue& value);

}  // namespace

Verb groups_verb() {
    return {
        .name = "groups",
        .summary = "List items by a value of theirs, or find groups that look alike",
        .description =
            "A group is all items with the same value of an attribute: a shop, a category; its "
            "embedding is the mean of theirs, as they are now. In an indexed folder the attribute "
            "`folder` is the folder of each file, and / the indexed folder itself. `sokkuri "
            "similar --group` finds items that look like a group.",
        .options = joined(
            {library_options(),
             {server_option(),
              {.name = "by",
               .kind = ValueKind::kText,
               .value_name = "FIELD",
               .help = "Path of the attribute, such as shop or exif.camera",
               .fallback = "folder"},
              {.name = "like",
               .kind = ValueKind::kText,
               .value_name = "VALUE",
               .help = "Find the groups that look like this one, instead of listing the largest",
               .is_in_file = false},
              {.name = "k",
               .letter = 'k',
               .also = "top",
               .kind = ValueKind::kInteger,
               .value_name = "N",
               .help = "How many groups",
               .fallback = "20",
               .minimum = 1,
               .maximum = collection::kGroupsListedMax},
              {.name = "offset",
               .kind = ValueKind::kInteger,
               .value_name = "N",
               .help = "Groups to pass over",
               .fallback = "0",
               .maximum = collection::kGroupsMax},
              {.name = "examples",
               .kind = ValueKind::kInteger,
               .value_name = "N",
               .help = "How many of the most typical items to name",
               .fallback = "3",
               .maximum = collection::kGroupExamplesMax},
              {.name = "field",
               .kind = ValueKind::kText,
               .value_name = "NAME",
               .help = "Vector field to compare by; without it, the main one (see `sokkuri field "
                       "list`)",
               .is_in_file = false},
              report_format_option()}}),
        .examples = {{"sokkuri groups --like 2019/beach", "Folders like this folder"},
                     {"sokkuri groups --by shop --like 7 --in ~/shop", "Shops like this shop"}},
        .run = run};
}

namespace {

Result<ExitCode> run(Invocation& invocation) {
    const auto reader = TRY(open_reader(invocation, QueryPictures::kNone));
    const bool is_similar = invocation.settings.has("like");
    TRY(is_similar ? print_similar(invocation, *reader) : print_groups(invocation, *reader));
    return ExitCode::kOk;
}

Result<void> print_groups(Invocation& invocation, CollectionReader& reader) {
    const Settings& settings = invocation.settings;
    const service::GroupsAnswer answer =
        TRY(reader.groups({.by = settings.text("by"),
                           .field = settings.text("field"),
                           .offset = static_cast<std::size_t>(settings.integer("offset")),
                           .limit = static_cast<std::size_t>(settings.integer("k")),
                           .examples = static_cast<std::size_t>(settings.integer("examples"))}));
    if (format_of(settings) == Format::kJson) {
        invocation.out.write(http::group_list_json(answer) + "\n");
        return {};
    }
    TextTable table({{"items", Align::kRight}, {answer.by}, {"most typical"}});
    for (const service::GroupInfo& group : answer.groups) {
        table.add_row({{with_commas(group.items)},
                       {value_text(group.value)},
                       {examples_text(group, reader)}});
    }
    invocation.out.write(answer.groups.empty() ? "no groups\n" : table.text(invocation.terminal));
    const std::size_t listed = answer.groups.size();
    if (listed < answer.total)
        invocation.console.say("{} of {} groups", listed, with_commas(answer.total));
    return {};
}

Result<void> print_similar(Invocation& invocation, CollectionReader& reader) {
    const Settings& settings = invocation.settings;
    const service::SimilarGroupsAnswer answer = TRY(reader.similar_groups(
        {.group = {.by = settings.text("by"), .value = settings.text("like")},
         .field = settings.text("field"),
         .k = static_cast<std::size_t>(settings.integer("k")),
         .offset = static_cast<std::size_t>(settings.integer("offset")),
         .examples = static_cast<std::size_t>(settings.integer("examples"))}));
    if (format_of(settings) == Format::kJson) {
        invocation.out.write(http::similar_groups_json(answer) + "\n");
        return {};
    }
    TextTable table({{"#", Align::kRight},
                     {"score", Align::kRight},
                     {"items", Align::kRight},
                     {answer.by},
                     {"most typical"}});
    for (const service::GroupHit& hit : answer.hits) {
        table.add_row({{fmt::format("{}", hit.rank)},
                       {fmt::format("{:.4f}", hit.score)},
                       {with_commas(hit.group.items)},
                       {value_text(hit.group.value)},
                       {examples_text(hit.group, reader)}});
    }
    invocation.out.write(answer.hits.empty() ? "no other groups\n"
                                             : table.text(invocation.terminal));
    return {};
}

std::string examples_text(const service::GroupInfo& group, const CollectionReader& reader) {
    std::string text;
    for (const service::GroupExample& example : group.examples) {
        if (!text.empty()) text += "  ";
        text += shown_text(example.path.empty() ? example.id : reader.usable_path(example.path));
    }
    return text;
}

/// A text as it is, anything else as JSON.
std::string value_text(const collection::AttributeValue& value) {
    if (const auto* text = std::get_if<std::string>(&value)) return shown_text(*text);
    std::string json;
    JsonWriter(json).value(store::json_of(value));
    return json;
}

}  // namespace
}  // namespace sokkuri::cli
