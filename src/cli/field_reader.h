// The vector fields of a collection as servers describe them in JSON (schema FieldList,
// docs/api.md), read back. What a server says is checked like any other input. Pure.
#pragma once

#include "base/json.h"
#include "base/result.h"
#include "service/vector_fields.h"

#include <vector>

namespace sokkuri::cli {

/// Without model cards: `spec.model` is empty, `model` is its name. kInvalidArgument names the
/// member that is missing or of another kind.
Result<std::vector<service::FieldDescription>> read_fields(const JsonValue& answer);

}  // namespace sokkuri::cli
