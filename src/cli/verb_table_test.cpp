// Goal: the table that everything is made from is sound. Method: properties of every row.
#include "cli/help.h"
#include "cli/verb.h"

#include <gtest/gtest.h>

#include <set>

namespace sokkuri::cli {
namespace {

TEST(VerbTable, NoFlagOfAVerbHasTwoMeanings) {
    for (const Verb& verb : all_verbs()) {
        std::set<std::string> names{"help", "h"};
        const auto add = [&](std::string_view name) {
            EXPECT_TRUE(names.insert(std::string(name)).second) << verb.name << ": " << name;
        };
        for (const Option& option : verb.all_options()) {
            add(option.name);
            if (!option.also.empty()) add(option.also);
            if (option.letter != 0 && option.name.size() > 1) add(std::string(1, option.letter));
            for (const Shortcut& shortcut : option.shortcuts) {
                add(shortcut.name);
                if (shortcut.letter != 0) add(std::string(1, shortcut.letter));
            }
        }
    }
}

TEST(VerbTable, EveryDefaultIsAValueOfItsOption) {
    for (const Verb& verb : all_verbs()) {
        for (const Option& option : verb.all_options()) {
            if (!option.fallback.empty()) {
                EXPECT_TRUE(option.parse(option.fallback)) << verb.name << " " << option.name;
            }
            for (const Shortcut& shortcut : option.shortcuts) {
                EXPECT_TRUE(option.parse(shortcut.value)) << shortcut.name;
            }
        }
    }
}

TEST(VerbTable, EveryRowExplainsItselfWithoutAFullStop) {
    for (const Verb& verb : all_verbs()) {
        EXPECT_NE(verb.run, nullptr);
        EXPECT_FALSE(verb.summary.empty() || verb.summary.ends_with('.')) << verb.name;
        for (const Option& option : verb.all_options()) {
            EXPECT_FALSE(option.help.empty() || option.help.ends_with('.')) << option.name;
            EXPECT_EQ(option.takes_value(), !option.value_name.empty()) << option.name;
        }
    }
}

TEST(VerbTable, NoLineOfHelpIsWiderThanItsTerminal) {
    const Terminal terminal{.columns = 80};
    for (const Verb& verb : all_verbs()) {
        const std::string help = verb_help(verb, terminal);
        for (std::size_t start = 0; start < help.size();) {
            const std::size_t end = help.find('\n', start);
            EXPECT_LE(end - start, 80U) << help.substr(start, end - start);
            start = end + 1;
        }
    }
}

}  // namespace
}  // namespace sokkuri::cli
