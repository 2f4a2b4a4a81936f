#include "cli/command_line.h"

#include "base/shown_text.h"
#include "cli/suggestion.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>

namespace sokkuri::cli {
namespace {

/// Where CLI11 leaves what it found for one option, until the values are checked.
struct Found {
    std::vector<std::string> values;  // as given
    std::vector<Shortcut> shortcuts;
    std::int64_t count = 0;  // kSwitch: +1, -1 (--no-…) or 0; kCount: how often
};

/// Put before ids that start with '-', so that CLI11 leaves them alone; taken off again. Cannot be
/// typed by accident.
constexpr char kGuard = '\x01';

void add_option(CLI::App& app, const Option& option, Found& found);
std::vector<std::string> guarded_words(const Verb& verb, const std::vector<std::string>& words);
std::string without_guard(std::string word);
Result<void> check_unknown(const std::vector<std::string>& unknown, const Verb& verb);
Result<void> check_arguments(const std::vector<std::string>& arguments, const Verb& verb);
Result<std::optional<std::string>> value_of(const Option& option, const Found& found);
/// "-k,--k,--top", as CLI11 wants them.
std::string one_a_line(std::vector<std::string> values);
std::string cli11_names(const Option& option);
const Option* find_flag(const std::vector<Option>& options, std::string_view word);

}  // namespace

Result<CommandLine> parse_command_line(const Verb& verb, const std::vector<std::string>& words) {
    const std::vector<Option> options = verb.all_options();
    std::vector<Found> found(options.size());
    CommandLine line;
    std::vector<std::string> arguments;
    CLI::App app;
    app.set_help_flag("");
    app.allow_extras();
    app.add_flag("-h,--help", line.asks_for_help);
    app.add_option("arguments", arguments)->expected(0, CLI::detail::expected_max_vector_size);
    try {
        for (std::size_t i = 0; i < options.size(); ++i) {
            add_option(app, options[i], found[i]);
        }
        std::vector<std::string> reversed = guarded_words(verb, words);
        std::ranges::reverse(reversed);  // CLI11 takes them from the back
        app.parse(reversed);
    } catch (const CLI::Error& error) {
        return fail(ErrorCode::kInvalidArgument, "{}", shown_text(error.what()));
    }
    if (line.asks_for_help) return line;
    std::vector<std::string> unknown = app.remaining();
    std::erase(unknown, "--");  // CLI11 counts the mark itself among them
    TRY(check_unknown(unknown, verb));
    for (std::string& argument : arguments) {
        line.arguments.push_back(without_guard(std::move(argument)));
    }
    TRY(check_arguments(line.arguments, verb));
    for (std::size_t i = 0; i < options.size(); ++i) {
        const auto value = TRY(value_of(options[i], found[i]));
        if (value) line.flags.emplace(options[i].name, *value);
    }
    return line;
}

Words split_words(const std::vector<std::string>& words) {
    Words split;
    std::size_t i = 0;
    const auto is_answered_at_once = [](std::string_view word) {
        return word == "--help" || word == "-h" || word == "--version" || word == "-V";
    };
    for (; i < words.size() && words[i].starts_with('-'); ++i) {
        if (is_answered_at_once(words[i])) break;
        const Option* option = find_flag(global_options(), words[i]);
        if (option == nullptr) {
            split.has_foreign_flag = true;
            split.rest = words;
            return split;
        }
        split.rest.push_back(words[i]);
        const bool value_follows = option->takes_value() && words[i].find('=') == std::string::npos;
        if (value_follows && i + 1 < words.size()) split.rest.push_back(words[++i]);
    }
    if (i < words.size()) split.verb = words[i++];
    split.rest.insert(split.rest.end(), words.begin() + static_cast<std::ptrdiff_t>(i),
                      words.end());
    return split;
}

namespace {

void add_option(CLI::App& app, const Option& option, Found& found) {
    const std::string names = cli11_names(option);
    if (option.kind == ValueKind::kSwitch) {
        app.add_flag(fmt::format("{},!--no-{}", names, option.name), found.count);
    } else if (option.kind == ValueKind::kCount) {
        app.add_flag(names, found.count);
    } else {
        app.add_option(names, found.values)->expected(1)->take_all()->allow_extra_args(false);
    }
    for (const Shortcut& shortcut : option.shortcuts) {
        const std::string letter = shortcut.letter == 0 ? "" : fmt::format("-{},", shortcut.letter);
        app.add_flag_callback(fmt::format("{}--{}", letter, shortcut.name),
                              [&found, &shortcut] { found.shortcuts.push_back(shortcut); });
    }
}

std::vector<std::string> guarded_words(const Verb& verb, const std::vector<std::string>& words) {
    constexpr std::size_t kIdBytes = 22;  // base64url of 128 bits
    constexpr std::string_view kAlphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::vector<std::string> guarded = words;
    if (verb.argument.kind != ArgumentKind::kItem) return guarded;
    const std::vector<Option> options = verb.all_options();
    for (std::string& word : guarded) {
        const bool looks_like_id = word.size() == kIdBytes && word.front() == '-' &&
                                   word.find_first_not_of(kAlphabet) == std::string::npos;
        // No cluster of short flags is that long; a long flag may be.
        const bool is_flag = word.starts_with("--") && find_flag(options, word) != nullptr;
        if (looks_like_id && !is_flag) word.insert(0, 1, kGuard);
    }
    return guarded;
}

std::string without_guard(std::string word) {
    if (word.starts_with(kGuard)) word.erase(0, 1);
    return word;
}

Result<void> check_unknown(const std::vector<std::string>& unknown, const Verb& verb) {
    if (unknown.empty()) return {};
    std::vector<std::string_view> known{"help"};
    for (const Option& option : verb.all_options()) {
        known.push_back(option.name);
        if (!option.also.empty()) known.push_back(option.also);
        for (const Shortcut& shortcut : option.shortcuts) {
            known.push_back(shortcut.name);
        }
    }
    const std::string& word = unknown.front();
    std::string hint = word.starts_with("--") ? suggestion(word.substr(2), known) : "";
    if (const std::size_t quote = hint.find('"'); quote != std::string::npos)
        hint.insert(quote + 1, "--");
    return fail(ErrorCode::kInvalidArgument, "there is no flag {}{}", shown_text(word), hint);
}

Result<void> check_arguments(const std::vector<std::string>& arguments, const Verb& verb) {
    const Argument& wanted = verb.argument;
    if (arguments.size() < wanted.count_min) {
        return fail(ErrorCode::kInvalidArgument, "{} is missing", wanted.name);
    }
    if (arguments.size() > wanted.count_max) {
        return fail(ErrorCode::kInvalidArgument, "one argument too many: {}",
                    shown_text(arguments[wanted.count_max]));
    }
    for (const std::string& argument : arguments) {
        const bool is_known = wanted.kind != ArgumentKind::kChoice ||
                              std::ranges::find(wanted.choices, argument) != wanted.choices.end();
        if (!is_known) {
            return fail(ErrorCode::kInvalidArgument, "{} is not a {}{}", shown_text(argument),
                        wanted.name, suggestion(argument, wanted.choices));
        }
    }
    return {};
}

Result<std::optional<std::string>> value_of(const Option& option, const Found& found) {
    if (option.kind == ValueKind::kSwitch) {
        if (found.count == 0) return std::nullopt;
        return std::optional<std::string>(found.count > 0 ? "true" : "false");
    }
    if (option.kind == ValueKind::kCount) {
        if (found.count == 0) return std::nullopt;
        return std::optional<std::string>(fmt::format("{}", found.count));
    }
    std::vector<std::string> values = found.values;
    for (const Shortcut& shortcut : found.shortcuts) {
        values.emplace_back(shortcut.value);
    }
    for (const Shortcut& shortcut : found.shortcuts) {
        if (!shortcut.refines.empty()) std::erase(values, shortcut.refines);
    }
    if (values.empty()) return std::nullopt;
    if (option.kind == ValueKind::kTexts) values = {fmt::format("{}", fmt::join(values, ","))};
    if (option.kind == ValueKind::kLines) values = {one_a_line(std::move(values))};
    for (const std::string& value : values) {
        if (value == values.front()) continue;
        return fail(ErrorCode::kInvalidArgument, "{} given twice: {} and {}", option.flag(),
                    shown_text(values.front()), shown_text(value));
    }
    const std::string value =
        TRY(in_context(option.flag(), option.parse(without_guard(values.front()))));
    return std::optional<std::string>(value);
}

/// A line end within a value means no more than a space.
std::string one_a_line(std::vector<std::string> values) {
    for (std::string& value : values) {
        std::ranges::replace(value, '\n', ' ');
        std::ranges::replace(value, '\r', ' ');
    }
    return fmt::format("{}", fmt::join(values, "\n"));
}

std::string cli11_names(const Option& option) {
    std::string names;
    if (option.letter != 0) names += fmt::format("-{},", option.letter);
    names += fmt::format("--{}", option.name);
    if (!option.also.empty()) names += fmt::format(",--{}", option.also);
    return names;
}

const Option* find_flag(const std::vector<Option>& options, std::string_view word) {
    const bool is_long = word.starts_with("--");
    std::string_view name = word.substr(is_long ? 2 : 1);
    if (is_long) name = name.substr(0, name.find('='));
    for (const Option& option : options) {
        if (!is_long && !name.empty() && name.front() == option.letter) return &option;
        if (!is_long) continue;
        if (name == option.name || (!option.also.empty() && name == option.also)) return &option;
        const bool is_no = name.starts_with("no-") && name.substr(3) == option.name;
        if (is_no && option.kind == ValueKind::kSwitch) return &option;
    }
    return nullptr;
}

}  // namespace
}  // namespace sokkuri::cli
