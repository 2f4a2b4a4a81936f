// Which catalog this is: marks (store/catalog.h) of 32 random hexadecimal digits.
#pragma once

#include "base/result.h"

#include <string>
#include <string_view>

namespace sokkuri::store {

class ReadTransaction;

/// Comes with a catalog's first commit and stays. A copy has that of its original, so two catalogs
/// with different ones have never had anything in common. Missing where nobody has written since
/// catalogs have it.
inline constexpr std::string_view kCatalogIdMark = "catalog id";
/// A copy that goes on as a collection of its own has this one, too: the versions that it counts
/// from then on are not those of its original. Missing in all others.
inline constexpr std::string_view kHistoryMark = "history";

/// Of whose history the versions of records are: that of kHistoryMark, or else of kCatalogIdMark;
/// empty where a catalog has neither. O(log marks).
Result<std::string> history_of(ReadTransaction& transaction);

}  // namespace sokkuri::store
