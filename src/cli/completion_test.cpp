#include "cli/completion.h"

#include "cli/man_page.h"
#include "cli/verb.h"

#include <gtest/gtest.h>

namespace sokkuri::cli {
namespace {

TEST(Completion, KnowsEveryVerbAndEveryFlagInEveryShell) {
    const std::string bash = bash_completion();
    const std::string zsh = zsh_completion();
    const std::string fish = fish_completion();
    for (const Verb& verb : all_verbs()) {
        for (const Option& option : verb.all_options()) {
            if (option.name.size() == 1) continue;
            const std::string flag = "--" + std::string(option.name);
            EXPECT_NE(bash.find(flag), std::string::npos) << flag;
            EXPECT_NE(zsh.find(flag), std::string::npos) << flag;
            EXPECT_NE(fish.find("-l " + std::string(option.name)), std::string::npos) << flag;
        }
        const std::string last(verb.name.substr(verb.name.rfind(' ') + 1));
        for (const std::string& script : {bash, zsh, fish}) {
            EXPECT_NE(script.find(last), std::string::npos) << last;
        }
    }
}

TEST(ManPage, NamesEveryFlagVariableAndKey) {
    for (const Verb& verb : all_verbs()) {
        const std::string page = verb_man_page(verb);
        EXPECT_TRUE(page.starts_with(".TH SOKKURI\\-")) << page.substr(0, 40);
        for (const Option& option : verb.all_options()) {
            EXPECT_NE(page.find(option.variable()), std::string::npos) << option.name;
        }
    }
    EXPECT_NE(program_man_page().find("sokkuri\\-search (1)"), std::string::npos);
}

}  // namespace
}  // namespace sokkuri::cli
