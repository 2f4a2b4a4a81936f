// Stats: what a library holds, for `sokkuri stats` and, later, the status page.
#pragma once

#include "base/result.h"
#include "features/model_card.h"
#include "service/ingest.h"
#include "service/library.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sokkuri::service {

struct LibraryStats {
    std::string folder;  // of pictures; empty for a collection without one
    std::string home;    // what `.sokkuri` lies in
    PictureKeeping keeping = PictureKeeping::kOriginals;
    std::uint64_t items = 0;
    std::uint64_t failed = 0;
    // Of the main field (main_field.h); empty before the first vector.
    std::string field;
    std::string model;  // name; empty for vectors of the user's own
    std::string fingerprint;
    std::uint32_t dimension = 0;
    std::string metric;
    std::uint64_t bytes = 0;  // on disk, of `.sokkuri` but kept pictures and thumbnails
    std::uint64_t tombstones = 0;
    std::uint64_t generation = 0;
    collection::IndexStats index;
    /// Least scores of the words for hits; empty before the first vector.
    std::optional<features::Bands> bands;

    /// All fields, in the order in which they were made.
    struct Field {
        std::string name;
        std::uint32_t dimension = 0;
        std::string metric;
        std::string model;
        std::uint64_t vectors = 0;
    };
    std::vector<Field> fields;
};

Result<LibraryStats> stats(const Library& library);

/// Files that could not be read, with reasons, by path; at most `limit` after `after_path`.
Result<std::vector<FailedFile>> failures(const Library& library, const std::string& after_path,
                                         std::size_t limit);

}  // namespace sokkuri::service
