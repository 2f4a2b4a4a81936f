#include "base/shown_text.h"
#include "cli/config_keys.h"
#include "cli/verbs.h"

#include <fmt/format.h>

#include <cstdlib>

namespace sokkuri::cli {
namespace {

Result<ExitCode> run_show(Invocation& invocation);
Result<ExitCode> run_path(Invocation& invocation);
Result<ConfigFile> read_file_in_force(Invocation& invocation, const std::string& path);
/// Options of every table as TOML; `table` empty: the top of the file.
void show_table(Invocation& invocation, const std::string& table,
                const std::vector<Option>& options, const Settings& settings);
std::string toml_line(const Option& option, const Setting& setting);

}  // namespace

Verb config_show_verb() {
    return {
        .name = "config show",
        .summary = "Print the settings in force, as a configuration file",
        .description = "Options that have no value are commented out.",
        .options =
            {{.name = "origin",
              .help =
                  "Say behind each setting where it comes from: flag, variable, file, default"}},
        .examples = {{"sokkuri config show --origin", "What is in force, and why"},
                     {"sokkuri config show > \"$(sokkuri config path)\"",
                      "Start a configuration file from what is in force"}},
        .run = run_show};
}

Verb config_path_verb() {
    return {.name = "config path",
            .summary = "Print where the configuration file is looked for",
            .run = run_path,
            .needs_settings = NeedsSettings::kNo};
}

namespace {

Result<ExitCode> run_show(Invocation& invocation) {
    const std::string path = ConfigFile::standard_path(invocation.settings.text("config"));
    const ConfigFile file = TRY(read_file_in_force(invocation, path));
    const auto variable = [](const char* name) -> const char* { return std::getenv(name); };
    invocation.out.print("# {}\n", shown_text(path));
    show_table(invocation, "", global_options(), invocation.settings);
    for (const Verb& verb : all_verbs()) {
        if (verb.options.empty()) continue;
        // Their own settings come from their own tables; a variable that one verb cannot take is
        // that verb's error.
        const auto settings = Settings::resolve(verb.table(), verb.options, {}, variable, file);
        if (!settings) {
            invocation.out.print("\n[{}]\n# {}\n", verb.table(), settings.error().message());
            continue;
        }
        show_table(invocation, verb.table(), verb.options, *settings);
    }
    return ExitCode::kOk;
}

Result<ExitCode> run_path(Invocation& invocation) {
    invocation.out.print("{}\n", ConfigFile::standard_path(invocation.settings.text("config")));
    return ExitCode::kOk;
}

Result<ConfigFile> read_file_in_force(Invocation& invocation, const std::string& path) {
    auto file = ConfigFile::read(invocation.files, path, config_keys());
    if (!file && file.error().code() == ErrorCode::kNotFound) return ConfigFile();
    return file;
}

void show_table(Invocation& invocation, const std::string& table,
                const std::vector<Option>& options, const Settings& settings) {
    if (!table.empty()) invocation.out.print("\n[{}]\n", table);
    for (const Option& option : options) {
        if (!option.is_in_file) continue;
        const Setting& setting = settings.at(option.name);
        std::string line = toml_line(option, setting);
        if (invocation.settings.on("origin")) {
            line = fmt::format("{:<32} # {}", line, setting.place);
        }
        invocation.out.print("{}\n", line);
    }
}

std::string toml_line(const Option& option, const Setting& setting) {
    if (option.kind == ValueKind::kSwitch) {
        return fmt::format("{} = {}", option.name, setting.text.empty() ? "false" : setting.text);
    }
    if (setting.text.empty()) return fmt::format("# {} =", option.name);
    const bool is_number = option.kind == ValueKind::kCount || option.kind == ValueKind::kInteger ||
                           option.kind == ValueKind::kNumber;
    if (is_number) return fmt::format("{} = {}", option.name, setting.text);
    std::string text;
    for (const char letter : setting.text) {
        const bool is_control = static_cast<unsigned char>(letter) < 0x20 || letter == 0x7F;
        if (letter == '"' || letter == '\\') text += '\\';
        text += is_control ? fmt::format("\\u{:04x}", static_cast<unsigned>(letter))
                           : std::string(1, letter);
    }
    return fmt::format("{} = \"{}\"", option.name, text);
}

}  // namespace
}  // namespace sokkuri::cli
