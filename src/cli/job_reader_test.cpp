// Goal: a job comes back from its JSON as it was. Method: JSON as docs/api.md describes it, and the
// same with every member taken away or turned into something else.
#include "cli/job_reader.h"

#include <gtest/gtest.h>

namespace sokkuri::cli {
namespace {

constexpr const char* kJob = R"({"id":"j1","kind":"index","collection":"pictures","state":"done",
"stopping":true,"progress":{"found":9,"walk_is_done":true,"done":8,"embedded":7,"failed":1,"seconds":2.5},
"report":{"folder":"/p","found":9,"added":7,"replaced":1,"moved":2,"unchanged":3,"removed":4,
"kept_missing":5,"links_left_out":6,"excluded":7,"failed":2,"failures":[
{"path":"a.png","reason":"cut off","new":true},
{"path":"\\xff.png","path_bytes":"/y5wbmc=","reason":"empty","new":false}],
"interrupted":true,"seconds":3.5,"model":"m","precision":"bf16","failures_left_out":12},
"error":null,"created":"2026-01-01T00:00:00Z","finished":null,"revision":42})";

Result<ReadJob> read_text(const std::string& text) {
    return read_job(parse_json(text).value());
}

TEST(JobReader, ReadsEveryMember) {
    const ReadJob job = read_text(kJob).value();
    EXPECT_EQ(job.status.id, "j1");
    EXPECT_EQ(job.status.state, service::JobState::kDone);
    EXPECT_TRUE(job.status.is_stopping);
    EXPECT_EQ(job.status.revision, 42U);
    EXPECT_EQ(job.status.error, "");
    const service::IngestProgress& progress = job.status.progress;
    EXPECT_TRUE(progress.walk_is_done);
    EXPECT_EQ((std::vector{progress.found, progress.done, progress.embedded, progress.failed}),
              (std::vector<std::uint64_t>{9, 8, 7, 1}));
    EXPECT_EQ(progress.seconds, 2.5);
    ASSERT_TRUE(job.status.report);
    const service::IngestReport& report = *job.status.report;
    EXPECT_EQ(
        (std::vector{report.found, report.added, report.replaced, report.moved, report.unchanged,
                     report.removed, report.kept_missing, report.links_left_out, report.excluded}),
        (std::vector<std::uint64_t>{9, 7, 1, 2, 3, 4, 5, 6, 7}));
    EXPECT_TRUE(report.was_interrupted);
    EXPECT_EQ(report.seconds, 3.5);
    EXPECT_EQ(report.model + " " + report.precision, "m bf16");
    ASSERT_EQ(report.failures.size(), 2U);
    EXPECT_TRUE(report.failures[0].is_new);
    EXPECT_EQ(report.failures[1].path, "\xff.png");
    EXPECT_FALSE(report.failures[1].is_new);
    EXPECT_EQ(job.failures_left_out, 12U);
}

TEST(JobReader, ReadsAJobWithoutReport) {
    std::string text = kJob;
    const std::size_t start = text.find("{\"folder\"");
    const std::size_t end = text.find("\"error\"");
    text.replace(start, end - start, "null,\n");
    EXPECT_FALSE(read_text(text).value().status.report);
}

TEST(JobReader, RefusesWhatIsNoJobAndNamesTheMember) {
    for (const std::string name :
         {"id", "kind", "collection", "state", "progress", "found", "walk_is_done", "seconds",
          "added", "failures", "path", "new", "interrupted", "precision", "revision"}) {
        std::string text = kJob;
        const std::string quoted = "\"" + name + "\":";
        text.replace(text.find(quoted) + 1, name.size(), "other");
        const auto job = read_text(text);
        ASSERT_FALSE(job) << name;
        EXPECT_EQ(job.error().code(), ErrorCode::kInvalidArgument);
        EXPECT_NE(job.error().message().find(name), std::string::npos) << job.error().message();
    }
    for (const std::string value : {"\"done\",", "\"j1\",", "true,", "9,", "2.5}"}) {
        std::string text = kJob;
        text.replace(text.find(value), value.size() - 1, "[1]");
        EXPECT_FALSE(read_text(text)) << value;
    }
    EXPECT_FALSE(read_text("[]"));
    EXPECT_FALSE(read_text("{}"));
}

TEST(JobReader, ReadsWhatUpkeepDid) {
    std::string text = kJob;
    const std::string report = text.substr(text.find("\"report\":"));
    text.replace(text.find(report), report.size(),
                 R"("report":null,"error":null,"revision":9,"compaction":{"rows_moved":1,)"
                 R"("rows_dropped":2,"bytes_before":30,"bytes_after":4},"verification":{)"
                 R"("is_whole":false,"files":5,"bytes":6,"findings":[{"kind":"rebuildable",)"
                 R"("file":"a\\xff","file_bytes":"Yf8=","what":"w"}],"findings_left_out":7}})");
    const auto job = read_text(text);
    ASSERT_TRUE(job) << job.error().message();
    EXPECT_EQ(job->status.compaction->rows_dropped, 2U);
    EXPECT_EQ(job->status.compaction->bytes_after, 4U);
    ASSERT_EQ(job->status.verification->findings.size(), 1U);
    EXPECT_EQ(job->status.verification->findings[0].file, "a\xff");
    EXPECT_EQ(job->status.verification->findings[0].kind, collection::Finding::Kind::kRebuilt);
    EXPECT_EQ(job->failures_left_out, 7U);
    for (const std::string name :
         {"rows_moved", "bytes", "findings", "findings_left_out", "what"}) {
        std::string other = text;
        other.replace(other.find("\"" + name + "\":") + 1, name.size(), "other");
        const auto refused = read_text(other);
        ASSERT_FALSE(refused) << name;
        EXPECT_NE(refused.error().message().find(name), std::string::npos);
    }
}

TEST(JobReader, ReadsWhatCompactionsAndBackupsDid) {
    std::string text = kJob;
    text.insert(1,
                R"("compaction":{"rows_moved":1,"rows_dropped":2,"bytes_before":3,"bytes_after":4,
"later_error":"the index was not built"},"backup":{"items":5,"generation":6,"files_copied":7,
"bytes_copied":8,"files_kept":9,"segments_left_out":10},)");
    const ReadJob job = read_text(text).value();
    EXPECT_EQ(job.status.compaction->bytes_after, 4U);
    EXPECT_EQ(job.status.compaction->later_error, "the index was not built");
    const collection::BackupReport& backup = job.status.backup.value();
    EXPECT_EQ((std::vector{backup.records, backup.generation, backup.files_copied,
                           backup.bytes_copied, backup.files_kept, backup.segments_left_out}),
              (std::vector<std::uint64_t>{5, 6, 7, 8, 9, 10}));
}

}  // namespace
}  // namespace sokkuri::cli
