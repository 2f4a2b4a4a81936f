#include "api_page.h"

#include "http/limits.h"
#include "http/openapi.h"
#include "http/openapi_schemas.h"
#include "http/write_pacing.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

namespace {

using namespace sokkuri::http;

constexpr std::string_view kIntroduction = R"(# The HTTP API

`sokkuri serve` answers on `http://localhost:7171`. This page and `/openapi.json` are printed from the
table that the server itself routes by, so they say what it does. Do not edit: `tests/http` says how to refresh it.

```sh
curl -s localhost:7171/v1/collections
curl -s --data-binary @cat.jpg -H 'Content-Type: image/jpeg' 'localhost:7171/v1/collections/pictures/search?k=5'
curl -s 'localhost:7171/v1/collections/pictures/items/ID/similar?k=5'
```

- **Names.** Collections are named after their folders (`/v1/collections` lists them). Ids are percent-encoded in
  paths; a `/` in an id is `%2F`. Ids `.` and `..` cannot be said in a path.
- **JSON** is UTF-8. Parameters and members that are not listed here are refused, and so are those said twice. New
  members may join answers: ignore what you do not know.
- **Problems** are `application/problem+json` (RFC 9457, [Problem](#problem)): `code` is for programs, `detail` names
  the thing, its value and the bound.
- **Units.** Durations are milliseconds where the name ends in `_ms`, else seconds; sizes are bytes or pixels; times
  are RFC 3339 in UTC.
- **Scores.** `distance` is in the collection's metric, smaller is nearer: cosine 1 − cos, l2 the Euclidean distance,
  ip −dot. `score` is made from it, larger is more alike: cosine 1 − d, l2 1/(1+d), ip −d. `band` is the score as a
  word, by the model's own cut-offs.
- **Caching.** Pictures have an `ETag`; `If-None-Match` is answered with 304.
- **Who may ask.** The server listens on this machine alone unless told otherwise. Requests whose `Host` is no
  loopback or configured name are refused (421, `foreign_host`), and so are POST, PUT, PATCH and DELETE with the
  `Origin` of another site (403, `foreign_origin`): no web page can read or change a person's pictures.

| status | when |
|---|---|
| 400 | something that was sent can never work |
| 403, 421 | a foreign `Origin` or `Host` |
| 404 | no such path, collection, item, query or job |
| 405 | the path is known, the method is not; `Allow` lists those that are |
| 408 | the request came too slowly |
| 409 | it conflicts with what is there |
| 413 | a bound was passed; its name is in the answer |
| 415 | a body of another content type, or a picture of a format that is not read |
| 422 | valid, but not something that this collection can do |
| 429, 503 | busy, opening or stopping; `Retry-After` says when to try again |
| 431 | too many or too large headers |
| 500 | our fault |
| 504 | it took too long |
| 507 | the disk is full (`no_space`): nothing of it was written, and the same can be asked again when there is room |
)";

std::string limits_text();
std::vector<std::string_view> sections_of(std::span<const Route> routes);
std::string route_text(const Route& route);
std::string parameter_rows(const Route& route);
std::string bounds_of(const Parameter& parameter);
std::string body_rows(const Route& route);
std::string meaning_of(std::string_view media_type);
std::string answer_rows(const Route& route);
std::string schema_text(const Schema& schema);
std::string type_text(std::string_view type, std::span<const std::string_view> choices);
std::string linked(std::string_view schema);

}  // namespace

std::string api_page(std::span<const Route> routes) {
    std::string text = std::string(kIntroduction) + limits_text();
    for (const std::string_view section : sections_of(routes)) {
        text += fmt::format("\n## {}\n", section);
        for (const Route& route : routes) {
            if (route.section == section && route.is_documented) text += route_text(route);
        }
    }
    text += "\n## Shapes\n";
    for (const Schema& schema : schemas()) {
        text += schema_text(schema);
    }
    return text;
}

namespace {

std::string limits_text() {
    const Limits limits;
    return fmt::format(
        "\n| limit | default |\n|---|---|\n"
        "| `connections_max` | {} at a time |\n"
        "| `header_bytes_max`, `header_time_max_ms` | {} bytes, {} ms |\n"
        "| `json_bytes_max`, `json_depth_max` | {} bytes, {} levels |\n"
        "| `upload_bytes_max` | {} bytes, a picture with what surrounds it |\n"
        "| `bodies_bytes_max`, `answers_bytes_max` | {}, {} bytes, of all requests at a time |\n"
        "| `body_time_max_ms`, `write_time_max_ms`, `idle_time_max_ms` | {}, {}, {} ms |\n"
        "| `work_queue_max` | {} requests that wait for a thread |\n"
        "| `event_streams_max` | {} at a time |\n"
        "| `exports_max`, `export_time_max_ms` | {} at a time, {} ms each |\n\n"
        "A write of {} kB and more waits, while others ask, for as long as the one before it took, "
        "at most {} ms.\n",
        limits.connections_max, limits.header_bytes_max, limits.header_time_max_ms,
        limits.json_bytes_max, limits.json_depth_max, limits.upload_bytes_max,
        limits.bodies_bytes_max, limits.answers_bytes_max, limits.body_time_max_ms,
        limits.write_time_max_ms, limits.idle_time_max_ms, limits.work_queue_max,
        limits.event_streams_max, limits.exports_max, limits.export_time_max_ms,
        WritePacing::kBulkBytes / 1'024, WritePacing::kRestMax.count());
}

/// In the order in which they first come.
std::vector<std::string_view> sections_of(std::span<const Route> routes) {
    std::vector<std::string_view> sections;
    for (const Route& route : routes) {
        if (!route.is_documented) continue;
        if (std::find(sections.begin(), sections.end(), route.section) == sections.end()) {
            sections.push_back(route.section);
        }
    }
    return sections;
}

std::string route_text(const Route& route) {
    std::string text = fmt::format("\n### `{} {}`\n{} (`{}`).", name_of(route.method),
                                   route.pattern, route.summary, route.operation);
    if (!route.description.empty()) text += fmt::format(" {}", route.description);
    return text + "\n" + parameter_rows(route) + body_rows(route) + answer_rows(route);
}

std::string parameter_rows(const Route& route) {
    if (route.parameters.empty()) return "";
    std::string text = "\n| parameter | value | default | meaning |\n|---|---|---|---|\n";
    for (const Parameter& parameter : route.parameters) {
        const std::string fallback =
            parameter.fallback.empty() ? "" : fmt::format("`{}`", parameter.fallback);
        text += fmt::format("| `{}` | {} | {} | {} |\n", parameter.name, bounds_of(parameter),
                            fallback, parameter.help);
    }
    return text;
}

std::string bounds_of(const Parameter& parameter) {
    switch (parameter.kind) {
        case ParameterKind::kText:
            return fmt::format("text, at most {} bytes", parameter.maximum);
        case ParameterKind::kInteger:
            return fmt::format("integer, {:.0f} to {:.0f}", parameter.minimum, parameter.maximum);
        case ParameterKind::kNumber:
            return "number";
        case ParameterKind::kBoolean:
            return "`true`, `false`";
        case ParameterKind::kChoice:
            return fmt::format("`{}`", fmt::join(parameter.choices, "`, `"));
    }
    return "";
}

std::string body_rows(const Route& route) {
    if (route.bodies.empty()) return "";
    std::string text = "\n| body | |\n|---|---|\n";
    for (const BodyKind& body : route.bodies) {
        text +=
            fmt::format("| `{}` | {} |\n", body.media_type,
                        body.schema.empty() ? meaning_of(body.media_type) : linked(body.schema));
    }
    return text;
}

/// Of a body without a shape.
std::string meaning_of(std::string_view media_type) {
    return media_type == "application/x-ndjson" ? "JSON lines, one item each" : "the picture";
}

std::string answer_rows(const Route& route) {
    std::string text = "\n| answer | | |\n|---|---|---|\n";
    for (const AnswerKind& answer : route.answers) {
        std::string what = linked(answer.schema);
        if (what.empty() && !answer.media_type.empty()) {
            what = fmt::format("`{}`", answer.media_type);
        }
        text += fmt::format("| {} | {} | {} |\n", answer.status, what, answer.help);
    }
    return text;
}

std::string schema_text(const Schema& schema) {
    std::string text = fmt::format("\n### {}\n{}\n", schema.name, schema.help);
    if (schema.members.empty()) return text;
    text += "\n| member | type | meaning |\n|---|---|---|\n";
    for (const SchemaMember& member : schema.members) {
        text += fmt::format("| `{}`{} | {} | {} |\n", member.name,
                            member.need == Need::kOptional ? " (optional)" : "",
                            type_text(member.type, member.choices), member.help);
    }
    return text;
}

std::string type_text(std::string_view type, std::span<const std::string_view> choices) {
    const bool may_be_null = type.ends_with('?');
    if (may_be_null) type.remove_suffix(1);
    const bool is_array = type.ends_with("[]");
    if (is_array) type.remove_suffix(2);
    std::string text(type);
    if (find_schema(type) != nullptr) text = linked(type);
    if (!choices.empty()) text = fmt::format("`{}`", fmt::join(choices, "`, `"));
    if (is_array) text = "array of " + text;
    return may_be_null ? text + " or null" : text;
}

/// Anchors are headings in lower case.
std::string linked(std::string_view schema) {
    if (schema.empty()) return "";
    std::string anchor(schema);
    std::ranges::transform(anchor, anchor.begin(), [](char character) {
        return character >= 'A' && character <= 'Z' ? static_cast<char>(character + 32) : character;
    });
    return fmt::format("[{}](#{})", schema, anchor);
}

}  // namespace
