// Finds items by what people and files say of them: an id, a path in any of its spellings, or the
// content of a picture. Used by search. Reads only; safe from any number of threads. `resolve_item`
// is declared in service/search.h.
#pragma once

#include "base/hash.h"
#include "base/result.h"
#include "service/library.h"
#include "service/search.h"

#include <optional>
#include <string>
#include <vector>

namespace sokkuri::service {

struct StoredVector {
    std::string id;
    std::vector<float> values;
};

/// The vector in `field` of an indexed file, or a kept picture, with exactly that content.
Result<std::optional<StoredVector>> find_stored_vector(const Library& library,
                                                       const Hash128& content,
                                                       const std::string& field);

}  // namespace sokkuri::service
