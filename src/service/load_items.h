// Loading items: many vectors of one's own at once, as requests bring them: JSON lines, or a NumPy
// matrix with a list of ids. One step, all or none. Safe from any number of threads.
#pragma once

#include "base/result.h"
#include "collection/load.h"
#include "service/library.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sokkuri::service {

inline constexpr std::size_t kItemsLoadedMax = 100'000;

struct ItemsToLoad {
    std::uint32_t dimension = 0;
    std::vector<std::string> ids;
    std::vector<float> vectors;          // ids.size() × dimension, row by row
    std::vector<std::string> documents;  // one each, or "" where there is none; empty: none at all
    std::optional<collection::LoadMark> mark = {};  // of the whole load that they are a part of
};

/// Lines of {"id", "vector", "document" (may be missing)}; empty ones are passed over.
/// kInvalidArgument names the line; kExhausted beyond kItemsLoadedMax.
Result<ItemsToLoad> parse_ndjson_items(std::string_view lines);

/// A file of NumPy with a matrix of numbers, the ids of its rows, one a line, and their documents,
/// likewise (an empty line: none); no text at all: no documents. kInvalidArgument unless there are
/// as many ids and documents as rows.
Result<ItemsToLoad> parse_npy_items(std::string_view matrix, std::string_view ids,
                                    std::string_view documents);

/// Makes or replaces the items' vectors in `field` (empty: the main one, made by the first vectors
/// that come), and their documents where they bring one, but for what sokkuri says of pictures
/// (guarded_load.h): kConflict for an item that is a file, whose main vector follows from it.
Result<collection::LoadOutcome> load_items(const Library& library, const std::string& field,
                                           ItemsToLoad items);

}  // namespace sokkuri::service
