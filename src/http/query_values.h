// Values of the query string as the types that handlers want. The server has checked them against
// the route's parameters. Pure.
#pragma once

#include "base/result.h"
#include "http/request.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sokkuri::http {

/// Empty when it was not sent; kInvalidArgument for what is no such value.
Result<std::optional<std::uint64_t>> integer_value(const Request& request, std::string_view name);
Result<std::optional<double>> number_value(const Request& request, std::string_view name);
Result<std::optional<bool>> boolean_value(const Request& request, std::string_view name);
/// Empty when it was not sent.
std::string text_value(const Request& request, std::string_view name);

/// kInvalidArgument when both were sent.
Result<void> refuse_both(const Request& request, std::string_view one, std::string_view other);

}  // namespace sokkuri::http
