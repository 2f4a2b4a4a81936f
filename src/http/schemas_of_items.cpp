#include "http/schema_rows.h"

namespace sokkuri::http {

std::vector<Schema> item_schemas() {
    return {
        {.name = "Item",
         .help = "A record: a picture file of the folder, a picture that was sent, or a vector.",
         .members = {{"id", "string", "1 to 512 bytes. Files get one that survives moves."},
                     {"version", "integer", "How often this id was written."},
                     {"seq", "integer", "The collection's count of writes at that time."},
                     {"document", "Document", "What the record says."}}},
        {.name = "ItemList",
         .help = "Items, and how to go on.",
         .members = {{"items", "Item[]", "At most as many as asked for."},
                     {"next", "string?",
                      "What to send as `cursor` for the next page; null: this was the last."}}},
        {.name = "Document",
         .help = "A JSON object: of a picture, a PictureDocument (further members are kept); of "
                 "other records, what was put.",
         .alternatives = {"PictureDocument", "object"}},
        {.name = "PictureDocument",
         .help = "What is known of a picture without opening it.",
         .members = {{"path", "string",
                      "Relative to the folder; bytes that are not UTF-8 as \\xNN."},
                     {"path_bytes", "string",
                      "The path's bytes, where they are not UTF-8: base64url without padding.",
                      Need::kOptional},
                     {"width", "integer", "Pixels, upright."},
                     {"height", "integer", "Pixels, upright."},
                     {"format",
                      "string",
                      "What the content is, whatever the file is called.",
                      Need::kRequired,
                      {"jpeg", "png", "webp", "gif", "tiff", "bmp", "heif", "avif", "unknown"}},
                     {"bytes", "integer", "Size of the file in bytes."},
                     {"modified", "time", "When the file's content last changed."},
                     {"content", "string", "xxh128 of the file: 32 hexadecimal digits."},
                     {"preview", "Preview",
                      "The picture with its longer side at most 16 pixels."}}},
        {.name = "Preview",
         .help = "A tiny picture to show while the real one loads.",
         .members = {{"width", "integer", "Pixels."},
                     {"height", "integer", "Pixels."},
                     {"rgb", "string",
                      "base64url without padding: rows of pixels, 3 bytes each."}}},
        {.name = "PutBody",
         .help = "What an item shall be. A document alone changes the document of an item that "
                 "exists.",
         .members = {{"document", "object", "At most 1 MiB. Joins what is known of a picture.",
                      Need::kOptional},
                     {"vector", "number[]", "As many finite numbers as the collection's dimension.",
                      Need::kOptional},
                     {"picture", "base64", "The bytes of a picture file.", Need::kOptional}},
         .is_closed = true},
        {.name = "PutForm",
         .help = "The same as a form: a file, a document or both.",
         .members = {{"picture", "picture", "A picture file.", Need::kOptional},
                     {"document", "object", "JSON.", Need::kOptional}},
         .is_closed = true},
    };
}

}  // namespace sokkuri::http
