#include "http/schema_rows.h"

namespace sokkuri::http {

std::vector<Schema> field_schemas() {
    return {
        {.name = "FieldList",
         .help = "The vector fields of a collection.",
         .members = {{"fields", "Field[]", "In the order in which they were made."}}},
        {.name = "Field",
         .help = "A kind of vector that items may carry.",
         .members = {{"name", "string", "1 to 64 letters, digits, _ and -."},
                     {"main", "boolean", "Whether it is searched where none is named."},
                     {"dimension", "integer", "Components of a vector."},
                     {"metric",
                      "string",
                      "What near means.",
                      Need::kRequired,
                      {"cosine", "l2", "ip", "l1", "linf", "hamming"}},
                     {"model", "string?", "Name of the model; null for vectors of one's own."},
                     {"fingerprint", "string?",
                      "Of the model with its preprocessing: vectors of two never mix."},
                     {"vectors", "integer", "Items that have one."}}},
        {.name = "FieldBody",
         .help = "What a field shall be: of a model, or of a dimension.",
         .members = {{"model", "string", "A model on the server's machine.", Need::kOptional},
                     {"dimension", "integer", "Components of a vector, 1 to 16000.",
                      Need::kOptional},
                     {"metric",
                      "string",
                      "What near means; cosine without it.",
                      Need::kOptional,
                      {"cosine", "l2", "ip", "l1", "linf", "hamming"}}},
         .is_closed = true},
        {.name = "SwitchBody",
         .help = "The model that shall take over.",
         .members = {{"model", "string", "A model on the server's machine."}},
         .is_closed = true},
    };
}

}  // namespace sokkuri::http
