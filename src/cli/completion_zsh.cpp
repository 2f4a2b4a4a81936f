#include "cli/completion.h"
#include "cli/completion_words.h"

#include <fmt/format.h>

namespace sokkuri::cli {
namespace {

std::string describe(std::string_view variable, const std::vector<CompletionWord>& words);
std::string verb_case(const Verb& verb);
std::string flag_specs(const CompletionFlag& flag);
/// What _arguments does in that place.
std::string action_of(const Offer& offer);
/// Help inside [brackets] of a specification.
std::string bracketed(std::string_view help);

}  // namespace

std::string zsh_completion() {
    std::string script =
        "#compdef sokkuri\n# zsh completion of sokkuri, made by `sokkuri completion zsh`\n\n"
        "_sokkuri() {\n    local context state state_descr line\n    typeset -A opt_args\n"
        "    local -a first\n";
    script += describe("first", first_words());
    script +=
        "    if ((CURRENT == 2)); then\n"
        "        _alternative 'verbs:verb:{ _describe verb first }' 'files:picture:_files'\n"
        "        return\n    fi\n    local verb=$words[2]\n    local -a second\n    case $verb "
        "in\n";
    for (const VerbGroup& group : verb_groups()) {
        script += fmt::format(
            "    {})\n    {}        if ((CURRENT == 3)); then _describe verb second; return; fi\n"
            "        verb=\"$verb $words[3]\"; shift 2 words; ((CURRENT -= 2)) ;;\n",
            group.name, describe("second", second_words(group)));
    }
    script += "    *) shift words; ((CURRENT -= 1)) ;;\n    esac\n    case $verb in\n";
    for (const Verb& verb : all_verbs()) {
        script += verb_case(verb);
    }
    return script +
           "    help) _describe verb first ;;\n    *) _files ;;\n    esac\n}\n\n"
           "if [[ $funcstack[1] == _sokkuri ]]; then\n    _sokkuri \"$@\"\nelse\n"
           "    compdef _sokkuri sokkuri\nfi\n";
}

namespace {

std::string describe(std::string_view variable, const std::vector<CompletionWord>& words) {
    std::string text = fmt::format("    {}=(\n", variable);
    for (const CompletionWord& word : words) {
        text += fmt::format("        {}\n", in_quotes(fmt::format("{}:{}", word.word, word.help)));
    }
    return text + "    )\n";
}

std::string verb_case(const Verb& verb) {
    const std::vector<Option> options = verb.all_options();
    std::string text = fmt::format("    {})\n        _arguments -s -S", in_quotes(verb.name));
    for (const CompletionFlag& flag : completion_flags(options)) {
        text += flag_specs(flag);
    }
    if (verb.argument.count_max > 0) {
        const std::string_view place = verb.argument.count_max > 1 ? "*" : "1";
        const std::string spec =
            fmt::format("{}:{}:{}", place, verb.argument.name, action_of(offer_of(verb.argument)));
        text += fmt::format(" \\\n            {}", in_quotes(spec));
    }
    return text + "\n        ;;\n";
}

std::string flag_specs(const CompletionFlag& flag) {
    std::string value;
    if (flag.value_of != nullptr) {
        value =
            fmt::format(":{}:{}", flag.value_of->value_name, action_of(offer_of(*flag.value_of)));
    }
    std::string specs;
    const std::string help = bracketed(flag.help);
    if (flag.letter != 0) {
        specs += fmt::format(" \\\n            {}",
                             in_quotes(fmt::format("-{}{}{}", flag.letter, help, value)));
    }
    if (!flag.long_name.empty()) {
        const std::string_view equals = flag.value_of == nullptr ? "" : "=";
        specs +=
            fmt::format(" \\\n            {}",
                        in_quotes(fmt::format("--{}{}{}{}", flag.long_name, equals, help, value)));
    }
    return specs;
}

std::string action_of(const Offer& offer) {
    switch (offer.kind) {
        case Offer::Kind::kFiles:
            return "_files";
        case Offer::Kind::kFolders:
            return "_files -/";
        case Offer::Kind::kWords:
            return fmt::format("({})", offer.words);
        case Offer::Kind::kNothing:
            break;
    }
    return " ";
}

std::string bracketed(std::string_view help) {
    std::string text = "[";
    for (const char letter : help) {
        if (letter == '[' || letter == ']' || letter == ':' || letter == '\\') text += '\\';
        text += letter;
    }
    return text + "]";
}

}  // namespace
}  // namespace sokkuri::cli
