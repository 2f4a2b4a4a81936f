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
    std::string folder;
    std::uint64_t items = 0;
    std::uint64_t failed = 0;
    std::string model;  // name; empty when nothing was indexed yet
    std::string fingerprint;
    std::uint32_t dimension = 0;
    std::string metric;
    std::uint64_t bytes = 0;  // on disk, of `.sokkuri` but kept pictures and thumbnails
    std::uint64_t tombstones = 0;
    std::uint64_t generation = 0;
    collection::IndexStats index;  // of the pictures' vectors
    /// Least scores of the words for hits; empty before the first vector.
    std::optional<features::Bands> bands;
};

Result<LibraryStats> stats(const Library& library);

/// Files that could not be read, with reasons, by path; at most `limit` after `after_path`.
Result<std::vector<FailedFile>> failures(const Library& library, const std::string& after_path,
                                         std::size_t limit);

}  // namespace sokkuri::service
