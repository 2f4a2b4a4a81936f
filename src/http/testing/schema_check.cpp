#include "http/testing/schema_check.h"

#include "base/check.h"

#include <fmt/format.h>

#include <algorithm>

namespace sokkuri::http {
namespace {

constexpr std::string_view kReference = "#/components/schemas/";

bool is_of_type(std::string_view type, const JsonValue& value);
bool is_among(const JsonValue& choices, const JsonValue& value);

}  // namespace

std::string SchemaCheck::fault(std::string_view schema_name, const JsonValue& value) const {
    return fault_at(std::string(schema_name), named(schema_name), value);
}

std::string SchemaCheck::fault_at(const std::string& place, const JsonValue& schema,
                                  const JsonValue& value) const {
    if (const JsonValue* reference = schema.find("$ref")) {
        return fault_at(place, named(reference->text().substr(kReference.size())), value);
    }
    if (const JsonValue* choices = schema.find("anyOf"))
        return fault_of_any(place, *choices, value);
    const std::string_view type = schema.at("type").value()->text();
    if (!is_of_type(type, value)) {
        return fmt::format("{}: {} is expected, not {}", place, type, name_of(value.kind()));
    }
    if (const JsonValue* choices = schema.find("enum"); choices && !is_among(*choices, value)) {
        return fmt::format("{}: \"{}\" is none of the choices", place, value.text());
    }
    if (const JsonValue* least = schema.find("minimum")) {
        if (value.as_double().value() < least->as_double().value()) {
            return fmt::format("{}: {} is too small", place, value.as_double().value());
        }
    }
    if (type == "object") return fault_of_object(place, schema, value);
    if (type != "array") return "";
    const JsonValue* item_schema = schema.at("items").value();
    for (std::size_t i = 0; i < value.items().size(); ++i) {
        const std::string fault =
            fault_at(fmt::format("{}[{}]", place, i), *item_schema, value.items()[i]);
        if (!fault.empty()) return fault;
    }
    return "";
}

std::string SchemaCheck::fault_of_object(const std::string& place, const JsonValue& schema,
                                         const JsonValue& value) const {
    const JsonValue* properties = schema.find("properties");
    if (properties == nullptr) return "";  // any object
    for (const JsonValue& name : schema.at("required").value()->items()) {
        if (value.find(name.text()) == nullptr) {
            return fmt::format("{}: {} is missing", place, name.text());
        }
    }
    for (const auto& [name, member] : value.members()) {
        const JsonValue* described = properties->find(name);
        if (described == nullptr) return fmt::format("{}: {} is not described", place, name);
        const std::string fault = fault_at(place + "." + name, *described, member);
        if (!fault.empty()) return fault;
    }
    return "";
}

std::string SchemaCheck::fault_of_any(const std::string& place, const JsonValue& choices,
                                      const JsonValue& value) const {
    std::string faults;
    for (const JsonValue& choice : choices.items()) {
        const std::string fault = fault_at(place, choice, value);
        if (fault.empty()) return "";
        faults += (faults.empty() ? "" : "; ") + fault;
    }
    return faults;
}

const JsonValue& SchemaCheck::named(std::string_view schema_name) const {
    const JsonValue* schemas = openapi_.find("components")->find("schemas");
    const JsonValue* schema = schemas->find(schema_name);
    CHECK(schema != nullptr);
    return *schema;
}

namespace {

bool is_of_type(std::string_view type, const JsonValue& value) {
    if (type == "object") return value.is_object();
    if (type == "array") return value.is_array();
    if (type == "string") return value.is_string();
    if (type == "boolean") return value.is_bool();
    if (type == "null") return value.is_null();
    if (type == "number") return value.is_number();
    CHECK(type == "integer");
    return value.as_int64().has_value() || value.as_uint64().has_value();
}

bool is_among(const JsonValue& choices, const JsonValue& value) {
    const JsonArray& items = choices.items();
    return std::any_of(items.begin(), items.end(),
                       [&](const JsonValue& choice) { return choice.text() == value.text(); });
}

}  // namespace
}  // namespace sokkuri::http
