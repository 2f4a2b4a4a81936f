#include "http/schema_rows.h"

namespace sokkuri::http {

std::vector<Schema> load_schemas() {
    return {
        {.name = "LoadForm",
         .help = "Many vectors of one's own.",
         .members = {{"vectors", "file", "A matrix in NumPy's format (.npy), in C order."},
                     {"ids", "file", "The ids of its rows, one a line."},
                     {"documents", "file",
                      "Their documents, one JSON object a line; an empty line: none.",
                      Need::kOptional}},
         .is_closed = true},
        {.name = "LoadReport",
         .help = "How many items were new, changed, and as they are now already.",
         .members = {{"created", "integer", "There was none of that id."},
                     {"replaced", "integer", "The vector or the document is another one now."},
                     {"unchanged", "integer", "Nothing was written for these."}}},
        {.name = "DocumentsReport",
         .help = "What became of documents.",
         .members = {{"changed", "integer", "It is another one now."},
                     {"unchanged", "integer", "It was there already."},
                     {"unmatched", "integer", "There is no item of that id."}}},
        {.name = "Mark",
         .help = "How far a load of many requests has come.",
         .members = {{"mark", "string", "Its name."},
                     {"value", "string", "As the last request with it said."}}},
    };
}

}  // namespace sokkuri::http
