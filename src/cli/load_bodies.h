// The bodies of requests that load many items (docs/api.md, loadItems). Pure.
#pragma once

#include "collection/load.h"

#include <cstddef>
#include <string>

namespace sokkuri::cli {

struct LoadBody {
    std::string content_type;
    std::string text;
};

/// A form with a NumPy matrix, ids and documents; JSON lines, which are larger, where an id or a
/// document has a line end in it. `dimension`: components of a row.
LoadBody load_body(const collection::LoadBatch& batch, std::size_t dimension);

/// About as many bytes as the form has.
std::size_t load_bytes(const collection::LoadBatch& batch);

/// Rows `first` … `end` - 1; the mark goes with the last row.
collection::LoadBatch part_of(const collection::LoadBatch& batch, std::size_t first,
                              std::size_t end);

}  // namespace sokkuri::cli
