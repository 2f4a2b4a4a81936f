#include "collection/workspace.h"

#include "base/testing/temporary_directory.h"

#include <gtest/gtest.h>

namespace sokkuri::collection {
namespace {

class WorkspaceTest : public ::testing::Test {
 protected:
    std::unique_ptr<Workspace> open(WorkspaceAccess access) {
        auto opened = Workspace::open(posix_file_system(), folder_.path() + "/.sokkuri", access);
        EXPECT_TRUE(opened) << opened.error().message();
        return opened ? std::move(*opened) : nullptr;
    }

 private:
    testing::TemporaryDirectory folder_;
};

Hash128 content(unsigned char first) {
    Hash128 hash{};
    hash[0] = std::byte{first};
    return hash;
}

FileState indexed(const std::string& path, unsigned char hash) {
    return {.root = 0,
            .path = path,
            .size_bytes = 10,
            .modified_ns = -5,
            .content = content(hash),
            .id = "id of " + path};
}

FileState failed(const std::string& path) {
    return {.root = 0, .path = path, .size_bytes = 3, .failure = "not a picture"};
}

std::vector<std::string> paths_of(const std::vector<FileState>& states) {
    std::vector<std::string> paths;
    for (const FileState& state : states) {
        paths.push_back(state.path);
    }
    return paths;
}

using Paths = std::vector<std::string>;

TEST_F(WorkspaceTest, RootsAreNumberedInOrderAndKnownAgain) {
    const auto workspace = open(WorkspaceAccess::kWrite);
    EXPECT_EQ(workspace->add_root(".").value(), 0U);
    EXPECT_EQ(workspace->add_root("/pictures/\xff").value(), 1U);
    EXPECT_EQ(workspace->add_root(".").value(), 0U);
    EXPECT_EQ(workspace->roots().value()[1].path, "/pictures/\xff");
}

TEST_F(WorkspaceTest, RemembersFilesWithPathsOfAnyBytesAcrossReopening) {
    const std::string odd("new\nline \xff\xfe \xe3\x81\x9d");
    {
        const auto workspace = open(WorkspaceAccess::kWrite);
        workspace->add_root(".").value();
        const std::vector<FileState> states{indexed(odd, 1), failed("broken.jpg")};
        ASSERT_TRUE(workspace->record(states, {}));
    }
    const auto workspace = open(WorkspaceAccess::kRead);
    const auto state = workspace->file(0, odd).value();
    ASSERT_TRUE(state);
    EXPECT_EQ(state->modified_ns, -5);
    EXPECT_EQ(state->content, content(1));
    EXPECT_EQ(state->failure, "");
    EXPECT_EQ(workspace->file(0, "broken.jpg").value()->failure, "not a picture");
    EXPECT_FALSE(workspace->file(0, "other").value());
    EXPECT_EQ(workspace->counts().value().indexed, 1U);
    EXPECT_EQ(workspace->counts().value().failed, 1U);
}

TEST_F(WorkspaceTest, FindsFilesByIdAndContentButNotFailedOnes) {
    const auto workspace = open(WorkspaceAccess::kWrite);
    workspace->add_root(".").value();
    FileState broken = failed("c");
    broken.content = content(1);
    broken.id = "id of c";
    const std::vector<FileState> states{indexed("a", 1), indexed("b", 1), broken, indexed("d", 2)};
    ASSERT_TRUE(workspace->record(states, {}));
    EXPECT_EQ(workspace->files_of_content(content(1), 10)->size(), 2U);
    EXPECT_EQ(workspace->files_of_content(content(1), 1)->size(), 1U);
    EXPECT_EQ(workspace->file_of_id("id of d").value()->path, "d");
    EXPECT_FALSE(workspace->file_of_id("id of c").value());
}

TEST_F(WorkspaceTest, ListsInByteOrderAfterACursor) {
    const auto workspace = open(WorkspaceAccess::kWrite);
    workspace->add_root(".").value();
    const std::vector<FileState> states{indexed("b", 1), indexed("\xff", 2), indexed("a", 3),
                                        failed("aa"), failed("Z")};
    ASSERT_TRUE(workspace->record(states, {}));
    EXPECT_EQ(paths_of(*workspace->files_after(0, "", 2)), (Paths{"Z", "a"}));
    EXPECT_EQ(paths_of(*workspace->files_after(0, "a", 10)), (Paths{"aa", "b", "\xff"}));
    EXPECT_EQ(paths_of(*workspace->failures_after(0, "", 10)), (Paths{"Z", "aa"}));
}

TEST_F(WorkspaceTest, AMovedFileIsForgottenAndWrittenInOneGo) {
    const auto workspace = open(WorkspaceAccess::kWrite);
    workspace->add_root(".").value();
    const std::vector<FileState> before{indexed("old", 1)};
    ASSERT_TRUE(workspace->record(before, {}));
    FileState moved = before[0];
    moved.path = "new";
    ASSERT_TRUE(workspace->record({&moved, 1}, before));
    EXPECT_FALSE(workspace->file(0, "old").value());
    EXPECT_EQ(workspace->file_of_id("id of old").value()->path, "new");
}

TEST_F(WorkspaceTest, AFolderWithoutOneIsNotFound) {
    testing::TemporaryDirectory empty;
    const auto opened = Workspace::open(posix_file_system(), empty.path(), WorkspaceAccess::kRead);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code(), ErrorCode::kNotFound);
}

TEST_F(WorkspaceTest, FindsFilesByAnyPartOfTheirPath) {
    const auto workspace = open(WorkspaceAccess::kWrite);
    ASSERT_TRUE(workspace->add_root("."));
    const std::vector<FileState> states{indexed("Beach/Cat.JPG", 1), indexed("beach/dog.jpg", 2),
                                        indexed("100%_sure.png", 3), indexed("caf\xc3\xa9.jpg", 4),
                                        indexed("raw\xc3", 5),       failed("beach/broken.jpg")};
    ASSERT_TRUE(workspace->record(states, {}));
    const auto named = [&](const std::string& text, std::size_t limit = 100) {
        return paths_of(workspace->files_named(0, text, limit).value());
    };
    EXPECT_EQ(named("beach"), (Paths{"Beach/Cat.JPG", "beach/dog.jpg"}));
    EXPECT_EQ(named("CAT.jpg"), (Paths{"Beach/Cat.JPG"}));
    EXPECT_EQ(named("%_"), (Paths{"100%_sure.png"})) << "no pattern";
    EXPECT_EQ(named("\xc3"), (Paths{"caf\xc3\xa9.jpg", "raw\xc3"})) << "bytes, not characters";
    EXPECT_EQ(named("\xa9.j"), (Paths{"caf\xc3\xa9.jpg"}));
    EXPECT_EQ(named("").size(), 5U);
    EXPECT_EQ(named("", 2), (Paths{"100%_sure.png", "Beach/Cat.JPG"}));
    EXPECT_TRUE(named("bird").empty());
    EXPECT_TRUE(workspace->files_named(1, "beach", 10).value().empty());
}

TEST_F(WorkspaceTest, AnExcludedPathIsForgottenAsAFileAndRememberedAsAPath) {
    const std::string odd("no\nutf8 \xff");
    {
        const auto workspace = open(WorkspaceAccess::kWrite);
        ASSERT_TRUE(workspace->add_root("."));
        const std::vector<FileState> states{indexed("a", 1), indexed(odd, 2)};
        ASSERT_TRUE(workspace->record(states, {}));
        for (const std::string& path : {odd, std::string("never seen"), odd}) {
            ASSERT_TRUE(workspace->exclude(0, path));
        }
    }
    const auto workspace = open(WorkspaceAccess::kRead);
    EXPECT_FALSE(workspace->file(0, odd).value());
    EXPECT_TRUE(workspace->file(0, "a").value());
    EXPECT_EQ(workspace->excluded_after(0, "", 10).value(), (Paths{"never seen", odd}));
    EXPECT_EQ(workspace->excluded_after(0, "never seen", 10).value(), (Paths{odd}));
    EXPECT_EQ(workspace->excluded_after(0, "", 1).value(), (Paths{"never seen"}));
    EXPECT_TRUE(workspace->excluded_after(1, "", 10).value().empty());
    const std::vector<std::string> asked{"a", odd, "b"};
    EXPECT_EQ(workspace->are_excluded(0, asked).value(), (std::vector<bool>{false, true, false}));
    EXPECT_FALSE(workspace->exclude(0, "a")) << "opened for reading";
}

TEST_F(WorkspaceTest, KeptPicturesAreInDoubtUntilSettled) {
    const auto workspace = open(WorkspaceAccess::kWrite);
    KeptPictures& kept = workspace->kept_pictures();
    const KeptPicture a{"a", content(1)};
    const KeptPicture b{"b", content(1)};
    const KeptPicture a_later{"a", content(2)};
    using Pictures = std::vector<KeptPicture>;
    ASSERT_TRUE(kept.doubt(Pictures{a, b}));
    EXPECT_EQ(kept.in_doubt(10).value(), (Pictures{a, b}));
    ASSERT_TRUE(kept.confirm(a));
    ASSERT_TRUE(kept.confirm(b));
    EXPECT_TRUE(kept.in_doubt(10).value().empty());
    EXPECT_EQ(kept.of_content(content(1), 10).value().size(), 2U);
    ASSERT_TRUE(kept.doubt(Pictures{a, a_later}));
    EXPECT_EQ(kept.in_doubt(1).value(), (Pictures{a}));
    ASSERT_TRUE(kept.forget(a));
    ASSERT_TRUE(kept.confirm(a_later));
    EXPECT_EQ(kept.of_content(content(1), 10).value(), (Pictures{b}));
    EXPECT_EQ(kept.of_content(content(2), 10).value(), (Pictures{a_later}));
    EXPECT_TRUE(kept.in_doubt(10).value().empty());
}

}  // namespace
}  // namespace sokkuri::collection
