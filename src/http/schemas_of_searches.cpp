#include "http/schema_rows.h"

namespace sokkuri::http {
namespace {

std::vector<SchemaMember> joined(std::vector<SchemaMember> members,
                                 const std::vector<SchemaMember>& more) {
    members.insert(members.end(), more.begin(), more.end());
    return members;
}

}  // namespace

std::vector<Schema> search_schemas() {
    return {
        {.name = "SearchAnswer",
         .help = "The items nearest to what was asked for.",
         .members = {{"hits", "Hit[]", "Nearest first; ties in the order in which items came."},
                     {"query", "AnsweredQuery",
                      "What was searched for, as later requests name "
                      "it."},
                     {"field", "string", "Whose vectors were searched."},
                     {"model", "string?",
                      "Name of the model of the vectors; null for vectors of "
                      "the user's own."},
                     {"items", "integer",
                      "Items that were searched: those that the filter lets through."},
                     {"k", "integer", "Hits asked for."},
                     {"offset", "integer", "Hits passed over."},
                     {"facets", "Facet[]", "Counts by value, one for each that was asked for."},
                     {"search", "SearchMethod", "How surely the nearest were found."},
                     {"timings_ms", "Timings", "What each step took."}}},
        {.name = "Hit",
         .help = "An item that was found.",
         .members = {{"rank", "integer", "From 1, counting what was passed over."},
                     {"id", "string", "Of the item."},
                     {"score", "number",
                      "Larger is more alike. From the distance d by the "
                      "collection's metric: cosine 1 − d (the cosine), l2 "
                      "1/(1+d), ip −d (the inner product)."},
                     {"distance", "number",
                      "Smaller is nearer, in the collection's metric: cosine "
                      "1 − cos, l2 the Euclidean distance, ip −dot."},
                     {"band",
                      "string",
                      "The score as a word (see Bands).",
                      Need::kRequired,
                      {"identical", "near", "similar", "weak"}},
                     {"path", "string?",
                      "Relative to the folder, bytes that are not UTF-8 as "
                      "\\xNN; null for records that are not files."},
                     {"path_bytes", "base64", "The path's bytes, where they are not UTF-8.",
                      Need::kOptional},
                     {"document", "Document", "What the record says."},
                     {"vectors", "object", "Where asked for: numbers by field.", Need::kOptional}}},
        {.name = "AnsweredQuery",
         .help = "What was searched for.",
         .members = {{"item", "string?",
                      "Id of the item, also where a picture that was sent is "
                      "one of the collection's files."},
                     {"query_id", "string?",
                      "A handle on a picture that was sent; expires. Null for anything "
                      "else: vectors are not remembered."}}},
    };
}

std::vector<Schema> method_schemas() {
    return {
        {.name = "SearchMethod",
         .help = "What was asked for and what the index promises, side by side.",
         .members = {{"path",
                      "string",
                      "The least certain way that was taken.",
                      Need::kRequired,
                      {"exact", "filtered_scan", "graph", "filtered_graph"}},
                     {"ef", "integer?", "Width of the graph search; null without one."},
                     {"recall_asked", "number?",
                      "Share of the true nearest asked for, 1 for exact; null when ef was."},
                     {"recall_expected", "number?",
                      "Share of the true nearest that was found when the index was built, on "
                      "queries it had not seen; 1 where nothing can be missed, null where nothing "
                      "was measured."}}},
        {.name = "Timings",
         .help = "Milliseconds; 0 for a step that was not needed.",
         .members = {{"load", "number", "Loading the model, ms."},
                     {"decode", "number", "Decoding and preparing the picture, ms."},
                     {"infer", "number", "From picture to vector, ms."},
                     {"search", "number", "Finding and describing the hits, ms."},
                     {"total", "number", "All of it, without the network, ms."}}},
    };
}

std::vector<SchemaMember> search_wishes() {
    return {
        {"exclude", "string[]",
         "Ids or paths of items that must not be hits, at most 10000; those that do not "
         "exist are passed over.",
         Need::kOptional},
        {"k", "integer", "Hits wanted, 1 to 1000.", Need::kOptional},
        {"offset", "integer", "Hits to pass over, at most 99000.", Need::kOptional},
        {"min_score", "number", "The least score of a hit.", Need::kOptional},
        {"recall", "number", "Share of the true nearest items that must be found, 0.5 to 1.",
         Need::kOptional},
        {"exact", "boolean", "Whether nothing may be missed.", Need::kOptional},
        {"ef", "integer", "Width of the graph search, instead of recall.", Need::kOptional},
        {"filter", "Filter", "The only items that may be hits.", Need::kOptional},
        {"group_by", "string", "Path of an attribute: per_group hits of each value at most.",
         Need::kOptional},
        {"per_group", "integer", "Hits of each value, from 1; 1 if not said.", Need::kOptional},
        {"sort", "string",
         "Path of an attribute to put the hits in order by; with - before it, greatest "
         "first.",
         Need::kOptional},
        {"diversity", "number", "0 ranks by likeness alone, 1 by variety alone.", Need::kOptional},
        {"candidates", "integer", "Nearest items among which diversity chooses, 1 to 4000.",
         Need::kOptional},
        {"facets", "FacetWish[]", "Attributes to count by, at most 32.", Need::kOptional},
        {"field", "string", "Whose vectors are searched; without it, the main field's.",
         Need::kOptional},
        {"vectors", "string", "Fields whose vectors come with each hit; * for all.",
         Need::kOptional}};
}

std::vector<Schema> search_body_schemas() {
    return {
        {.name = "SearchBody",
         .help =
             "What to search for: exactly one of id, vector, picture, query_id and together. The "
             "others may be said here or in the query string, not in both.",
         .members = joined(
             {{"id", "string", "Of an item, or its path; at most 4096 bytes.", Need::kOptional},
              {"vector", "number[]", "As many finite numbers as the collection's dimension.",
               Need::kOptional},
              {"picture", "base64", "The bytes of a picture file.", Need::kOptional},
              {"query_id", "string", "Of an earlier answer.", Need::kOptional},
              {"together", "RecommendPart[]", "1 to 1000 things that are one search.",
               Need::kOptional},
              {"combine",
               "string",
               "Near the weighted mean of what is in together, near to any of it, or far from all "
               "of it (exactly, farthest first).",
               Need::kOptional,
               {"mean", "nearest", "farthest"}}},
             search_wishes()),
         .one_of = {"id", "vector", "picture", "query_id", "together"},
         .is_closed = true},
        {.name = "SearchPart",
         .help = "One of several things to search by: exactly one of id, vector and query_id. "
                 "Items are not among the hits.",
         .members = {{"id", "string", "Of an item, or its path; at most 4096 bytes.",
                      Need::kOptional},
                     {"vector", "number[]", "As many finite numbers as the collection's dimension.",
                      Need::kOptional},
                     {"query_id", "string", "Of an earlier answer.", Need::kOptional},
                     {"weight", "number",
                      "How much it counts in the mean, 1 if not said; negative: away from it.",
                      Need::kOptional}},
         .one_of = {"id", "vector", "query_id"},
         .is_closed = true},
    };
}

std::vector<Schema> query_schemas() {
    return {
        {.name = "PictureForm",
         .help = "A form with one file.",
         .members = {{"picture", "picture", "A picture file."}},
         .is_closed = true},
        {.name = "EmbedBody",
         .help = "A picture to turn into a vector.",
         .members = {{"picture", "base64", "The bytes of a picture file."}},
         .is_closed = true},
        {.name = "Embedding",
         .help = "A picture's vector.",
         .members = {{"vector", "number[]", "The model's raw output, not normalized."},
                     {"dimension", "integer", "Components of the vector."},
                     {"model", "string", "Name of the model."},
                     {"timings_ms", "Timings", "What each step took."}}},
        {.name = "Query",
         .help = "A picture that somebody searched with; kept for some days.",
         .members = {{"query_id", "string", "22 base64url characters."},
                     {"created", "time", "When it was first sent."},
                     {"expires", "time", "When it will be forgotten."},
                     {"width", "integer", "Pixels of the picture, upright."},
                     {"height", "integer", "Pixels of the picture, upright."},
                     {"item", "string?", "Id of an indexed file with the very same content."},
                     {"model", "string?",
                      "Name of the model that made the vector; null when it is not known here."}}},
    };
}

}  // namespace sokkuri::http
