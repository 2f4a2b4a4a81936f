// OpenedPicture: the picture of an item, opened and checked: the file that the item was indexed
// from, looked for anew, through links, and never outside of the indexed folder; or the picture
// that sokkuri keeps itself. Used by picture_files.cpp. Safe from any number of threads.
#pragma once

#include "base/file_system.h"
#include "base/result.h"
#include "image/format.h"
#include "service/library.h"
#include "service/picture_document.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace sokkuri::service {

struct OpenedPicture {
    std::unique_ptr<File> file;
    FileStatus status;      // of the open file
    DocumentFile document;  // what the record says of it
    image::Format format = image::Format::kUnknown;
    std::string name;           // the last part of its path
    bool is_thumbnail = false;  // a smaller copy is all that is kept

    /// The content that the record speaks of; empty when the file has changed since.
    std::optional<Hash128> known_content() const;
};

/// kNotFound when there is no such item, it has no picture, or its file has vanished, is no picture
/// any more, or lies where nothing is served from.
Result<OpenedPicture> open_picture(const Library& library, const std::string& id);

/// All of it; kExhausted beyond `size_bytes_max`, kCorruption, naming the file, for a kept picture
/// that is not what it was.
Result<std::vector<std::byte>> read_picture(const OpenedPicture& picture,
                                            std::uint64_t size_bytes_max);

}  // namespace sokkuri::service
