// The condition of a write as HTTP says it (RFC 9110 §13): If-Match and If-None-Match with an
// item's ETag, which is new with every change of what it says. Pure.
#pragma once

#include "base/result.h"
#include "http/request.h"
#include "http/response.h"
#include "service/item_condition.h"
#include "service/items.h"

#include <string>

namespace sokkuri::http {

/// Without its quotes.
std::string item_tag(const service::Item& item);

/// kInvalidArgument for an If-None-Match other than "*": what nobody has cannot be a condition of a
/// write.
Result<service::ItemCondition> item_condition(const Request& request);

/// kInvalidArgument for a request that has one though many items are changed at once, by none.
Result<void> refuse_condition(const Request& request);

/// 412, with the ETag of what is there.
Response refused_write(const std::string& id, const service::Item& current);

}  // namespace sokkuri::http
