#include "http/schema_rows.h"

namespace sokkuri::http {

std::vector<Schema> collection_schemas() {
    return {
        {.name = "Problem",
         .help = "What went wrong (RFC 9457), sent as application/problem+json.",
         .members = {{"type", "string", "Always \"about:blank\"."},
                     {"title", "string", "The kind of problem in words."},
                     {"status", "integer", "The HTTP status."},
                     {"code", "string", "The kind of problem for programs: \"not_found\", …"},
                     {"detail", "string", "Names the thing, its value and the bound."}}},
        {.name = "CollectionList",
         .help = "All collections that this server serves.",
         .members = {{"collections", "Collection[]", "In the order in which they were named."}}},
        {.name = "Collection",
         .help = "A folder of pictures with what is known of it, or items that came one by one.",
         .members =
             {{"name", "string", "As paths of this API have it."},
              {"folder", "string?",
               "Absolute; bytes that are not UTF-8 as \\xNN. Null for a collection without a "
               "folder of pictures."},
              {"folder_bytes", "base64", "The folder's bytes, where they are not UTF-8.",
               Need::kOptional},
              {"home", "string", "Where its data lies: what holds `.sokkuri`."},
              {"home_bytes", "base64", "Its bytes, where they are not UTF-8.", Need::kOptional},
              {"keep_pictures", "boolean",
               "Whether pictures that come without a file are kept whole; else a thumbnail."},
              {"items", "integer", "Records in the collection."},
              {"failed", "integer", "Files that cannot be read as pictures."},
              {"model", "string?",
               "Name of the model; null before the first picture and for "
               "vectors of the user's own."},
              {"fingerprint", "string?", "Of model and preprocessing; likewise null."},
              {"dimension", "integer", "Components of a vector; 0 before the first one."},
              {"metric",
               "string?",
               "Of distances; null before the first vector.",
               Need::kRequired,
               {"cosine", "l2", "ip", "l1", "linf", "hamming"}},
              {"field", "string?",
               "The field that `model`, `dimension` and `metric` speak of, and that is "
               "searched when none is named; null before the first."},
              {"fields", "FieldState[]", "All fields, in the order in which they were made."},
              {"bytes", "integer", "On disk, in bytes, of what was made from the pictures."},
              {"tombstones", "integer", "Removed vectors that still take room."},
              {"generation", "integer", "Grows with every change."},
              {"bands", "Bands?", "Where scores become words; null before the first vector."},
              {"index", "IndexState", "What makes searches fast."},
              {"jobs", "Job[]", "Those that wait or run here, newest first."}}},
    };
}

std::vector<Schema> collection_part_schemas() {
    return {
        {.name = "FieldState",
         .help = "A field of vectors.",
         .members = {{"name", "string", "As searches name it."},
                     {"dimension", "integer", "Components of a vector."},
                     {"metric",
                      "string",
                      "Of distances.",
                      Need::kRequired,
                      {"cosine", "l2", "ip", "l1", "linf", "hamming"}},
                     {"model", "string?", "Null for vectors of the user's own."},
                     {"vectors", "integer", "Items that have one."}}},
        {.name = "Bands",
         .help = "The least scores of each word; below `similar`, hits are weak.",
         .members = {{"identical", "number", "Least score of an identical picture."},
                     {"near", "number", "Least score of a nearly identical one."},
                     {"similar", "number", "Least score of a similar one."}}},
        {.name = "FailureList",
         .help = "Files that could not be read as pictures, by path.",
         .members = {{"failures", "Failure[]", "At most `limit`."},
                     {"next", "string?", "What to send as `after` for more; null: that was all."}}},
        {.name = "Failure",
         .help = "A file that could not be read as a picture.",
         .members = {{"path", "string",
                      "Relative to the folder; bytes that are not UTF-8 as "
                      "\\xNN."},
                     {"path_bytes", "base64", "The path's bytes, where they are not UTF-8.",
                      Need::kOptional},
                     {"reason", "string", "What is wrong with it."}}},
        {.name = "Health",
         .help = "That the server answers.",
         .members = {{"status", "string", "In a word.", Need::kRequired, {"ok", "ready"}}}},
    };
}

std::vector<Schema> new_collection_schemas() {
    return {
        {.name = "NewCollection",
         .help = "What a new collection shall be like; all of it may be left out.",
         .members =
             {{"fields", "NewField[]",
               "At most 16. Without any, the first picture or vector says what the one field "
               "is like.",
               Need::kOptional},
              {"keep_pictures", "boolean",
               "False: of pictures, a thumbnail of at most 640 pixels is kept, and not the "
               "file. True when nothing is said.",
               Need::kOptional}},
         .is_closed = true},
        {.name = "NewField",
         .help = "A field of vectors that a new collection shall have.",
         .members = {{"name", "string",
                      "1 to 64 letters, digits, _ and -; \"picture\" when nothing is said.",
                      Need::kOptional},
                     {"model", "string?", "Name of a model that the server has; null: none.",
                      Need::kOptional},
                     {"dimension", "integer?",
                      "1 to 16000 components; needed where there is no model.", Need::kOptional},
                     {"metric",
                      "string?",
                      "Cosine when nothing is said.",
                      Need::kOptional,
                      {"cosine", "l2", "ip", "l1", "linf", "hamming"}}},
         .is_closed = true},
    };
}

std::vector<Schema> index_schemas() {
    return {
        {.name = "IndexState",
         .help = "How the vectors are indexed. What no segment holds is searched exactly.",
         .members = {{"segments", "SegmentState[]", "In the order in which their rows came."},
                     {"tail_rows", "integer", "Rows that no segment holds."},
                     {"coded_rows", "integer",
                      "Of these, searched by codes that are in memory until a segment holds the "
                      "rows; the others are compared one by one."},
                     {"coded_bytes", "integer", "Of those codes, in bytes."},
                     {"resident_bytes", "integer", "Of all segments, in bytes."},
                     {"plan", "string?",
                      "Memory that one segment of all rows needs, in words; null where the metric "
                      "has none."},
                     {"readable", "boolean",
                      "False where the field's vectors cannot be read: searches in it fail, and "
                      "state says why."},
                     {"state", "string?",
                      "What is being built, or why it could not be; null when all is well."}}},
        {.name = "SegmentState",
         .help = "An index over a run of rows.",
         .members =
             {{"rows", "integer", "Rows that can be found."},
              {"dead", "integer", "Removed ones that it still holds."},
              {"bytes", "integer", "In bytes, on disk and in memory."},
              {"readable", "boolean",
               "False for a damaged file: its rows are searched one by one, and it is built "
               "anew."},
              {"in_memory", "boolean", "A copy in memory answers, else the file's map."},
              {"calibration", "RecallPoint[]", "What searches of several widths find."},
              {"measured", "MeasuredRecall?",
               "What it has found since rows of it died; null where no graph is searched and "
               "until the server has had time to look."}}},
        {.name = "MeasuredRecall",
         .help = "Some of a segment's own rows asked for their neighbors, by recall and exactly. "
                 "A segment of which this falls by more than 0.005 is built anew.",
         .members = {{"k", "integer", "Nearest rows asked for."},
                     {"asked", "number", "Share of the true nearest asked for."},
                     {"recall", "number", "Share of them that was found."},
                     {"queries", "integer", "Rows that asked."}}},
        {.name = "RecallPoint",
         .help = "Measured against exact search when the segment was built, on queries that it had "
                 "not seen.",
         .members = {{"k", "integer", "Nearest rows asked for."},
                     {"ef", "integer", "Width of the graph search."},
                     {"recall", "number", "Share of the true nearest that was found."},
                     {"recall_low", "number", "Lower end of its 95 % interval."}}},
    };
}

}  // namespace sokkuri::http
