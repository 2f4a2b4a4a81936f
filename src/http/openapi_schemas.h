// The shapes of what the service takes and answers, in one table: openapi.json and docs/api.md are
// printed from it, and tests hold real answers against it. Pure data; knows no routes.
#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace sokkuri {
class JsonWriter;
}

namespace sokkuri::http {

enum class Need { kRequired, kOptional };

/// `type` is the name of a schema or one of these, with "[]" for an array of it and a "?" at the
/// end where it may be null:
///   string integer number boolean     as JSON has them; integers are never negative
///   time                              RFC 3339 in UTC
///   base64                            RFC 4648 section 4
///   picture                           bytes of a picture file, a part of a form
///   file                              bytes of another file, likewise
///   object                            any JSON object
struct SchemaMember {
    std::string_view name;
    std::string_view type;
    std::string_view help;  // with units
    Need need = Need::kRequired;
    std::vector<std::string_view> choices = {};
};

struct Schema {
    std::string_view name;
    std::string_view help;
    std::vector<SchemaMember> members = {};
    /// Exactly one of these members must be there.
    std::vector<std::string_view> one_of = {};
    /// Instead of members: any of these types.
    std::vector<std::string_view> alternatives = {};
    /// Bodies of requests: what is not listed is refused.
    bool is_closed = false;
};

std::span<const Schema> schemas();

/// Null when there is none of that name.
const Schema* find_schema(std::string_view name);

/// As JSON Schema 2020-12.
void write_schema(JsonWriter& json, const Schema& schema);

}  // namespace sokkuri::http
