#include "http/schema_rows.h"

namespace sokkuri::http {

std::vector<Schema> document_schemas() {
    return {
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
                     {"exif", "Exif", "What the camera wrote into the file.", Need::kOptional},
                     {"preview", "Preview",
                      "The picture with its longer side at most 16 pixels."}}},
        {.name = "Exif",
         .help = "What a camera says of a photograph; each member only where it says so.",
         .members = {{"make", "string", "Of the camera.", Need::kOptional},
                     {"model", "string", "Of the camera.", Need::kOptional},
                     {"lens", "string", "Its model.", Need::kOptional},
                     {"taken", "string",
                      "2024-05-01T12:34:56 by the camera's clock, with +09:00 behind where known.",
                      Need::kOptional},
                     {"exposure_s", "number", "Seconds.", Need::kOptional},
                     {"f_number", "number", "Focal length by aperture.", Need::kOptional},
                     {"iso", "integer", "Sensitivity.", Need::kOptional},
                     {"focal_length_mm", "number", "Millimeters.", Need::kOptional},
                     {"latitude", "number", "Degrees, north is positive.", Need::kOptional},
                     {"longitude", "number", "Degrees, east is positive.", Need::kOptional},
                     {"altitude_m", "number", "Meters above the sea.", Need::kOptional},
                     {"artist", "string", "Who took it.", Need::kOptional},
                     {"description", "string", "A caption.", Need::kOptional}}},
        {.name = "Preview",
         .help = "A tiny picture to show while the real one loads.",
         .members = {{"width", "integer", "Pixels."},
                     {"height", "integer", "Pixels."},
                     {"rgb", "string",
                      "base64url without padding: rows of pixels, 3 bytes each."}}},
    };
}

}  // namespace sokkuri::http
