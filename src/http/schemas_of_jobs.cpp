#include "http/schema_rows.h"

namespace sokkuri::http {

std::vector<Schema> job_schemas() {
    return {
        {.name = "JobList",
         .help = "Jobs that wait, run or have ended not long ago.",
         .members = {{"jobs", "Job[]", "Newest first."}}},
        {.name = "JobAnswer", .help = "A job.", .members = {{"job", "Job", "As it is now."}}},
        {.name = "Job",
         .help = "Work in the background.",
         .members = {{"id", "string", "Of the job."},
                     {"kind", "string", "What it does.", Need::kRequired, {"index", "switch"}},
                     {"collection", "string", "Name of the collection that it works on."},
                     {"state",
                      "string",
                      "Where it stands.",
                      Need::kRequired,
                      {"queued", "running", "done", "failed", "cancelled"}},
                     {"progress", "JobProgress", "How far it has come."},
                     {"report", "IndexReport?", "What it did; null until it has ended."},
                     {"error", "string?", "Why it failed; null otherwise."},
                     {"created", "time", "When it was asked for."},
                     {"finished", "time?", "When it ended; null before."},
                     {"revision", "integer", "Grows with every change of this job."}}},
        {.name = "JobProgress",
         .help = "Counts of files.",
         .members = {{"found", "integer", "Picture files seen so far."},
                     {"walk_is_done", "boolean", "Whether `found` is final."},
                     {"done", "integer", "Of those found: dealt with in any way."},
                     {"embedded", "integer", "Turned into vectors by the model."},
                     {"failed", "integer", "Cannot be read as pictures."},
                     {"seconds", "number", "Since it began to run."}}},
        {.name = "IndexBody",
         .help = "How to index.",
         .members = {{"keep_missing", "boolean",
                      "Keep items whose files have gone. Default: false.", Need::kOptional}},
         .is_closed = true},
    };
}

std::vector<Schema> report_schemas() {
    return {
        {.name = "IndexReport",
         .help = "What an indexing run did: as `sokkuri index --json` prints it.",
         .members = {{"folder", "string", "Absolute; bytes that are not UTF-8 as \\xNN."},
                     {"folder_bytes", "base64", "The folder's bytes, where they are not UTF-8.",
                      Need::kOptional},
                     {"found", "integer", "Picture files."},
                     {"added", "integer", "New ones."},
                     {"replaced", "integer", "Those whose content had changed."},
                     {"moved", "integer", "Recognized by content at a new path."},
                     {"unchanged", "integer", "Known and not touched."},
                     {"removed", "integer", "Items whose files had gone."},
                     {"kept_missing", "integer", "Items whose files had gone and that were kept."},
                     {"excluded", "integer", "Files passed by because their items were deleted."},
                     {"links_left_out", "integer",
                      "Symbolic links out of the folder or to folders."},
                     {"failed", "integer", "Files that cannot be read as pictures."},
                     {"failures", "ReportedFailure[]",
                      "Of those the first ones, by path: 100, or as many as were asked for."},
                     {"failures_left_out", "integer",
                      "Failures that are not listed here; …/failures has "
                      "them."},
                     {"interrupted", "boolean", "Whether it was stopped before its end."},
                     {"seconds", "number", "Of the whole run."},
                     {"model", "string", "Name of the model."},
                     {"precision", "string",
                      "\"f32\" or \"bf16\"; empty when no picture went through the model."}}},
        {.name = "ReportedFailure",
         .help = "A file that could not be read as a picture.",
         .members = {{"path", "string",
                      "Relative to the folder; bytes that are not UTF-8 as \\xNN."},
                     {"path_bytes", "base64", "The path's bytes, where they are not UTF-8.",
                      Need::kOptional},
                     {"reason", "string", "What is wrong with it."},
                     {"new", "boolean", "False: known from an earlier run and not tried again."}}},
    };
}

}  // namespace sokkuri::http
