#include "cli/config_file.h"

#include "base/testing/temporary_directory.h"
#include "cli/config_keys.h"

#include <gtest/gtest.h>

#include <span>

namespace sokkuri::cli {
namespace {

Result<ConfigFile> read_text(const std::string& text) {
    const sokkuri::testing::TemporaryDirectory folder;
    const std::string path = join_path(folder.path(), "config.toml");
    EXPECT_TRUE(replace_file(posix_file_system(), path, std::as_bytes(std::span(text))));
    return ConfigFile::read(posix_file_system(), path, config_keys());
}

std::string refusal_of(const std::string& text) {
    const auto file = read_text(text);
    return file ? "" : file.error().message();
}

TEST(ConfigFile, PrefersTheVerbsTableToTheTop) {
    const ConfigFile file = read_text("k = 6\n[search]\nk = 5\nmin-score = 0.5\n").value();
    EXPECT_EQ(file.find("search", "k")->text, "5");
    EXPECT_EQ(file.find("similar", "k")->text, "6");
    EXPECT_EQ(file.find("similar", "min-score"), nullptr);
}

TEST(ConfigFile, ReadsEveryKindOfValue) {
    const ConfigFile file =
        read_text("quiet = true\nk = 3\nmin-score = 0.25\nmodel = \"a\"\n").value();
    EXPECT_EQ(file.find("", "quiet")->text, "true");
    EXPECT_EQ(file.find("", "min-score")->text, "0.25");
    EXPECT_EQ(file.find("", "model")->text, "a");
}

TEST(ConfigFile, NamesFileLineKeyValueAndBound) {
    EXPECT_NE(refusal_of("\nk = 0\n").find("config.toml:2: k = \"0\" is not a whole number from 1"),
              std::string::npos);
    EXPECT_NE(refusal_of("kk = 0\n").find("config.toml:1: there is no key \"kk\""),
              std::string::npos);
    EXPECT_NE(refusal_of("[serch]\n").find("there is no table [serch]"), std::string::npos);
    EXPECT_NE(refusal_of("[search]\nkeep-missing = true\n").find("in [search]"), std::string::npos);
    EXPECT_NE(refusal_of("k = [1]\n").find("k: a string, number or boolean"), std::string::npos);
    EXPECT_NE(refusal_of("k = \n").find("config.toml:1"), std::string::npos);
    EXPECT_NE(refusal_of("config = \"x\"\n").find("no key \"config\""), std::string::npos);
}

// Goal: no text makes the reader crash or throw. Method: every prefix of a good file, and each byte
// turned.
TEST(ConfigFile, SurvivesBrokenText) {
    const std::string good = "k = 6\nmodel = \"a\\u0041\"\n[search]\nmin-score = 0.5 # note\n";
    for (std::size_t length = 0; length < good.size(); ++length) {
        read_text(good.substr(0, length)).has_value();
        std::string turned = good;
        turned[length] = static_cast<char>(turned[length] ^ 0x41);
        read_text(turned).has_value();
    }
}

TEST(ConfigFile, RefusesFilesThatAreTooLarge) {
    EXPECT_NE(refusal_of(std::string(kConfigFileBytesMax + 1, '#')), "");
}

}  // namespace
}  // namespace sokkuri::cli
