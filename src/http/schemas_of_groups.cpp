#include "http/schema_rows.h"

#include <utility>

namespace sokkuri::http {

std::vector<Schema> group_schemas() {
    return {
        {.name = "GroupList",
         .help = "Items by a value of theirs.",
         .members = {{"by", "string", "Path of the attribute."},
                     {"field", "string", "Whose vectors make the groups' vectors."},
                     {"total", "integer", "Groups that there are."},
                     {"groups", "Group[]", "Most items first, ties by value."}}},
        {.name = "Group",
         .help = "Items that have the same value.",
         .members = {{"value", "Scalar", "What they have."},
                     {"items", "integer", "Those with a vector."},
                     {"examples", "GroupExample[]",
                      "The most typical ones: nearest to the group's vector, nearest first."}}},
        {.name = "GroupExample",
         .help = "An item of a group.",
         .members = {{"id", "string", "Of the item."},
                     {"path", "string?",
                      "Relative to the folder, bytes that are not UTF-8 as \\xNN; null for records "
                      "that are not files."},
                     {"path_bytes", "base64", "The path's bytes, where they are not UTF-8.",
                      Need::kOptional},
                     {"content", "string?",
                      "Hash of its picture's bytes; null where it has no picture."}}},
        {.name = "SimilarGroups",
         .help = "The groups whose vectors are nearest to a group's.",
         .members = {{"by", "string", "Path of the attribute."},
                     {"field", "string", "Whose vectors were compared."},
                     {"total", "integer", "Groups that there are."},
                     {"group", "Group", "That was asked about."},
                     {"hits", "GroupHit[]", "Others, nearest first, ties by value."}}},
        {.name = "GroupHit",
         .help = "A group that was found.",
         .members = {{"rank", "integer", "From 1, counting what was passed over."},
                     {"value", "Scalar", "What its items have."},
                     {"items", "integer", "Those with a vector."},
                     {"examples", "GroupExample[]", "The most typical ones."},
                     {"score", "number", "As a Hit's, between the groups' vectors."},
                     {"distance", "number", "Likewise."}}},
    };
}

std::vector<Schema> recommend_schemas() {
    std::vector<SchemaMember> members = {
        {"positive", "RecommendPart[]",
         "What the hits are to be like: with negative, 1 to 1000 together.", Need::kOptional},
        {"negative", "RecommendPart[]", "What they are not to be like.", Need::kOptional},
        {"least", "boolean",
         "Whether to find what is least like anything of positive instead: the items whose nearest "
         "of these is farthest, exactly.",
         Need::kOptional}};
    for (const SchemaMember& wish : search_wishes())
        members.push_back(wish);
    return {
        {.name = "RecommendBody",
         .help = "What to recommend by. All but positive, negative, least and exclude may be said "
                 "in the query string instead.",
         .members = std::move(members),
         .is_closed = true},
        {.name = "RecommendPart",
         .help =
             "The id or path of an item, or an item, a vector or an earlier query with a weight.",
         .alternatives = {"string", "SearchPart"}},
    };
}

}  // namespace sokkuri::http
