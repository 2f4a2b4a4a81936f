#include "cli/settings.h"

#include "base/testing/temporary_directory.h"

#include <gtest/gtest.h>

#include <cstring>
#include <span>

namespace sokkuri::cli {
namespace {

const std::vector<Option>& options() {
    static const std::vector<Option> rows = {
        {.name = "k", .letter = 'k', .kind = ValueKind::kInteger, .fallback = "10", .minimum = 1},
        {.name = "in", .kind = ValueKind::kFolder},
        {.name = "show"}};
    return rows;
}

const char* nothing(const char*) {
    return nullptr;
}
const char* k_is_4(const char* name) {
    return std::strcmp(name, "SOKKURI_K") == 0 ? "4" : nullptr;
}
const char* k_is_wrong(const char* name) {
    return std::strcmp(name, "SOKKURI_K") == 0 ? "many" : nullptr;
}
const char* in_is_at_home(const char* name) {
    if (std::strcmp(name, "SOKKURI_IN") == 0) return "~/pictures";
    return std::strcmp(name, "HOME") == 0 ? "/somewhere" : nullptr;
}

ConfigFile file_with(const std::string& text, sokkuri::testing::TemporaryDirectory& folder) {
    const std::string path = join_path(folder.path(), "config.toml");
    EXPECT_TRUE(replace_file(posix_file_system(), path, std::as_bytes(std::span(text))));
    const auto file =
        ConfigFile::read(posix_file_system(), path, {{"", options()}, {"search", options()}});
    EXPECT_TRUE(file) << (file ? "" : file.error().message());
    return file.value_or(ConfigFile());
}

TEST(Settings, FlagBeatsVariableBeatsTableBeatsTopOfFileBeatsDefault) {
    sokkuri::testing::TemporaryDirectory folder;
    const ConfigFile top = file_with("k = 6\n", folder);
    const ConfigFile both = file_with("k = 6\n[search]\nk = 5\n", folder);
    const auto k = [](const FlagValues& flags, ReadVariable variable, const ConfigFile& file) {
        return Settings::resolve("search", options(), flags, variable, file).value().at("k");
    };
    EXPECT_EQ(k({{"k", "3"}}, k_is_4, both).text, "3");
    EXPECT_EQ(k({}, k_is_4, both).text, "4");
    EXPECT_EQ(k({}, k_is_4, both).place, "SOKKURI_K");
    EXPECT_EQ(k({}, nothing, both).text, "5");
    EXPECT_TRUE(k({}, nothing, both).place.ends_with("config.toml:3"));
    EXPECT_EQ(k({}, nothing, top).text, "6");
    EXPECT_EQ(k({}, nothing, {}).text, "10");
    EXPECT_EQ(k({}, nothing, {}).origin, Origin::kDefault);
}

TEST(Settings, NamesTheVariableThatIsWrong) {
    const auto settings = Settings::resolve("search", options(), {}, k_is_wrong, {});
    ASSERT_FALSE(settings);
    EXPECT_TRUE(settings.error().message().starts_with("SOKKURI_K: \"many\""));
}

TEST(Settings, UnderstandsHomeAndPlacesRelativeToTheFile) {
    const auto at_home = Settings::resolve("search", options(), {}, in_is_at_home, {});
    EXPECT_EQ(at_home.value().text("in"), "/somewhere/pictures");
    sokkuri::testing::TemporaryDirectory folder;
    const ConfigFile file = file_with("in = \"pictures\"\n", folder);
    const auto beside = Settings::resolve("search", options(), {}, nothing, file);
    EXPECT_EQ(beside.value().text("in"),
              join_path(posix_file_system().canonical(folder.path()).value(), "pictures"));
}

TEST(Settings, SwitchesAreOffUntilTurnedOn) {
    EXPECT_FALSE(Settings::resolve("search", options(), {}, nothing, {}).value().on("show"));
    const FlagValues flags{{"show", "true"}};
    EXPECT_TRUE(Settings::resolve("search", options(), flags, nothing, {}).value().on("show"));
}

}  // namespace
}  // namespace sokkuri::cli
