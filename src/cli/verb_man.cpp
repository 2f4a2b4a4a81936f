#include "cli/man_page.h"
#include "cli/verbs.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

namespace sokkuri::cli {
namespace {

Result<ExitCode> run(Invocation& invocation);
/// All pages as files; the build calls it.
Result<ExitCode> write_pages(Invocation& invocation, const std::string& directory);
Result<void> write_page(FileSystem& files, const std::string& path, const std::string& page);

}  // namespace

Verb man_verb() {
    return {.name = "man",
            .summary = "Print the manual page of the program or of a verb",
            .argument = {.name = "VERB",
                         .help = "The verb, in one word or two; without it, the program",
                         .count_max = 2},
            .options = {{.name = "directory",
                         .kind = ValueKind::kFolder,
                         .value_name = "DIR",
                         .help = "Write all pages into this folder instead"}},
            .examples = {{"sokkuri man search | man -l -", "Read a page without installing it"}},
            .run = run,
            .needs_settings = NeedsSettings::kNo};
}

namespace {

Result<ExitCode> run(Invocation& invocation) {
    const Settings& settings = invocation.settings;
    if (settings.has("directory")) return write_pages(invocation, settings.text("directory"));
    if (invocation.arguments.empty()) {
        invocation.out.write(program_man_page());
        return ExitCode::kOk;
    }
    std::string name = fmt::format("{}", invocation.arguments.front());
    if (invocation.arguments.size() > 1) name += " " + invocation.arguments.back();
    std::ranges::replace(name, '-', ' ');
    const Verb* verb = find_verb(name);
    if (verb == nullptr) return fail(ErrorCode::kNotFound, "there is no verb \"{}\"", name);
    invocation.out.write(verb_man_page(*verb));
    return ExitCode::kOk;
}

Result<ExitCode> write_pages(Invocation& invocation, const std::string& directory) {
    TRY(create_directories(invocation.files, directory));
    TRY(write_page(invocation.files, join_path(directory, "sokkuri.1"), program_man_page()));
    for (const Verb& verb : all_verbs()) {
        const std::string path = join_path(directory, fmt::format("sokkuri-{}.1", verb.table()));
        TRY(write_page(invocation.files, path, verb_man_page(verb)));
    }
    return ExitCode::kOk;
}

Result<void> write_page(FileSystem& files, const std::string& path, const std::string& page) {
    return replace_file(files, path, std::as_bytes(std::span(page)));
}

}  // namespace
}  // namespace sokkuri::cli
