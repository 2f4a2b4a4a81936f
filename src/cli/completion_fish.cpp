#include "cli/completion.h"
#include "cli/completion_words.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace sokkuri::cli {
namespace {

std::string verb_lines(const Verb& verb);
/// fish's test that this verb was typed.
std::string condition(const Verb& verb);
std::string value_flags(const Offer& offer);
/// In single quotes, as fish wants them.
std::string fish_quoted(std::string_view text);

}  // namespace

std::string fish_completion() {
    std::string script = "# fish completion of sokkuri, made by `sokkuri completion fish`\n";
    for (const CompletionWord& word : first_words()) {
        script += fmt::format("complete -c sokkuri -n __fish_use_subcommand -a {} -d {}\n",
                              word.word, fish_quoted(word.help));
    }
    for (const VerbGroup& group : verb_groups()) {
        const std::vector<CompletionWord> words = second_words(group);
        std::vector<std::string_view> names;
        for (const CompletionWord& word : words) {
            names.push_back(word.word);
        }
        const std::string none_yet =
            fmt::format("__fish_seen_subcommand_from {}; and not __fish_seen_subcommand_from {}",
                        group.name, fmt::join(names, " "));
        for (const CompletionWord& word : words) {
            script += fmt::format("complete -c sokkuri -f -n {} -a {} -d {}\n",
                                  fish_quoted(none_yet), word.word, fish_quoted(word.help));
        }
    }
    for (const Verb& verb : all_verbs()) {
        script += verb_lines(verb);
    }
    return script;
}

namespace {

std::string verb_lines(const Verb& verb) {
    const std::string start =
        fmt::format("complete -c sokkuri -n {}", fish_quoted(condition(verb)));
    const std::vector<Option> options = verb.all_options();
    std::string lines;
    for (const CompletionFlag& flag : completion_flags(options)) {
        lines += start;
        if (flag.letter != 0) lines += fmt::format(" -s {}", flag.letter);
        if (!flag.long_name.empty()) lines += fmt::format(" -l {}", flag.long_name);
        if (flag.value_of != nullptr) lines += value_flags(offer_of(*flag.value_of));
        lines += fmt::format(" -d {}\n", fish_quoted(flag.help));
    }
    const Offer offer = offer_of(verb.argument);
    if (offer.kind == Offer::Kind::kFolders) {
        lines += start + " -f -a '(__fish_complete_directories)'\n";
    } else if (offer.kind == Offer::Kind::kWords) {
        lines += fmt::format("{} -f -a {}\n", start, fish_quoted(offer.words));
    } else if (verb.argument.count_max == 0) {
        lines += start + " -f\n";
    }
    return lines;
}

std::string condition(const Verb& verb) {
    const std::size_t space = verb.name.find(' ');
    if (space == std::string_view::npos)
        return fmt::format("__fish_seen_subcommand_from {}", verb.name);
    return fmt::format("__fish_seen_subcommand_from {}; and __fish_seen_subcommand_from {}",
                       verb.name.substr(0, space), verb.name.substr(space + 1));
}

std::string value_flags(const Offer& offer) {
    switch (offer.kind) {
        case Offer::Kind::kFiles:
            return " -r -F";
        case Offer::Kind::kFolders:
            return " -x -a '(__fish_complete_directories)'";
        case Offer::Kind::kWords:
            return fmt::format(" -x -a {}", fish_quoted(offer.words));
        case Offer::Kind::kNothing:
            break;
    }
    return " -x";
}

std::string fish_quoted(std::string_view text) {
    std::string word = "'";
    for (const char letter : text) {
        if (letter == '\'' || letter == '\\') word += '\\';
        word += letter;
    }
    return word + "'";
}

}  // namespace
}  // namespace sokkuri::cli
