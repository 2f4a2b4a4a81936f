#include "cli/completion.h"
#include "cli/completion_words.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace sokkuri::cli {
namespace {

constexpr std::string_view kStart =
    R"(# bash completion of sokkuri, made by `sokkuri completion bash`
_sokkuri()
{
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}
    local verb= word i
    COMPREPLY=()
    for ((i = 1; i < COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        [[ $word == -* ]] && continue
        verb=$word
        case $word in
)";

constexpr std::string_view kMiddle = R"(        esac
        break
    done
    _sokkuri_files() { compopt -o filenames; mapfile -t COMPREPLY < <(compgen "$1" -- "$current"); }
    _sokkuri_words() { mapfile -t COMPREPLY < <(compgen -W "$1" -- "$current"); }
    case $verb in
    '')
        [[ $current == -* ]] && { _sokkuri_words '--help --version'; return; }
)";

constexpr std::string_view kEnd = R"(    help) _sokkuri_words "$first" ;;
    *) _sokkuri_files -f ;;
    esac
}
complete -F _sokkuri sokkuri
)";

std::string words_of(const std::vector<CompletionWord>& words);
std::string verb_case(const Verb& verb);
/// The command that offers what may stand there.
std::string command_of(const Offer& offer);

}  // namespace

std::string bash_completion() {
    std::string script(kStart);
    for (const VerbGroup& group : verb_groups()) {
        script += fmt::format(
            "        {}) ((i + 1 < COMP_CWORD)) && verb=\"$word ${{COMP_WORDS[i+1]}}\" ;;\n",
            group.name);
    }
    script += fmt::format("{}", kMiddle);
    script.insert(script.find("    COMPREPLY=()"),
                  fmt::format("    local first={}\n", in_quotes(words_of(first_words()))));
    script +=
        "        _sokkuri_words \"$first\"\n"
        "        ((${#COMPREPLY[@]})) || _sokkuri_files -f\n        ;;\n";
    for (const VerbGroup& group : verb_groups()) {
        script += fmt::format("    {}) _sokkuri_words {} ;;\n", group.name,
                              in_quotes(words_of(second_words(group))));
    }
    for (const Verb& verb : all_verbs()) {
        script += verb_case(verb);
    }
    return script + std::string(kEnd);
}

namespace {

std::string words_of(const std::vector<CompletionWord>& words) {
    std::vector<std::string_view> names;
    for (const CompletionWord& word : words) {
        names.push_back(word.word);
    }
    return fmt::format("{}", fmt::join(names, " "));
}

std::string verb_case(const Verb& verb) {
    const std::vector<Option> options = verb.all_options();
    std::vector<std::string> names;
    std::string values;
    for (const CompletionFlag& flag : completion_flags(options)) {
        if (!flag.long_name.empty()) names.push_back(fmt::format("--{}", flag.long_name));
        if (flag.long_name.empty()) names.push_back(fmt::format("-{}", flag.letter));
        if (flag.value_of == nullptr) continue;
        std::string pattern = flag.letter == 0 ? "" : fmt::format("-{}", flag.letter);
        if (!flag.long_name.empty()) {
            pattern += fmt::format("{}--{}", pattern.empty() ? "" : "|", flag.long_name);
        }
        values += fmt::format("        {}) {}; return ;;\n", pattern,
                              command_of(offer_of(*flag.value_of)));
    }
    return fmt::format(
        "    {})\n        case $previous in\n{}        esac\n"
        "        [[ $current == -* ]] && {{ _sokkuri_words {}; return; }}\n        {}\n        "
        ";;\n",
        in_quotes(verb.name), values, in_quotes(fmt::format("{}", fmt::join(names, " "))),
        command_of(offer_of(verb.argument)));
}

std::string command_of(const Offer& offer) {
    switch (offer.kind) {
        case Offer::Kind::kFiles:
            return "_sokkuri_files -f";
        case Offer::Kind::kFolders:
            return "_sokkuri_files -d";
        case Offer::Kind::kWords:
            return fmt::format("_sokkuri_words {}", in_quotes(offer.words));
        case Offer::Kind::kNothing:
            break;
    }
    return ":";
}

}  // namespace
}  // namespace sokkuri::cli
