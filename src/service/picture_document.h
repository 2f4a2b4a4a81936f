// The document of a picture's record: what a hit can say about the file without opening it. Written
// and read here alone (docs/formats/picture-document.md). Used by ingest, items and search. Pure
// functions; safe from any number of threads. Members that others add are kept and not looked at.
#pragma once

#include "base/file_system.h"
#include "base/hash.h"
#include "base/result.h"
#include "image/format.h"
#include "image/photograph.h"
#include "image/picture.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sokkuri::service {

/// Longer side of the preview, in pixels: enough for a blurred stand-in while a picture loads.
inline constexpr std::uint32_t kPreviewSide = 16;

struct PictureDocument {
    std::string path;  // bytes, relative to the folder; empty: a picture that came without a file
    image::Size size;  // upright, of the picture as stored
    image::Format format = image::Format::kUnknown;
    std::uint64_t size_bytes = 0;  // of the file
    std::int64_t modified_ns = 0;  // since 1970, of the file's content; not written without path
    Hash128 content{};             // xxh128 of the file
    image::Photograph photograph;  // what the camera says
    image::Picture preview;        // longer side at most kPreviewSide
};

/// {"path", "path_bytes" (only where the path is not UTF-8), "width", "height", "format", "bytes",
/// "modified" (RFC 3339, UTC), "content" (hex), "exif" (only where the file has it; of its members
/// only those that are known), "preview": {"width", "height", "rgb"}}; byte strings in base64url
/// without padding.
std::string to_json(const PictureDocument& document);

/// The same document for the same bytes at another path or with another time; every other member
/// stays. kCorruption when `json` is no document of ours.
Result<std::string> with_file(std::string_view json, const std::string& path,
                              std::int64_t modified_ns);

/// The members above of `own`, then those members of `users` that are none of them: what people say
/// of a picture is theirs, what sokkuri says of it is not. kInvalidArgument when `users` is no JSON
/// object, kCorruption when `own` is none.
Result<std::string> with_members(std::string_view own, std::string_view users);

/// `users` without the members that say which file or picture a record is: for records that are
/// neither. The same text where there are none. kInvalidArgument when it is no JSON object.
Result<std::string> without_claims(std::string_view users);

/// The patch (RFC 7396) `patch` of `document` without members that sokkuri says itself, where they
/// say the same; kInvalidArgument, naming the member, where one says something else, or when it is
/// no JSON object.
Result<std::string> users_patch(std::string_view document, std::string_view patch);

/// What a document says of its file.
struct DocumentFile {
    std::string path;  // bytes; empty when the record is not a file
    std::optional<Hash128> content;
    std::optional<std::uint64_t> size_bytes;
    std::string modified;  // as written

    /// Whether a file of that size and time is the one that was indexed, unchanged.
    bool describes(const FileStatus& status) const;
};

/// kCorruption when `json` is no object or what it says of its file cannot be read.
Result<DocumentFile> file_of(std::string_view json);

}  // namespace sokkuri::service
