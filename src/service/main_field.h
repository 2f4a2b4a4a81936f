// The main field of a collection: the vectors that are meant when none are named. Used by search,
// put, stats and export. Reads only; safe from any number of threads.
#pragma once

#include "base/result.h"
#include "collection/collection.h"

#include <optional>

namespace sokkuri::service {

/// kPictureField if there is one, else the first that was made; empty before the first.
Result<std::optional<collection::FieldSpec>> main_field(const collection::Collection& collection);

}  // namespace sokkuri::service
