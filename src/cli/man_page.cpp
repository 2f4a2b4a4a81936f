#include "cli/man_page.h"

#include "cli/help.h"

#include <fmt/format.h>

#include <algorithm>

namespace sokkuri::cli {
namespace {

std::string page_start(std::string_view name, std::string_view summary);
std::string options_section(std::string_view title, const std::vector<Option>& options);
std::string settings_section(std::string_view table);
std::string exit_section();
/// Paragraphs.
std::string body(std::string_view text);
/// Text that roff takes literally: no dot or quote at the start of a line is a request, '-' stays a
/// minus sign.
std::string escaped(std::string_view text);

}  // namespace

std::string program_man_page() {
    std::string page = page_start("sokkuri", "find pictures that look alike");
    page += ".SH SYNOPSIS\n.B sokkuri\n.I VERB\n[options]\n.br\n.B sokkuri\n.I PICTURE\n";
    page +=
        ".SH DESCRIPTION\n" +
        body(
            "sokkuri makes a search engine of a folder of pictures: index it once, then ask for "
            "the "
            "pictures that look like another one, on the command line or from programs.\n\n"
            "The index lies in the folder .sokkuri beside the pictures and moves with them. With a "
            "picture instead of a verb, sokkuri searches the indexed folder around the working "
            "directory.\n\nResults go to standard output, everything else to standard error.");
    page += ".SH VERBS\n";
    for (const Verb& verb : all_verbs()) {
        page += fmt::format(".TP\n.BR sokkuri\\-{} (1)\n{}.\n", escaped(verb.table()),
                            escaped(verb.summary));
    }
    page += options_section("OPTIONS OF EVERY VERB", global_options());
    return page + settings_section("verb") + exit_section();
}

std::string verb_man_page(const Verb& verb) {
    std::string summary(verb.summary);
    summary.front() = static_cast<char>(std::tolower(static_cast<unsigned char>(summary.front())));
    std::string page = page_start(fmt::format("sokkuri-{}", verb.table()), summary);
    page += fmt::format(".SH SYNOPSIS\n{}\n", escaped(verb.usage()));
    page += fmt::format(".SH DESCRIPTION\n{}.\n", escaped(verb.summary));
    if (!verb.description.empty()) page += ".PP\n" + body(verb.description);
    if (verb.argument.count_max > 0) {
        page += fmt::format(".TP\n.I {}\n{}\n", escaped(verb.argument.name),
                            escaped(verb.argument.help));
    }
    if (!verb.options.empty()) page += options_section("OPTIONS", verb.options);
    page += options_section("OPTIONS OF EVERY VERB", global_options());
    page += settings_section(verb.table()) + exit_section();
    if (!verb.examples.empty()) page += ".SH EXAMPLES\n";
    for (const Example& example : verb.examples) {
        page += fmt::format(".TP\n.B {}\n{}\n", escaped(example.command), escaped(example.what));
    }
    return page + ".SH SEE ALSO\n.BR sokkuri (1)\n";
}

namespace {

std::string page_start(std::string_view name, std::string_view summary) {
    std::string title(name);
    std::ranges::transform(title, title.begin(), [](unsigned char letter) {
        return static_cast<char>(std::toupper(letter));
    });
    return fmt::format(".TH {} 1 \"\" \"sokkuri {}\" \"User Commands\"\n.SH NAME\n{} \\- {}\n",
                       escaped(title), SOKKURI_VERSION, escaped(name), escaped(summary));
}

std::string options_section(std::string_view title, const std::vector<Option>& options) {
    std::string text = fmt::format(".SH {}\n", title);
    for (const Option& option : options) {
        for (const Shortcut& shortcut : option.shortcuts) {
            const std::string letter =
                shortcut.letter == 0 ? "" : fmt::format("-{}, ", shortcut.letter);
            text += fmt::format(".TP\n.B {}\n{}.\n",
                                escaped(fmt::format("{}--{}", letter, shortcut.name)),
                                escaped(shortcut.help));
        }
        const std::string key =
            option.is_in_file ? fmt::format("; key \"{}\" of the file", option.name) : "";
        text += fmt::format(".TP\n.B {}\n{}.\n.br\nVariable {}{}.\n", escaped(option.spelling()),
                            escaped(described(option)), escaped(option.variable()), escaped(key));
    }
    return text;
}

std::string settings_section(std::string_view table) {
    return ".SH SETTINGS\n" +
           body(fmt::format(
               "An option given on the command line comes first, then its variable, then its key "
               "in the "
               "table [{}] of the configuration file, then its key at the top of that file, then "
               "the "
               "default. A switch is turned off by --no-NAME. The file is sokkuri/config.toml in "
               "$XDG_CONFIG_HOME or ~/.config; `sokkuri config show --origin` tells what is in "
               "force "
               "and why.",
               table));
}

std::string exit_section() {
    return ".SH EXIT STATUS\n.TP\n0\nDone.\n.TP\n1\nAn error; standard error says "
           "which.\n.TP\n2\nWrong "
           "usage, or wrong variables or configuration file.\n.TP\n3\nDone, but some files "
           "failed.\n.TP\n130\nInterrupted; what was committed stays.\n";
}

std::string body(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find("\n\n"), text.size());
        if (!out.empty()) out += ".PP\n";
        out += escaped(text.substr(0, end)) + "\n";
        text.remove_prefix(std::min(end + 2, text.size()));
    }
    return out;
}

std::string escaped(std::string_view text) {
    std::string out;
    if (text.starts_with('.') || text.starts_with('\'')) out += "\\&";
    for (const char letter : text) {
        if (letter == '\\') {
            out += "\\e";
        } else if (letter == '-') {
            out += "\\-";
        } else {
            out += letter;
        }
    }
    return out;
}

}  // namespace
}  // namespace sokkuri::cli
