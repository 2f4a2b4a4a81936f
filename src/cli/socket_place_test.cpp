#include "cli/socket_place.h"

#include "base/testing/temporary_directory.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <sys/stat.h>

namespace sokkuri::cli {
namespace {

/// A variable of the environment for the length of a test.
class Variable {
 public:
    Variable(const char* name, const std::string& value) : name_(name) {
        if (const char* before = std::getenv(name)) before_ = before;
        setenv(name, value.c_str(), 1);
    }
    ~Variable() { before_ ? setenv(name_, before_->c_str(), 1) : unsetenv(name_); }
    Variable(const Variable&) = delete;
    Variable& operator=(const Variable&) = delete;

 private:
    const char* name_;
    std::optional<std::string> before_;
};

TEST(SocketPlace, TakesTheRuntimeFolderIfItIsOursAlone) {
    const testing::TemporaryDirectory folder;  // mode 0700
    const Variable runtime("XDG_RUNTIME_DIR", folder.path());
    const Variable temporary("TMPDIR", folder.path());
    EXPECT_TRUE(SocketPlace::choose("").value().path().starts_with(folder.path() + "/sokkuri-"));
    std::filesystem::permissions(folder.path(), std::filesystem::perms(0755));
    EXPECT_TRUE(SocketPlace::choose("").value().path().ends_with("/socket"));
}

TEST(SocketPlace, MakesAPrivateFolderAndTakesItAway) {
    const testing::TemporaryDirectory folder;
    const Variable runtime("XDG_RUNTIME_DIR", "");
    const Variable temporary("TMPDIR", folder.path());
    {
        const SocketPlace place = SocketPlace::choose("").value();
        const auto own = std::filesystem::path(place.path()).parent_path();
        EXPECT_EQ(own.parent_path(), folder.path());
        EXPECT_EQ(std::filesystem::status(own).permissions(), std::filesystem::perms(0700));
    }
    EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(SocketPlace, NeverNamesAPathThatIsTooLongForASocket) {
    const testing::TemporaryDirectory folder;
    const std::string deep = folder.path() + "/" + std::string(200, 'd');
    std::filesystem::create_directory(deep);
    std::filesystem::permissions(deep, std::filesystem::perms(0700));
    const Variable runtime("XDG_RUNTIME_DIR", deep);
    const Variable temporary("TMPDIR", deep);
    EXPECT_LE(SocketPlace::choose("").value().path().size(), 107U);
    const auto refused = SocketPlace::choose(deep + "/socket");
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().message().find("107 bytes"), std::string::npos);
}

TEST(SocketPlace, MakesAWantedPathAbsolute) {
    EXPECT_EQ(SocketPlace::choose("here.sock").value().path(),
              std::filesystem::current_path().string() + "/here.sock");
}

}  // namespace
}  // namespace sokkuri::cli
