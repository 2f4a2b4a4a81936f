// The things that one search is put together from, as a JSON body names them: items, vectors and
// earlier queries, with weights. Used by routes_search.cpp and routes_recommend.cpp. Pure.
#pragma once

#include "base/result.h"
#include "http/request_json.h"
#include "service/search.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sokkuri::http {

inline constexpr std::size_t kItemNameBytesMax = 4'096;  // an id or a path
inline constexpr std::size_t kQueryIdBytesMax = 64;

/// The array `member`: of texts, which are ids or paths of items, and of objects (schema
/// SearchPart). None when it was not sent. kInvalidArgument names the place.
Result<std::vector<service::BySeveral::Part>> read_parts(const RequestJson& body,
                                                         std::string_view member);

/// What names something: not empty, not long, and no NUL, which no path can have. Empty when it was
/// not sent.
Result<std::optional<std::string>> read_name(const RequestJson& body, std::string_view member,
                                             std::size_t bytes_max);

}  // namespace sokkuri::http
