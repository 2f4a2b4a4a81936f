// What a file of metadata says is said of the items: each row is a patch of its item's document, in
// batches, each in one step. Running it again changes nothing more. Used by cli.
#pragma once

#include "base/result.h"
#include "service/metadata_file.h"
#include "service/patch_item.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace sokkuri::service {

struct MetadataReport {
    struct Failure {
        std::uint64_t line = 0;
        std::string reason;
    };
    std::uint64_t changed = 0;      // items
    std::uint64_t unchanged = 0;    // said so already
    std::uint64_t missing = 0;      // rows of no item
    std::uint64_t refused = 0;      // rows that say what only sokkuri says
    std::vector<Failure> failures;  // the first of both kinds, at most kMetadataFailuresMax
    bool was_interrupted = false;
};

inline constexpr std::size_t kMetadataFailuresMax = 1'000;

/// Where patches go: into a library (patch_items), or to the server that holds it.
using PatchSink = std::function<Result<PatchReport>(std::span<const ItemPatch> patches)>;

/// A row that cannot be read ends it; what was applied before stays.
Result<MetadataReport> apply_metadata(MetadataFile& rows, const PatchSink& sink,
                                      const std::stop_token& stop);

}  // namespace sokkuri::service
