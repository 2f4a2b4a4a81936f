#include "cli/completion.h"
#include "cli/verbs.h"

namespace sokkuri::cli {
namespace {

Result<ExitCode> run(Invocation& invocation) {
    const std::string& shell = invocation.arguments.front();
    invocation.out.write(shell == "bash"  ? bash_completion()
                         : shell == "zsh" ? zsh_completion()
                                          : fish_completion());
    return ExitCode::kOk;
}

}  // namespace

Verb completion_verb() {
    return {.name = "completion",
            .summary = "Print a completion script for a shell",
            .description =
                "`cmake --install` puts the scripts where shells look for them; this verb is "
                "for everybody else.",
            .argument = {.name = "SHELL",
                         .help = "bash, zsh or fish",
                         .kind = ArgumentKind::kChoice,
                         .count_min = 1,
                         .count_max = 1,
                         .choices = {"bash", "zsh", "fish"}},
            .examples = {{"source <(sokkuri completion bash)", "Complete in this bash"},
                         {"sokkuri completion fish > ~/.config/fish/completions/sokkuri.fish",
                          "Complete in every fish from now on"}},
            .run = run,
            .needs_settings = NeedsSettings::kNo};
}

}  // namespace sokkuri::cli
