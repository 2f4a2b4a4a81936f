// SchemaCheck: whether JSON is what openapi.json says of it. Knows as much of JSON Schema as our
// description uses and fails on the rest; members that are not described are faults, too, so that
// nothing is answered that nobody can read about. For tests alone.
#pragma once

#include "base/json.h"

#include <string>
#include <string_view>

namespace sokkuri::http {

class SchemaCheck {
 public:
    /// `openapi`: the whole description.
    explicit SchemaCheck(const JsonValue& openapi) : openapi_(openapi) {}

    /// Empty, or where and why `value` is not what the schema of that name says.
    std::string fault(std::string_view schema_name, const JsonValue& value) const;

 private:
    std::string fault_at(const std::string& place, const JsonValue& schema,
                         const JsonValue& value) const;
    std::string fault_of_object(const std::string& place, const JsonValue& schema,
                                const JsonValue& value) const;
    std::string fault_of_any(const std::string& place, const JsonValue& choices,
                             const JsonValue& value) const;
    const JsonValue& named(std::string_view schema_name) const;

    JsonValue openapi_;
};

}  // namespace sokkuri::http
