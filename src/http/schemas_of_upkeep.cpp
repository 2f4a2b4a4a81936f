#include "http/schema_rows.h"

namespace sokkuri::http {

std::vector<Schema> upkeep_schemas() {
    return {
        {.name = "VerifyBody",
         .help = "How to verify.",
         .members = {{"deep", "boolean",
                      "Also check what the files say: trees, rows, links, and how they fit "
                      "together. Default: false.",
                      Need::kOptional},
                     {"repair", "boolean",
                      "Make anew what can be made from the rest. Default: false.",
                      Need::kOptional}},
         .is_closed = true},
        {.name = "CompactReport",
         .help = "What a compaction did: as `sokkuri compact --json` prints it.",
         .members = {{"rows_moved", "integer", "Vectors that are in use, moved together."},
                     {"rows_dropped", "integer", "Vectors that were in nobody's use."},
                     {"bytes_before", "integer", "On disk."},
                     {"bytes_after", "integer",
                      "On disk, without old files that somebody still reads."},
                     {"later_error", "string?",
                      "Why something behind the move was not done: the index not built, the "
                      "catalog not made smaller. The vectors have moved all the same; null: all "
                      "was done."}}},
        {.name = "VerifyReport",
         .help = "What a verification found, after repairing where that was asked for: as "
                 "`sokkuri verify --json` prints it.",
         .members = {{"is_whole", "boolean", "Whether nothing is wrong; notes are not."},
                     {"files", "integer", "Looked at."},
                     {"bytes", "integer", "Read."},
                     {"findings", "Finding[]",
                      "Of those the first ones: 100, or as many as were asked for."},
                     {"findings_left_out", "integer", "Findings that are not listed here."}}},
        {.name = "Finding",
         .help = "Something that is not what it was.",
         .members = {{"kind",
                      "string",
                      "damaged: comes back from a backup or by indexing again; rebuildable: by "
                      "repairing; note: harmless.",
                      Need::kRequired,
                      {"damaged", "rebuildable", "note"}},
                     {"file", "string",
                      "Relative to the collection's folder; bytes that are not UTF-8 as \\xNN."},
                     {"file_bytes", "base64", "The file's bytes, where they are not UTF-8.",
                      Need::kOptional},
                     {"what", "string", "What is wrong, with place and value."}}},
    };
}

std::vector<Schema> backup_schemas() {
    return {
        {.name = "BackupBody",
         .help = "What to call a backup.",
         .members = {{"name", "string",
                      "Of its folder below the server's folder for backups; by the rules for names "
                      "of collections."}},
         .is_closed = true},
        {.name = "BackupReport",
         .help = "What a backup did: as `sokkuri backup --json` prints it.",
         .members = {{"items", "integer", "In the copy."},
                     {"generation", "integer", "Of the collection that was copied."},
                     {"files_copied", "integer", "New ones."},
                     {"bytes_copied", "integer", "Of these."},
                     {"files_kept", "integer", "That an earlier backup had."},
                     {"segments_left_out", "integer",
                      "Parts of the index that are damaged: the copy builds them anew."}}},
    };
}

}  // namespace sokkuri::http
