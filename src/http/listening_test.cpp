#include "http/listening.h"

#include "http/testing/raw_client.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace sokkuri::http {
namespace {

class UnixListening : public testing::Test {
 protected:
    UnixListening()
        : folder_(std::filesystem::temp_directory_path() /
                  fmt::format("sokkuri-listening-{}", ::getpid())),
          path_((folder_ / "socket").string()) {
        std::filesystem::create_directories(folder_);
    }
    ~UnixListening() override { std::filesystem::remove_all(folder_); }

    Result<Bound> bind() const { return bind_address({.unix_path = path_}); }

    std::filesystem::path folder_;
    std::string path_;
};

TEST_F(UnixListening, MakesASocketForItsOwnerAlone) {
    const mode_t before = ::umask(0);
    const auto bound = bind();
    ::umask(before);
    ASSERT_TRUE(bound) << bound.error().message();
    EXPECT_EQ(bound->shown, "unix:" + path_);
    struct stat status = {};
    ASSERT_EQ(::lstat(path_.c_str(), &status), 0);
    EXPECT_TRUE(S_ISSOCK(status.st_mode));
    EXPECT_EQ(status.st_mode & 0777, 0600U);
}

TEST_F(UnixListening, RemovesItsNameWhenItEnds) {
    { ASSERT_TRUE(bind()); }
    EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(UnixListening, ReplacesASocketThatNobodyAnswersAt) {
    {
        auto left_behind = bind();
        ASSERT_TRUE(left_behind);
        // As a kill leaves it: the descriptor closes, the name stays.
        std::filesystem::create_hard_link(path_, path_ + "-kept");
    }
    std::filesystem::rename(path_ + "-kept", path_);
    ASSERT_FALSE(RawClient("unix:" + path_).is_connected());
    const auto bound = bind();
    ASSERT_TRUE(bound) << bound.error().message();
    EXPECT_TRUE(RawClient(bound->shown).is_connected());
}

TEST_F(UnixListening, LeavesASocketAloneThatSomebodyAnswersAt) {
    const auto first = bind();
    ASSERT_TRUE(first);
    const auto second = bind();
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code(), ErrorCode::kConflict);
    EXPECT_TRUE(RawClient(first->shown).is_connected());
}

TEST_F(UnixListening, LeavesAFileAloneThatIsNoSocket) {
    std::ofstream(path_) << "precious";
    const auto bound = bind();
    ASSERT_FALSE(bound);
    EXPECT_EQ(bound.error().code(), ErrorCode::kConflict);
    EXPECT_TRUE(std::filesystem::exists(path_));
}

TEST_F(UnixListening, LeavesANameAloneThatIsNoLongerItsOwn) {
    auto bound = bind();
    ASSERT_TRUE(bound);
    std::filesystem::remove(path_);
    std::ofstream(path_) << "somebody else's";
    bound->name = SocketName();
    EXPECT_TRUE(std::filesystem::exists(path_));
}

TEST_F(UnixListening, RefusesPathsThatAreTooLong) {
    const auto bound = bind_address({.unix_path = path_ + std::string(200, 'x')});
    ASSERT_FALSE(bound);
    EXPECT_EQ(bound.error().code(), ErrorCode::kInvalidArgument);
}

TEST(Listening, BindsBothFamiliesOfLocalhostToOnePort) {
    const auto bound = bind_address({.host = "localhost", .port = 0});
    ASSERT_TRUE(bound) << bound.error().message();
    ASSERT_TRUE(bound->shown.starts_with("http://localhost:"));
    EXPECT_NE(bound->shown, "http://localhost:0");
    const std::string port = bound->shown.substr(bound->shown.rfind(':'));
    EXPECT_TRUE(RawClient("http://127.0.0.1" + port).is_connected());
    if (bound->sockets.size() == 2) {
        EXPECT_TRUE(RawClient("http://[::1]" + port).is_connected());
    }
}

TEST(Listening, SaysThatAPortIsTaken) {
    const auto first = bind_address({.port = 0});
    ASSERT_TRUE(first);
    const auto port = std::stoi(first->shown.substr(first->shown.rfind(':') + 1));
    const auto second = bind_address({.port = static_cast<std::uint16_t>(port)});
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code(), ErrorCode::kConflict);
    EXPECT_NE(second.error().message().find(std::to_string(port)), std::string::npos);
}

TEST(Listening, RefusesWhatIsNoAddressOfThisMachine) {
    for (const char* const host : {"", "example", "127.0.0.1.2", "192.0.2.1", "[::1]"}) {
        const auto bound = bind_address({.host = host, .port = 0});
        ASSERT_FALSE(bound) << host;
        EXPECT_EQ(bound.error().code(), ErrorCode::kInvalidArgument) << host;
    }
}

}  // namespace
}  // namespace sokkuri::http
