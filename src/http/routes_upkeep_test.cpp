// Goal: over HTTP a collection is compacted, verified and mended while it is searched, and what was
// done is told. Method: a real server over drawn pictures; files damaged under it.
#include "http/testing/native_server.h"

#include <gtest/gtest.h>

#include <thread>

namespace sokkuri::http {
namespace {

class UpkeepRoutes : public ::testing::Test {
 protected:
    void SetUp() override {
        if (service::testing::models_folder().empty()) {
            GTEST_SKIP() << service::testing::missing_data();
        }
        server_ = std::make_unique<NativeServer>(6);
    }

    /// The job in the end.
    CheckedAnswer run(std::string_view what, std::string_view json = "") {
        const CheckedAnswer started = json.empty()
                                          ? server_->ask("POST", server_->target(what))
                                          : server_->send("POST", server_->target(what), json);
        EXPECT_EQ(started.status(), 202U) << started.raw.body;
        const std::string id = started.text("job.id");
        EXPECT_EQ(started.raw.header("location"), "/v1/jobs/" + id);
        for (;;) {
            CheckedAnswer job = server_->get("/v1/jobs/" + id);
            if (job.at("job.finished").is_string()) return job;
            std::this_thread::yield();
        }
    }

    std::unique_ptr<NativeServer> server_;
};

TEST_F(UpkeepRoutes, CompactAndTellWhatWasWon) {
    const std::string kept = server_->id_of("5.jpg");
    for (const char* picture : {"0.jpg", "1.jpg"}) {
        const std::string item = server_->target("/items/" + server_->id_of(picture));
        EXPECT_EQ(server_->ask("DELETE", item).status(), 204U);
    }
    const CheckedAnswer job = run("/compact");
    EXPECT_EQ(job.text("job.kind"), "compact");
    EXPECT_EQ(job.text("job.state"), "done") << job.raw.body;
    EXPECT_EQ(job.integer("job.compaction.rows_moved"), 4U);
    EXPECT_EQ(job.integer("job.compaction.rows_dropped"), 2U);
    EXPECT_TRUE(job.at("job.report").is_null());
    const CheckedAnswer similar = server_->get(server_->target("/items/" + kept + "/similar?k=9"));
    EXPECT_EQ(similar.at("hits").items().size(), 3U);
}

TEST_F(UpkeepRoutes, BackUpIntoTheFolderThatTheOperatorNamed) {
    const CheckedAnswer job = run("/backup", R"({"name":"daily"})");
    EXPECT_EQ(job.text("job.kind"), "backup");
    EXPECT_EQ(job.text("job.state"), "done") << job.raw.body;
    EXPECT_EQ(job.integer("job.backup.items"), 6U);
    EXPECT_EQ(job.integer("job.backup.files_kept"), 0U);
    EXPECT_TRUE(posix_file_system().status(server_->backups() + "/daily/.sokkuri/catalog.db"));
    const CheckedAnswer again = run("/backup", R"({"name":"daily"})");
    EXPECT_GT(again.integer("job.backup.files_kept"), 0U);
    for (const char* body : {R"({"name":"../daily"})", R"({"name":"/etc/x"})", "{}"}) {
        const CheckedAnswer refused = server_->send("POST", server_->target("/backup"), body);
        EXPECT_EQ(refused.status(), 400U) << body;
    }
}

TEST_F(UpkeepRoutes, VerifyAndNameWhatIsDamaged) {
    EXPECT_TRUE(run("/verify").at("job.verification.is_whole").as_bool().value());
    const std::string file = join_path(server_->library().directory(), "fields/0/vectors/0000");
    const auto opened = posix_file_system().open(file, OpenMode::kReadWrite).value();
    std::byte byte{};
    ASSERT_EQ(opened->read_at(4'100, {&byte, 1}).value(), 1U);
    byte ^= std::byte{1};
    ASSERT_TRUE(opened->write_at(4'100, {&byte, 1}));
    const CheckedAnswer job = run("/verify", R"({"deep":true,"repair":true})");
    EXPECT_EQ(job.text("job.state"), "done") << "what is lost is a finding";
    EXPECT_FALSE(job.at("job.verification.is_whole").as_bool().value());
    EXPECT_EQ(job.text("job.verification.findings.0.file"), "fields/0/vectors/0000");
    EXPECT_EQ(job.text("job.verification.findings.0.kind"), "damaged");
    const CheckedAnswer brief = server_->get("/v1/jobs/" + job.text("job.id") + "?failures=0");
    EXPECT_EQ(brief.integer("job.verification.findings_left_out"), 1U);
}

TEST_F(UpkeepRoutes, MendAThumbnailThatIsDamaged) {
    const std::string id = server_->id_of("0.jpg");
    const std::string thumbnail = server_->target("/items/" + id + "/thumbnail?size=320");
    const std::string whole = server_->get(thumbnail).raw.body;
    const std::string folder = join_path(server_->library().directory(), "thumbs");
    const std::vector<DirectoryEntry> inner = posix_file_system().list(folder).value();
    for (const DirectoryEntry& each : inner) {
        const std::string below = join_path(folder, each.name);
        const std::vector<DirectoryEntry> entries = posix_file_system().list(below).value();
        for (const DirectoryEntry& entry : entries) {
            ASSERT_TRUE(replace_file(posix_file_system(), join_path(below, entry.name), {}));
        }
    }
    const CheckedAnswer found = run("/verify");
    EXPECT_EQ(found.text("job.verification.findings.0.kind"), "rebuildable");
    const CheckedAnswer job = run("/verify", R"({"repair":true})");
    EXPECT_TRUE(job.at("job.verification.is_whole").as_bool().value()) << job.raw.body;
    EXPECT_EQ(server_->get(thumbnail).raw.body, whole);
}

TEST_F(UpkeepRoutes, RefuseWhatTheyDoNotKnow) {
    for (const char* json : {R"({"deep":1})", R"({"thorough":true})", "[]"}) {
        EXPECT_EQ(server_->send("POST", server_->target("/verify"), json).status(), 400U) << json;
    }
    EXPECT_EQ(server_->ask("POST", "/v1/collections/none/compact").status(), 404U);
    EXPECT_EQ(server_->ask("POST", "/v1/collections/none/verify").status(), 404U);
}

}  // namespace
}  // namespace sokkuri::http
