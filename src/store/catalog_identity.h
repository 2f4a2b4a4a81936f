// Which catalog this is: a mark (store/catalog.h) with 32 random hexadecimal digits that comes with
// a catalog's first commit and stays. A copy has that of its original, so two catalogs with
// different ones have never had anything in common. Missing where nobody has written since
// catalogs have it.
#pragma once

#include <string_view>

namespace sokkuri::store {

inline constexpr std::string_view kCatalogIdMark = "catalog id";

}  // namespace sokkuri::store
