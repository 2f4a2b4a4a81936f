#include "cli/completion_words.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace sokkuri::cli {

std::vector<CompletionFlag> completion_flags(const std::vector<Option>& options) {
    std::vector<CompletionFlag> flags;
    for (const Option& option : options) {
        const Option* value = option.takes_value() ? &option : nullptr;
        const std::string_view name = option.name.size() > 1 ? option.name : option.also;
        flags.push_back({name, option.letter, option.help, value});
        if (option.name.size() > 1 && !option.also.empty()) {
            flags.push_back({option.also, 0, option.help, value});
        }
        for (const Shortcut& shortcut : option.shortcuts) {
            flags.push_back({shortcut.name, shortcut.letter, shortcut.help, nullptr});
        }
    }
    flags.push_back({"help", 'h', "Explain the verb", nullptr});
    return flags;
}

std::vector<CompletionWord> first_words() {
    std::vector<CompletionWord> words;
    for (const Verb& verb : all_verbs()) {
        if (verb.name.find(' ') == std::string_view::npos)
            words.push_back({verb.name, verb.summary});
    }
    for (const VerbGroup& group : verb_groups()) {
        words.push_back({group.name, group.summary});
    }
    words.push_back({"help", "Explain a verb and its options"});
    return words;
}

std::vector<CompletionWord> second_words(const VerbGroup& group) {
    std::vector<CompletionWord> words;
    for (const Verb& verb : all_verbs()) {
        const std::size_t space = verb.name.find(' ');
        if (space == std::string_view::npos || verb.name.substr(0, space) != group.name) continue;
        words.push_back({verb.name.substr(space + 1), verb.summary});
    }
    return words;
}

Offer offer_of(const Option& option) {
    switch (option.kind) {
        case ValueKind::kFile:
            return {Offer::Kind::kFiles};
        case ValueKind::kFolder:
            return {Offer::Kind::kFolders};
        case ValueKind::kChoice:
            return {Offer::Kind::kWords, fmt::format("{}", fmt::join(option.choices, " "))};
        case ValueKind::kSwitch:
        case ValueKind::kCount:
        case ValueKind::kText:
        case ValueKind::kTexts:
        case ValueKind::kLines:
        case ValueKind::kInteger:
        case ValueKind::kNumber:
            break;
    }
    return {};
}

Offer offer_of(const Argument& argument) {
    switch (argument.kind) {
        case ArgumentKind::kFile:
        case ArgumentKind::kItem:
            return {Offer::Kind::kFiles};
        case ArgumentKind::kFolder:
            return {Offer::Kind::kFolders};
        case ArgumentKind::kChoice:
            return {Offer::Kind::kWords, fmt::format("{}", fmt::join(argument.choices, " "))};
        case ArgumentKind::kText:
            break;
    }
    return {};
}

std::string in_quotes(std::string_view text) {
    std::string word = "'";
    for (const char letter : text) {
        letter == '\'' ? word += "'\\''" : word += letter;
    }
    return word + "'";
}

}  // namespace sokkuri::cli
