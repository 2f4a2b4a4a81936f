#include "cli/command_line.h"

#include "image/decode.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace sokkuri::cli {
namespace {

Result<CommandLine> parse(const char* verb, const std::vector<std::string>& words) {
    return parse_command_line(*find_verb(verb), words);
}

std::string refusal(const char* verb, const std::vector<std::string>& words) {
    const auto line = parse(verb, words);
    return line ? "" : line.error().message();
}

TEST(CommandLine, TakesFlagsInAnyPlaceAndForm) {
    const CommandLine line =
        parse("search", {"a.jpg", "-k5", "--in=pics", "b.jpg", "--min-score", "-0.5", "-qf"})
            .value();
    EXPECT_EQ(line.arguments, (std::vector<std::string>{"a.jpg", "b.jpg"}));
    const FlagValues flags{
        {"format", "paths"}, {"in", "pics"}, {"k", "5"}, {"min-score", "-0.5"}, {"quiet", "true"}};
    EXPECT_EQ(line.flags, flags);
}

TEST(CommandLine, UnderstandsSecondSpellingsShortcutsAndNo) {
    EXPECT_EQ(parse("search", {"a", "--top", "3"}).value().flags.at("k"), "3");
    EXPECT_EQ(parse("search", {"a", "--jsonl"}).value().flags.at("format"), "jsonl");
    EXPECT_EQ(parse("search", {"a", "-f0"}).value().flags.at("format"), "paths0");
    EXPECT_EQ(parse("search", {"a", "--no-show"}).value().flags.at("show"), "false");
    EXPECT_EQ(parse("search", {"a", "-vv"}).value().flags.at("verbose"), "2");
}

TEST(CommandLine, RefusesWhatItDoesNotKnowAndSuggests) {
    EXPECT_EQ(refusal("search", {"a", "--jsno"}),
              "there is no flag --jsno; did you mean \"--json\"?");
    EXPECT_EQ(refusal("search", {}), "PICTURE is missing");
    EXPECT_EQ(refusal("index", {"a", "b"}), "one argument too many: b");
    EXPECT_NE(refusal("completion", {"csh"}).find("csh is not a SHELL"), std::string::npos);
    EXPECT_NE(refusal("search", {"a", "-k", "0"}).find("from 1 to 100000"), std::string::npos);
    EXPECT_NE(refusal("search", {"a", "-k"}), "");
}

TEST(CommandLine, RefusesContradictions) {
    EXPECT_EQ(refusal("search", {"a", "--json", "--csv"}), "--format given twice: json and csv");
    EXPECT_EQ(refusal("search", {"a", "-k", "3", "-k", "4"}), "-k given twice: 3 and 4");
    EXPECT_EQ(refusal("search", {"a", "-k", "3", "-k", "3"}), "");
}

TEST(CommandLine, TakesIdsThatStartWithADash) {
    const std::string id = "-k5fQ0abcdefghijkl_-zz";
    ASSERT_EQ(id.size(), 22U);
    EXPECT_EQ(parse("similar", {id, "-k", "2"}).value().arguments.front(), id);
    const std::string with_two = "--Q0abcdefghijkl_-zz_a";
    EXPECT_EQ(parse("similar", {"-k", "2", with_two}).value().arguments.front(), with_two);
}

TEST(CommandLine, TakesEverythingAfterTwoDashesAsArguments) {
    EXPECT_EQ(parse("search", {"--", "--in"}).value().arguments.front(), "--in");
}

TEST(CommandLine, ALineEndInAValueEndsNoValue) {
    const auto parsed =
        parse("search",
              {"a.jpg", "--filter", "{\"all\": [\n{\"field\": \"n\"}\r\n]}", "--filter", "m=1"});
    ASSERT_TRUE(parsed) << parsed.error().message();
    EXPECT_EQ(parsed->flags.at("filter"), "{\"all\": [ {\"field\": \"n\"}  ]}\nm=1");
}

TEST(CommandLine, SwitchingModelsTakesNothingThatItDoesNotGoBy) {
    EXPECT_EQ(refusal("model switch", {"a"}), "");
    for (const char* flag : {"--model", "--batch-age-ms"}) {
        const std::string said = refusal("model switch", {"a", flag, "1"});
        EXPECT_NE(said.find(fmt::format("no flag {}", flag)), std::string::npos) << said;
    }
}

TEST(CommandLine, FindsTheVerbBehindGlobalFlags) {
    const Words words = split_words({"-q", "--config", "f", "--color=never", "search", "a"});
    EXPECT_EQ(words.verb, "search");
    EXPECT_EQ(words.rest, (std::vector<std::string>{"-q", "--config", "f", "--color=never", "a"}));
    EXPECT_TRUE(split_words({"-k", "3", "a.jpg"}).has_foreign_flag);
    EXPECT_EQ(split_words({"-q", "--help"}).verb, "--help");
}

TEST(CommandLine, DefaultsOfLimitsAreThoseOfTheDecoder) {
    const image::DecodeLimits limits;
    const auto fallback = [](std::string_view name) {
        for (const Option& option : find_verb("search")->options) {
            if (option.name == name) return std::string(option.fallback);
        }
        return std::string();
    };
    EXPECT_EQ(fallback("file-bytes-max"), fmt::format("{}", limits.file_bytes_max));
    EXPECT_EQ(fallback("pixels-max"), fmt::format("{}", limits.pixels_max));
    EXPECT_EQ(fallback("side-max"), fmt::format("{}", limits.side_max));
    EXPECT_EQ(fallback("memory-bytes-max"), fmt::format("{}", limits.memory_bytes_max));
    EXPECT_EQ(fallback("time-max-ms"), fmt::format("{}", limits.time_max_ms));
}

}  // namespace
}  // namespace sokkuri::cli
