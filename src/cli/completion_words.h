// What the three completion scripts have in common: words of the command line, flattened from the
// table of verbs.
#pragma once

#include "cli/verb.h"

#include <string>
#include <string_view>
#include <vector>

namespace sokkuri::cli {

/// One flag as it is typed, with what follows it.
struct CompletionFlag {
    std::string_view long_name;  // without dashes; empty when there is only a letter
    char letter = 0;
    std::string_view help;
    const Option* value_of = nullptr;  // the option whose value follows; null for switches
};

/// Flags of a verb: its own and the global ones, second spellings, shortcuts and --help. Borrows
/// from `options`.
std::vector<CompletionFlag> completion_flags(const std::vector<Option>& options);

struct CompletionWord {
    std::string_view word;
    std::string_view help;
};

/// What may come first: verbs, groups and "help".
std::vector<CompletionWord> first_words();
/// What may follow a group: "list", "add", …
std::vector<CompletionWord> second_words(const VerbGroup& group);

/// What a shell offers in the place of a value or an argument.
struct Offer {
    enum class Kind { kNothing, kFiles, kFolders, kWords };
    Kind kind = Kind::kNothing;
    std::string words = "";  // of kWords, with spaces between
};
Offer offer_of(const Option& option);
Offer offer_of(const Argument& argument);

/// `text` as one word of a shell, in single quotes.
std::string in_quotes(std::string_view text);

}  // namespace sokkuri::cli
