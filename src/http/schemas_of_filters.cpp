#include "http/schema_rows.h"

namespace sokkuri::http {

std::vector<Schema> filter_schemas() {
    return {
        {.name = "Filter",
         .help = "The only items: a clause such as {\"term\":{\"color\":\"red\"}} (bool, term, "
                 "terms, range, exists, prefix, wildcard, ids, match, match_all, as in "
                 "Elasticsearch), an array of clauses that must all hold, or a comparison such as "
                 "\"price>=10\".",
         .alternatives = {"object", "object[]", "string"}},
        {.name = "FacetWish",
         .help = "Path of an attribute to count by, alone or with the number of values to list.",
         .alternatives = {"string", "FacetBy"}},
        {.name = "FacetBy",
         .help = "An attribute to count by.",
         .members = {{"by", "string", "Path of the attribute."},
                     {"size", "integer", "Values to list, 1 to 10000; 10 if not said.",
                      Need::kOptional}},
         .is_closed = true},
        {.name = "FacetsBody",
         .help = "What to count.",
         .members = {{"filter", "Filter", "The only items to count.", Need::kOptional},
                     {"facets", "FacetWish[]", "Attributes to count by, at most 32.",
                      Need::kOptional}},
         .is_closed = true},
        {.name = "Facet",
         .help = "How many of the items that the filter lets through have which values.",
         .members = {{"by", "string", "Path of the attribute."},
                     {"values", "integer", "Different values, listed or not."},
                     {"counts", "FacetCount[]", "Most frequent first, ties by value."}}},
        {.name = "FacetCount",
         .help = "A value and the items that have it.",
         .members = {{"value", "Scalar", "What they have."},
                     {"items", "integer", "How many have it."}}},
        {.name = "Scalar",
         .help = "A value of an attribute.",
         .alternatives = {"string", "number", "boolean"}},
        {.name = "FacetsAnswer",
         .help = "How many items there are, and how many of them have which values.",
         .members = {{"items", "integer", "That the filter lets through."},
                     {"facets", "Facet[]", "One for each that was asked for."}}},
    };
}

}  // namespace sokkuri::http
