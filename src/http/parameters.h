// The parameters of a query, checked against a route's rows before its handler runs. Pure.
#pragma once

#include "base/result.h"
#include "http/route.h"

#include <vector>

namespace sokkuri::http {

/// kInvalidArgument names the parameter, its value and the bound: one that no row names, that is
/// given twice, is of another kind, out of bounds or none of the choices.
Result<void> check_parameters(const std::vector<Parameter>& parameters, const Pairs& query);

}  // namespace sokkuri::http
