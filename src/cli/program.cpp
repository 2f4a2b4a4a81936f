#include "cli/program.h"

#include "base/log.h"
#include "base/shown_text.h"
#include "cli/command_line.h"
#include "cli/config_file.h"
#include "cli/config_keys.h"
#include "cli/help.h"
#include "cli/suggestion.h"
#include "cli/verb.h"

#include <fmt/format.h>

#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <new>
#include <unistd.h>

namespace sokkuri::cli {
namespace {

/// What every step needs to answer the user.
struct Session {
    FileSystem& files;
    Output out{STDOUT_FILENO};
    Console console{STDERR_FILENO};
    Terminal terminal = Terminal::detect();
};

/// A program that is started with its outputs closed would get the catalog as "standard output",
/// and write results into it: the places are taken by files that refuse to be written.
void fill_closed_descriptors();
ExitCode run_words(Session& session, std::vector<std::string> words);
ExitCode explain(Session& session, const std::vector<std::string>& words);
ExitCode run_verb(Session& session, const Verb& verb, const std::vector<std::string>& words);
Result<Settings> settings_of(Session& session, const Verb& verb, const FlagValues& flags);
/// The verb that the words mean; takes its second word off them. Null when it is none.
const Verb* verb_of(Words& words);
ExitCode refuse_verb(Session& session, const std::string& word);
/// `sokkuri cat.jpg`: a file that is there, or a name that can only be meant as one.
bool looks_like_picture(const FileSystem& files, const std::string& word);
void apply_global(Session& session, const Settings& settings);
ExitCode code_of(const Error& error);

}  // namespace

int run_program(int argument_count, char** arguments) {
    fill_closed_descriptors();
    std::signal(SIGPIPE, SIG_IGN);  // a closed pipe is an error of write, handled by Output
    Session session{.files = posix_file_system()};
    ExitCode code = ExitCode::kError;
    try {
        code =
            run_words(session, std::vector<std::string>(arguments + 1, arguments + argument_count));
    } catch (const std::bad_alloc&) {
        session.console.say("sokkuri: out of memory");
    }
    const auto finished = session.out.finish();
    if (!finished) {
        session.console.say("sokkuri: {}", finished.error().message());
        if (code == ExitCode::kOk) code = ExitCode::kError;
    }
    return static_cast<int>(code);
}

namespace {

void fill_closed_descriptors() {
    for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        const bool is_open = fcntl(descriptor, F_GETFD) >= 0;
        if (!is_open) open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY);
    }
}

ExitCode run_words(Session& session, std::vector<std::string> words) {
    if (words.empty()) {
        session.console.write(program_help(session.terminal));
        return ExitCode::kUsage;
    }
    Words split = split_words(words);
    if (split.verb == "--version" || split.verb == "-V") {
        session.out.print("sokkuri {}\n", SOKKURI_VERSION);
        return ExitCode::kOk;
    }
    if (split.verb == "--help" || split.verb == "-h") return explain(session, {});
    if (split.verb == "help") return explain(session, split.rest);
    if (const Verb* verb = verb_of(split); verb != nullptr)
        return run_verb(session, *verb, split.rest);
    if (const VerbGroup* group = find_group(split.verb); group != nullptr) {
        const bool is_asked =
            !split.rest.empty() && (split.rest.front() == "--help" || split.rest.front() == "-h");
        const std::string text = group_help(*group, session.terminal);
        is_asked ? session.out.write(text) : session.console.write(text);
        return is_asked ? ExitCode::kOk : ExitCode::kUsage;
    }
    if (!split.has_foreign_flag && !looks_like_picture(session.files, split.verb)) {
        return refuse_verb(session, split.verb);
    }
    return run_verb(session, *find_verb("search"), words);
}

ExitCode explain(Session& session, const std::vector<std::string>& words) {
    if (words.empty()) {
        session.out.write(program_help(session.terminal));
        return ExitCode::kOk;
    }
    Words split{.verb = words.front(), .rest = {words.begin() + 1, words.end()}};
    if (const Verb* verb = verb_of(split); verb != nullptr) {
        session.out.write(verb_help(*verb, session.terminal));
        return ExitCode::kOk;
    }
    if (const VerbGroup* group = find_group(split.verb); group != nullptr) {
        session.out.write(group_help(*group, session.terminal));
        return ExitCode::kOk;
    }
    return refuse_verb(session, words.front());
}

ExitCode run_verb(Session& session, const Verb& verb, const std::vector<std::string>& words) {
    const auto line = parse_command_line(verb, words);
    if (!line) {
        session.console.say("sokkuri {}: {}\nusage: {}\nsee `sokkuri help {}`", verb.name,
                            line.error().message(), verb.usage(), verb.name);
        return ExitCode::kUsage;
    }
    if (line->asks_for_help) {
        session.out.write(verb_help(verb, session.terminal));
        return ExitCode::kOk;
    }
    const auto settings = settings_of(session, verb, line->flags);
    if (!settings) {
        session.console.say("sokkuri {}: {}", verb.name, settings.error().message());
        return ExitCode::kUsage;
    }
    apply_global(session, *settings);
    Invocation invocation{.settings = *settings,
                          .arguments = line->arguments,
                          .files = session.files,
                          .out = session.out,
                          .console = session.console,
                          .terminal = session.terminal};
    const auto code = verb.run(invocation);
    if (code) return *code;
    session.out.flush();
    session.console.say("sokkuri {}: {}", verb.name, shown_text(code.error().message()));
    return code_of(code.error());
}

Result<Settings> settings_of(Session& session, const Verb& verb, const FlagValues& flags) {
    if (verb.needs_settings == NeedsSettings::kNo) {
        const auto no_variable = [](const char*) -> const char* { return nullptr; };
        return Settings::resolve(verb.table(), verb.all_options(), flags, no_variable, {});
    }
    const auto read_variable = [](const char* name) -> const char* { return std::getenv(name); };
    const auto flag = flags.find("config");
    const bool was_asked = flag != flags.end() || std::getenv("SOKKURI_CONFIG") != nullptr;
    const std::string path =
        ConfigFile::standard_path(flag == flags.end() ? std::string_view() : flag->second);
    ConfigFile file;
    if (!path.empty()) {
        auto read = ConfigFile::read(session.files, path, config_keys());
        const bool is_absent = !read && read.error().code() == ErrorCode::kNotFound;
        if (!read && !(is_absent && !was_asked)) {
            return tl::unexpected(read.error());
        }
        if (read) file = std::move(*read);
    }
    return Settings::resolve(verb.table(), verb.all_options(), flags, read_variable, file);
}

const Verb* verb_of(Words& words) {
    if (const Verb* verb = find_verb(words.verb); verb != nullptr) return verb;
    if (find_group(words.verb) == nullptr || words.rest.empty()) return nullptr;
    const Verb* verb = find_verb(fmt::format("{} {}", words.verb, words.rest.front()));
    if (verb != nullptr) words.rest.erase(words.rest.begin());
    return verb;
}

ExitCode refuse_verb(Session& session, const std::string& word) {
    std::vector<std::string_view> known{"help"};
    for (const Verb& verb : all_verbs()) {
        known.push_back(verb.name.substr(0, verb.name.find(' ')));
    }
    session.console.say("sokkuri: there is no verb \"{}\"{}\nsee `sokkuri --help`",
                        shown_text(word), suggestion(word, known));
    return ExitCode::kUsage;
}

bool looks_like_picture(const FileSystem& files, const std::string& word) {
    const bool is_path = word.find('/') != std::string::npos || word.find('.') != std::string::npos;
    return is_path || files.status_following(word).has_value();
}

void apply_global(Session& session, const Settings& settings) {
    session.terminal.choose_color(settings.text("color"));
    const std::uint64_t verbosity = settings.integer("verbose");
    LogLevel level = verbosity == 0   ? LogLevel::kWarn
                     : verbosity == 1 ? LogLevel::kInfo
                                      : LogLevel::kDebug;
    if (settings.on("quiet")) level = LogLevel::kError;
    set_log_level(parse_log_level(settings.text("log")).value_or(level));
}

ExitCode code_of(const Error& error) {
    return error.code() == ErrorCode::kCancelled ? ExitCode::kInterrupted : ExitCode::kError;
}

}  // namespace
}  // namespace sokkuri::cli
