// Goal: reading in step with a walk tells known from missing files, across the pages in which the
// workspace is read. Method: a real workspace of several pages, compared with std::set.
#include "service/known_files.h"

#include "base/testing/temporary_directory.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace sokkuri::service {
namespace {

using collection::FileState;

class KnownFilesInStep : public ::testing::Test {
 protected:
    void SetUp() override {
        auto opened = collection::Workspace::open(posix_file_system(), directory.path(),
                                                  collection::WorkspaceAccess::kWrite);
        ASSERT_TRUE(opened) << opened.error().message();
        workspace = *std::move(opened);
        root = *workspace->add_root(".");
        std::vector<FileState> states;
        for (int i = 0; i < 2'500; ++i) {
            const std::string path = fmt::format("{}/{}.jpg", i % 7, i);
            states.push_back({.root = root, .path = path, .id = fmt::format("id-{}", i)});
            known.insert(path);
        }
        ASSERT_TRUE(workspace->record(states, {}));
    }

    KnownFiles start() {
        return KnownFiles(*workspace, root,
                          [this](const FileState& file) { missing.insert(file.path); });
    }

    sokkuri::testing::TemporaryDirectory directory;
    std::unique_ptr<collection::Workspace> workspace;
    collection::RootNumber root = 0;
    std::set<std::string> known;
    std::set<std::string> missing;
};

TEST_F(KnownFilesInStep, TellsNewKnownAndMissingApart) {
    // Walked: every known path but each third, and a new one before each.
    std::set<std::string> walked;
    std::set<std::string> expected_missing;
    int number = 0;
    for (const std::string& path : known) {
        walked.insert(path + "-new");
        if (++number % 3 == 0) {
            expected_missing.insert(path);
        } else {
            walked.insert(path);
        }
    }
    KnownFiles files = start();
    for (const std::string& path : walked) {
        const auto state = files.advance_to(path);
        ASSERT_TRUE(state) << state.error().message();
        EXPECT_EQ(state->has_value(), known.contains(path)) << path;
        if (*state) {
            EXPECT_EQ((*state)->path, path);
        }
    }
    ASSERT_TRUE(files.finish());
    EXPECT_EQ(missing, expected_missing);
}

TEST_F(KnownFilesInStep, CallsEverythingMissingWhenNothingWasWalked) {
    ASSERT_TRUE(start().finish());
    EXPECT_EQ(missing, known);
}

TEST_F(KnownFilesInStep, CallsNothingMissingInAFolderThatIsSkipped) {
    KnownFiles files = start();
    ASSERT_TRUE(files.advance_to("3/"));
    ASSERT_TRUE(files.skip_inside("3/"));
    ASSERT_TRUE(files.finish());
    for (const std::string& path : known)
        EXPECT_EQ(missing.contains(path), !path.starts_with("3/")) << path;
}

}  // namespace
}  // namespace sokkuri::service
