// Sample: a few items worth showing first: unlike each other, each with look-alikes. For `similar
// --sample`.
#pragma once

#include "base/result.h"
#include "service/library.h"

#include <cstddef>
#include <string>
#include <vector>

namespace sokkuri::service {

/// At most `count` ids, the same ones for the same collection. Looks at no more than
/// kSampleCandidatesMax items.
Result<std::vector<std::string>> pick_varied(const Library& library, std::size_t count);

inline constexpr std::size_t kSampleCandidatesMax = 48;

}  // namespace sokkuri::service
