// Names of collections, by OpenSearch's rules for index names: what a name may be, and the one that
// a folder gets by itself. Pure functions.
#pragma once

#include "base/result.h"

#include <functional>
#include <string>
#include <string_view>

namespace sokkuri::service {

inline constexpr std::size_t kCollectionNameBytesMax = 255;

/// 1 to 255 bytes of UTF-8 in lower case, none of \ / * ? " < > | space , # : and no control
/// character; not beginning with - _ +, not "." or "..", nor with ".sokkuri", which is ours.
/// kInvalidArgument says which rule is broken.
Result<void> validate_collection_name(std::string_view name);

/// A folder's default name: the last part of its path, made to keep to these rules; "pictures" when
/// nothing is left.
std::string slug_of(std::string_view folder);

/// `wanted`, else `wanted` with "-2", "-3", …: the first that `is_taken` does not say is.
std::string free_name(const std::string& wanted,
                      const std::function<bool(const std::string&)>& is_taken);

}  // namespace sokkuri::service
