// The bytes of a whole index (docs/formats/index-file.md): rows, tombstones and the sections of the
// segment behind one page that says where they are, each with a checksum. Bytes that come back are
// hostile: every length, offset and checksum is compared before anything is believed, and every row
// must be finite; what the parts say of each other is checked by VectorIndex::assemble.
#pragma once

#include "base/result.h"
#include "library/vector_index.h"

#include <cstddef>
#include <functional>
#include <memory>
#include <span>

namespace sokkuri::library {

/// Gets the next bytes; false when it cannot go on.
using TakeBytes = std::function<bool(std::span<const std::byte>)>;

/// Reads everything twice (checksums come first). kIo when `take` refused.
Result<void> write_index(const IndexState& state, const TakeBytes& take);

enum class Place {
    kWhereItLies,  // used in place; `keep` of the source holds it
    kCopied,
};

struct IndexSource {
    std::span<const std::byte> bytes;
    std::shared_ptr<const void> keep;  // null: the caller does
    Place rows = Place::kCopied;
    Place codes = Place::kCopied;
};

/// kInvalidArgument for bytes that are to be used in place and do not begin at a multiple of 64.
Result<LoadedParts> read_index(const IndexSource& source);

}  // namespace sokkuri::library
