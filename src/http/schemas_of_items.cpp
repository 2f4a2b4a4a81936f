#include "http/schema_rows.h"

namespace sokkuri::http {

std::vector<Schema> item_schemas() {
    return {
        {.name = "Item",
         .help = "A record: a picture file of the folder, a picture that was sent, or a vector.",
         .members = {{"id", "string", "1 to 512 bytes. Files get one that survives moves."},
                     {"version", "integer", "How often this id was written."},
                     {"seq", "integer", "The collection's count of writes at that time."},
                     {"document", "Document", "What the record says."},
                     {"vectors", "object",
                      "Where asked for: numbers by field, of the fields that it has a vector in.",
                      Need::kOptional}}},
        {.name = "ItemList",
         .help = "Items, and how to go on.",
         .members = {{"items", "Item[]", "At most as many as asked for."},
                     {"next", "string?",
                      "What to send as `cursor` for the next page; null: this was the last."}}},
        {.name = "PutBody",
         .help = "What an item shall be. A document alone changes the document of an item that "
                 "exists.",
         .members =
             {{"document", "object",
               "At most 1 MiB. Joins what is known of a picture. Numbers under the name of a "
               "vector field are cut out of it: they are its vector in that field.",
               Need::kOptional},
              {"vector", "number[]", "As many finite numbers as the collection's dimension.",
               Need::kOptional},
              {"picture", "base64", "A picture file; beside a vector it is shown.",
               Need::kOptional},
              {"vectors", "object",
               "Vectors in further fields: numbers by field. Fields that are not named keep "
               "theirs, but for what models made of a picture that is replaced.",
               Need::kOptional}},
         .is_closed = true},
        {.name = "PutForm",
         .help = "The same as a form: a file, a document or both.",
         .members = {{"picture", "picture", "A picture file.", Need::kOptional},
                     {"document", "object", "JSON.", Need::kOptional}},
         .is_closed = true},
        {.name = "PatchBody",
         .help = "What shall be said of an item from now on.",
         .members = {{"document", "object", "A JSON Merge Patch (RFC 7396) of the document."}},
         .is_closed = true},
        {.name = "PatchReport",
         .help = "What became of the lines of a request.",
         .members = {{"changed", "integer", "Items that say something else now."},
                     {"unchanged", "integer", "Items that said so already."},
                     {"missing", "PatchFailure[]", "Lines that name no item."},
                     {"refused", "PatchFailure[]", "Lines that could not be followed."}}},
        {.name = "PatchFailure",
         .help = "A line that changed nothing.",
         .members = {{"line", "integer", "From 1, empty lines counted."},
                     {"reason", "string", "What is wrong with it."}}},
    };
}

}  // namespace sokkuri::http
