// The vectors of items, for those who ask for them: raw, as they were given or as the model gave
// them. Used by http. Reads only; safe from any number of threads.
#pragma once

#include "base/result.h"
#include "collection/collection.h"
#include "service/library.h"

#include <cstddef>
#include <string>
#include <vector>

namespace sokkuri::service {

/// Numbers in one answer.
inline constexpr std::size_t kVectorComponentsMax = 4'000'000;

/// Which vectors are wanted of each item: fields by name, checked.
using WantedVectors = std::vector<collection::FieldSpec>;

/// "*" is all fields, else names with commas between. kNotFound for a field that there is not;
/// kInvalidArgument when `items` of them would be more than kVectorComponentsMax numbers.
Result<WantedVectors> wanted_vectors(const Library& library, const std::string& names,
                                     std::size_t items);

/// Those that it has. No error for an item that has gone meanwhile.
Result<std::vector<collection::FieldVector>> vectors_of(const Library& library,
                                                        const std::string& id,
                                                        const WantedVectors& wanted);

}  // namespace sokkuri::service
