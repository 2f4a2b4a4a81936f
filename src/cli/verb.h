// Verb: a row of the program's table of verbs: what it is called, what it takes, and what runs it.
// Each verb_*.cpp gives its rows; verb_table.cpp puts them in order. Help, completion and man pages
// read nothing but this.
#pragma once

#include "base/file_system.h"
#include "base/result.h"
#include "cli/exit_code.h"
#include "cli/option.h"
#include "cli/output.h"
#include "cli/settings.h"
#include "cli/terminal.h"

#include <string>
#include <string_view>
#include <vector>

namespace sokkuri::cli {

/// What completion offers for an argument, and how the parser treats it.
enum class ArgumentKind { kText, kFile, kFolder, kItem, kChoice };

struct Argument {
    std::string_view name;  // "PICTURE"; empty: the verb takes none
    std::string_view help = "";
    ArgumentKind kind = ArgumentKind::kText;
    std::size_t count_min = 0;
    std::size_t count_max = 0;
    std::vector<std::string_view> choices = {};
};

struct Example {
    std::string_view command;
    std::string_view what;
};

/// Everything a verb may use. Borrowed: lives while `run` runs.
struct Invocation {
    const Settings& settings;
    std::vector<std::string> arguments;
    FileSystem& files;
    Output& out;
    Console& console;
    const Terminal& terminal;
};

/// Says on the console what is wrong with the words of the command, and how it is used.
ExitCode usage_error(Invocation& invocation, std::string_view verb, std::string_view reason);

/// Whether settings are read for it: those that only explain must work with a broken configuration
/// file.
enum class NeedsSettings { kNo, kYes };

struct Verb {
    std::string_view name;  // one word, or two: "model add"
    std::string_view summary;
    std::string_view description = "";  // paragraphs, separated by empty lines
    Argument argument = {};
    std::vector<Option> options = {};  // without the global ones
    std::vector<Example> examples = {};
    Result<ExitCode> (*run)(Invocation&) = nullptr;
    NeedsSettings needs_settings = NeedsSettings::kYes;

    /// The table of its keys in the configuration file: "model-add".
    std::string table() const;
    /// Its own and the global ones.
    std::vector<Option> all_options() const;
    /// "sokkuri search [options] PICTURE..."
    std::string usage() const;
};

/// In the order of help. Built once; immutable.
const std::vector<Verb>& all_verbs();
/// Null when there is none of that name.
const Verb* find_verb(std::string_view name);
/// First words of two-word verbs, with what they are for: "model", "config".
struct VerbGroup {
    std::string_view name;
    std::string_view summary;
};
const std::vector<VerbGroup>& verb_groups();
const VerbGroup* find_group(std::string_view name);

/// Flags that every verb takes.
const std::vector<Option>& global_options();

}  // namespace sokkuri::cli
