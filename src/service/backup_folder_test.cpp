// A server writes backups below the folder that its operator named, and nowhere else.
#include "service/backup_folder.h"

#include "base/testing/temporary_directory.h"
#include "service/jobs.h"

#include <gtest/gtest.h>

#include <thread>

namespace sokkuri::service {
namespace {

class BackupFolderTest : public ::testing::Test {
 protected:
    BackupFolderTest() {
        libraries_ = Libraries::open(posix_file_system(), {}, "", path("data")).value();
        EXPECT_TRUE(libraries_->make("shop", [](Library& library) -> Result<void> {
            TRY(library.collection().add_field({.name = "v", .dimension = 2}));
            const collection::PutRecord record{.id = "a", .vectors = {{"v", {1, 2}}}};
            TRY(library.collection().put({&record, 1}));
            return {};
        }));
        jobs_ = Jobs::create(*libraries_);
    }

    std::string path(const std::string& name) const { return folder_.path() + "/" + name; }
    Result<BackupFolder> open(const std::string& name) const {
        return BackupFolder::open(posix_file_system(), path(name), *libraries_);
    }
    JobStatus ended(const std::string& id) const {
        for (;;) {
            JobStatus job = jobs_->find(id).value();
            if (job.finished_s != 0) return job;
            std::this_thread::yield();
        }
    }

    sokkuri::testing::TemporaryDirectory folder_;
    std::unique_ptr<Libraries> libraries_;
    std::unique_ptr<Jobs> jobs_;
};

TEST_F(BackupFolderTest, NamesPlacesInItAndNowhereElse) {
    const BackupFolder folder = open("backups").value();
    EXPECT_TRUE(folder.place_of("shop-2026").value().ends_with("/backups/shop-2026"));
    for (const char* name : {"", ".", "..", "../shop", "a/b", "/etc", ".sokkuri", "-x", "A"}) {
        const auto refused = folder.place_of(name);
        ASSERT_FALSE(refused) << name;
        EXPECT_EQ(refused.error().code(), ErrorCode::kInvalidArgument);
    }
    const auto none = BackupFolder().place_of("shop");
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().code(), ErrorCode::kUnsupported);
    EXPECT_NE(none.error().message().find("--backups DIR"), std::string::npos);
}

TEST_F(BackupFolderTest, IsNotWhereCollectionsAre) {
    for (const char* name : {"data", "data/shop", ""}) {
        const auto refused = open(name);
        ASSERT_FALSE(refused) << name;
        EXPECT_EQ(refused.error().code(), ErrorCode::kInvalidArgument);
    }
    EXPECT_TRUE(open("data-backups"));
}

TEST_F(BackupFolderTest, JobsWriteThereAndTellWhatTheyCopied) {
    const std::string target = open("backups")->place_of("daily").value();
    const auto started = jobs_->back_up("shop", target);
    ASSERT_TRUE(started) << started.error().message();
    EXPECT_EQ(started->kind, "backup");
    const JobStatus job = ended(started->id);
    ASSERT_EQ(job.state, JobState::kDone) << job.error;
    EXPECT_EQ(job.backup->records, 1U);
    EXPECT_FALSE(job.stage.empty());
    const Library copy =
        Library::open(posix_file_system(), target, "", LibraryAccess::kRead).value();
    EXPECT_EQ(copy.collection().vector_of("a", "v").value(), (std::vector<float>{1, 2}));
    EXPECT_FALSE(jobs_->back_up("nobody", target));
    // Of the served collection itself nothing can become a backup.
    const auto itself = jobs_->back_up("shop", path("data/shop"));
    EXPECT_EQ(ended(itself->id).state, JobState::kFailed);
}

}  // namespace
}  // namespace sokkuri::service
