// The condition of a write as HTTP says it (RFC 9110 §13): If-Match and If-None-Match with an
// item's ETag, which is new with every change of what it says. Safe from any number of threads.
#pragma once

#include "base/result.h"
#include "http/request.h"
#include "http/response.h"
#include "service/item_condition.h"
#include "service/items.h"

#include <string>
#include <string_view>

namespace sokkuri::http {

/// What the tags of a collection's items begin with: those of another one that gets its name begin
/// with something else. New where nobody has written so far.
Result<std::string> tag_start(const service::Library& library);

/// Without its quotes. `start`: tag_start.
std::string item_tag(std::string_view start, const service::Item& item);

/// kInvalidArgument for an If-None-Match other than "*": what nobody has cannot be a condition of a
/// write.
Result<service::ItemCondition> item_condition(std::string_view start, const Request& request);

/// kInvalidArgument for a request that has one though many items are changed at once, by none.
Result<void> refuse_condition(const Request& request);

/// 412, with the ETag of what is there; without an id nothing is.
Response refused_write(std::string_view start, const std::string& id, const service::Item& current);

}  // namespace sokkuri::http
