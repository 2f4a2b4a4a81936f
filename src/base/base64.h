// base64 of RFC 4648 §4, padded: for bytes inside JSON that others write and read. Names and hashes
// of our own are base64url (base/hash.h). Pure; safe from any number of threads.
#pragma once

#include "base/result.h"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sokkuri {

std::string base64(std::span<const std::byte> bytes);

/// The bytes again; the padding may be left out. kInvalidArgument with the place of what is no
/// digit (line ends and spaces are none) and for text that is cut off.
Result<std::vector<std::byte>> parse_base64(std::string_view text);

}  // namespace sokkuri
