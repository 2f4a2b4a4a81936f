#include "cli/help.h"

#include "base/shown_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace sokkuri::cli {
namespace {

constexpr std::size_t kColumnsMax = 100;
constexpr std::size_t kNameColumns = 24;

using Row = std::pair<std::string, std::string>;

std::vector<Row> option_rows(const std::vector<Option>& options);
std::string rows_text(const std::vector<Row>& rows, const Terminal& terminal);
std::string heading(const Terminal& terminal, std::string_view text);
std::size_t text_columns(const Terminal& terminal);
std::string paragraphs(std::string_view text, std::size_t columns);

}  // namespace

std::string program_help(const Terminal& terminal) {
    std::string text = "sokkuri finds pictures that look alike.\n\n";
    text += heading(terminal, "Usage");
    text +=
        "  sokkuri VERB [options]\n  sokkuri PICTURE     what looks like PICTURE in the indexed "
        "folder around you\n\n";
    text += heading(terminal, "Verbs");
    std::vector<Row> rows;
    for (const Verb& verb : all_verbs()) {
        const std::string_view first = verb.name.substr(0, verb.name.find(' '));
        const VerbGroup* group = find_group(first);
        const bool is_listed = !rows.empty() && rows.back().first == first;
        if (group != nullptr && !is_listed) rows.emplace_back(first, group->summary);
        if (group == nullptr) rows.emplace_back(verb.name, verb.summary);
    }
    rows.emplace_back("help VERB", "Explain a verb and its options");
    text += rows_text(rows, terminal) + "\n" + heading(terminal, "Options of every verb");
    std::vector<Row> options = option_rows(global_options());
    options.emplace_back("-h, --help", "This text, or that of the verb");
    options.emplace_back("--version", "Version of the program");
    text += rows_text(options, terminal) + "\n";
    text += heading(terminal, "Settings");
    text +=
        "  " + wrap(
                   "Every option can also be given as SOKKURI_NAME in the environment or as a key "
                   "in the configuration file: see `sokkuri config show --origin`.",
                   text_columns(terminal) - 2, 2);
    text += "\n\n" + heading(terminal, "Exit codes");
    return text +
           "  0 done   1 error   2 wrong usage or settings   3 done, but some files failed   "
           "130 interrupted\n";
}

std::string group_help(const VerbGroup& group, const Terminal& terminal) {
    std::string text = fmt::format("{}.\n\n", group.summary) + heading(terminal, "Usage");
    std::vector<Row> rows;
    const std::string prefix = fmt::format("{} ", group.name);
    for (const Verb& verb : all_verbs()) {
        if (!verb.name.starts_with(prefix)) continue;
        text += fmt::format("  {}\n", verb.usage());
        rows.emplace_back(verb.name, verb.summary);
    }
    return text + "\n" + heading(terminal, "Verbs") + rows_text(rows, terminal);
}

std::string verb_help(const Verb& verb, const Terminal& terminal) {
    std::string text = fmt::format("{}.\n\n", verb.summary);
    text += heading(terminal, "Usage") + fmt::format("  {}\n", verb.usage());
    if (!verb.description.empty()) {
        text += "\n" + paragraphs(verb.description, text_columns(terminal));
    }
    if (verb.argument.count_max > 0) {
        text += "\n" + heading(terminal, "Arguments");
        text += rows_text({{std::string(verb.argument.name), std::string(verb.argument.help)}},
                          terminal);
    }
    if (!verb.options.empty()) {
        text += "\n" + heading(terminal, "Options");
        text += rows_text(option_rows(verb.options), terminal);
    }
    text += "\n" + heading(terminal, "Options of every verb");
    std::vector<Row> global = option_rows(global_options());
    global.emplace_back("-h, --help", "This text");
    text += rows_text(global, terminal);
    if (verb.examples.empty()) return text;
    text += "\n" + heading(terminal, "Examples");
    for (const Example& example : verb.examples) {
        text += fmt::format("  {}\n      {}\n", example.command, example.what);
    }
    return text;
}

std::string described(const Option& option) {
    std::string text(option.help);
    std::vector<std::string> notes;
    if (!option.choices.empty())
        notes.push_back(fmt::format("{}", fmt::join(option.choices, ", ")));
    if (!option.fallback.empty() && option.kind != ValueKind::kCount) {
        notes.push_back(fmt::format("default {}", option.fallback));
    }
    if (!notes.empty()) text += fmt::format(" ({})", fmt::join(notes, "; "));
    return text;
}

std::string wrap(std::string_view text, std::size_t columns, std::size_t indent) {
    std::string wrapped;
    std::size_t used = 0;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(' '), text.size());
        const std::string_view word = text.substr(0, end);
        const std::size_t width = display_width(word);
        if (used > indent && used + 1 + width > columns) {
            wrapped += "\n" + std::string(indent, ' ');
            used = indent;
        } else if (!wrapped.empty()) {
            wrapped += ' ';
            ++used;
        }
        wrapped += word;
        used += width;
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return wrapped;
}

namespace {

std::vector<Row> option_rows(const std::vector<Option>& options) {
    std::vector<Row> rows;
    for (const Option& option : options) {
        for (const Shortcut& shortcut : option.shortcuts) {
            const std::string letter =
                shortcut.letter == 0 ? "" : fmt::format("-{}, ", shortcut.letter);
            rows.emplace_back(fmt::format("{}--{}", letter, shortcut.name), shortcut.help);
        }
        rows.emplace_back(option.spelling(), described(option));
    }
    return rows;
}

std::string rows_text(const std::vector<Row>& rows, const Terminal& terminal) {
    std::string text;
    for (const auto& [name, what] : rows) {
        const std::size_t indent = kNameColumns + 4;
        const std::string gap = name.size() > kNameColumns
                                    ? "\n" + std::string(indent, ' ')
                                    : std::string(indent - 2 - name.size(), ' ');
        const std::string lines = wrap(what, text_columns(terminal) - indent, 0);
        text += fmt::format("  {}{}", name, gap);
        for (const char letter : lines) {
            text += letter;
            if (letter == '\n') text += std::string(indent, ' ');
        }
        text += '\n';
    }
    return text;
}

std::string heading(const Terminal& terminal, std::string_view text) {
    return terminal.styled(Style::kHeading, text) + "\n";
}

std::size_t text_columns(const Terminal& terminal) {
    return std::clamp<std::size_t>(terminal.columns, 60, kColumnsMax);
}

std::string paragraphs(std::string_view text, std::size_t columns) {
    std::string wrapped;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find("\n\n"), text.size());
        if (!wrapped.empty()) wrapped += "\n";
        wrapped += wrap(text.substr(0, end), columns, 0) + "\n";
        text.remove_prefix(std::min(end + 2, text.size()));
    }
    return wrapped;
}

}  // namespace
}  // namespace sokkuri::cli
