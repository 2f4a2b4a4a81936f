#include "http/openapi.h"

#include "base/check.h"
#include "base/json.h"
#include "http/openapi_schemas.h"

#include <algorithm>
#include <cctype>

namespace sokkuri::http {
namespace {

constexpr std::string_view kVersion = "1.0.0";
constexpr std::string_view kAbout =
    "Pictures in, look-alikes out. Errors are problem+json. Parameters and members that are not "
    "listed are refused. Times are RFC 3339 in UTC; durations are milliseconds where the name ends "
    "in _ms, else seconds; sizes are bytes or pixels, as described.";

void write_paths(JsonWriter& json, std::span<const Route> routes);
void write_operation(JsonWriter& json, const Route& route);
void write_parameters(JsonWriter& json, const Route& route);
void write_query_parameter(JsonWriter& json, const Parameter& parameter);
void write_parameter_schema(JsonWriter& json, const Parameter& parameter);
void write_bounds(JsonWriter& json, const Parameter& parameter);
void write_fallback(JsonWriter& json, const Parameter& parameter);
void write_number(JsonWriter& json, double number);
void write_bodies(JsonWriter& json, const Route& route);
void write_answers(JsonWriter& json, const Route& route);
void write_content(JsonWriter& json, std::string_view media_type, std::string_view schema);
std::string lower(std::string_view text);

}  // namespace

std::vector<std::string_view> captures_of(std::string_view pattern) {
    std::vector<std::string_view> names;
    for (std::size_t open = pattern.find('{'); open != std::string_view::npos;
         open = pattern.find('{', open + 1)) {
        names.push_back(pattern.substr(open + 1, pattern.find('}', open) - open - 1));
    }
    return names;
}

std::string_view capture_help(std::string_view name) {
    if (name == "collection") return "Name of a collection, as /v1/collections lists it.";
    if (name == "id") {
        return "Id of an item: 1 to 512 bytes of UTF-8, percent-encoded (\"/\" is %2F).";
    }
    if (name == "query") return "The query_id of an earlier answer.";
    if (name == "field") return "Name of a vector field of the collection.";
    if (name == "by") return "Path of the attribute that makes the groups.";
    if (name == "value") return "Value that makes the group, percent-encoded (\"/\" is %2F).";
    if (name == "mark") return "What the load was called, percent-encoded.";
    CHECK(name == "job");
    return "Id of a job.";
}

std::string openapi_json(std::span<const Route> routes) {
    std::string text;
    JsonWriter json(text);
    json.begin_object().member("openapi", "3.1.0");
    json.key("info").begin_object();
    json.member("title", "sokkuri").member("version", kVersion).member("description", kAbout);
    json.end_object();
    json.key("servers").begin_array().begin_object().member("url", "/").end_object().end_array();
    json.key("paths").begin_object();
    write_paths(json, routes);
    json.end_object();
    json.key("components").begin_object().key("schemas").begin_object();
    for (const Schema& schema : schemas()) {
        json.key(schema.name);
        write_schema(json, schema);
    }
    json.end_object().end_object().end_object();
    return text;
}

namespace {

/// Rows of one path belong together, in the order in which its first row comes.
void write_paths(JsonWriter& json, std::span<const Route> routes) {
    std::vector<std::string_view> written;
    for (const Route& first : routes) {
        const bool is_known =
            std::find(written.begin(), written.end(), first.pattern) != written.end();
        if (is_known || !first.is_documented) continue;
        written.push_back(first.pattern);
        json.key(first.pattern).begin_object();
        for (const Route& route : routes) {
            if (route.pattern != first.pattern || !route.is_documented) continue;
            json.key(lower(name_of(route.method)));
            write_operation(json, route);
        }
        json.end_object();
    }
}

void write_operation(JsonWriter& json, const Route& route) {
    json.begin_object();
    json.member("operationId", route.operation).member("summary", route.summary);
    if (!route.description.empty()) json.member("description", route.description);
    json.key("tags").begin_array().value(route.section).end_array();
    write_parameters(json, route);
    write_bodies(json, route);
    write_answers(json, route);
    json.end_object();
}

void write_parameters(JsonWriter& json, const Route& route) {
    const std::vector<std::string_view> captures = captures_of(route.pattern);
    if (captures.empty() && route.parameters.empty()) return;
    json.key("parameters").begin_array();
    for (const std::string_view name : captures) {
        json.begin_object().member("name", name).member("in", "path").member("required", true);
        json.member("description", capture_help(name));
        json.key("schema").begin_object().member("type", "string").end_object().end_object();
    }
    for (const Parameter& parameter : route.parameters) {
        write_query_parameter(json, parameter);
    }
    json.end_array();
}

void write_query_parameter(JsonWriter& json, const Parameter& parameter) {
    json.begin_object().member("name", parameter.name).member("in", "query");
    json.member("required", false).member("description", parameter.help);
    json.key("schema").begin_object();
    write_parameter_schema(json, parameter);
    json.end_object().end_object();
}

void write_parameter_schema(JsonWriter& json, const Parameter& parameter) {
    switch (parameter.kind) {
        case ParameterKind::kText:
            json.member("type", "string").key("maxLength");
            write_number(json, parameter.maximum);
            break;
        case ParameterKind::kInteger:
            json.member("type", "integer");
            write_bounds(json, parameter);
            break;
        case ParameterKind::kNumber:
            json.member("type", "number");
            write_bounds(json, parameter);
            break;
        case ParameterKind::kBoolean:
            json.member("type", "boolean");
            break;
        case ParameterKind::kChoice:
            json.member("type", "string").key("enum").begin_array();
            for (const std::string_view choice : parameter.choices) {
                json.value(choice);
            }
            json.end_array();
            break;
    }
    write_fallback(json, parameter);
}

void write_bounds(JsonWriter& json, const Parameter& parameter) {
    json.key("minimum");
    write_number(json, parameter.minimum);
    json.key("maximum");
    write_number(json, parameter.maximum);
}

void write_fallback(JsonWriter& json, const Parameter& parameter) {
    if (parameter.fallback.empty()) return;
    json.key("default");
    const bool is_text =
        parameter.kind == ParameterKind::kText || parameter.kind == ParameterKind::kChoice;
    // Numbers and booleans are written as JSON has them.
    is_text ? json.value(parameter.fallback) : json.raw(parameter.fallback);
}

/// Bounds are whole numbers wherever they are small enough to be.
void write_number(JsonWriter& json, double number) {
    const auto whole = static_cast<std::int64_t>(number);
    static_cast<double>(whole) == number ? json.value(whole) : json.value(number);
}

void write_bodies(JsonWriter& json, const Route& route) {
    if (route.bodies.empty()) return;
    json.key("requestBody").begin_object().key("content").begin_object();
    for (const BodyKind& body : route.bodies) {
        write_content(json, body.media_type, body.schema);
    }
    json.end_object().end_object();
}

void write_answers(JsonWriter& json, const Route& route) {
    json.key("responses").begin_object();
    const std::vector<AnswerKind>& answers = route.answers;
    for (auto answer = answers.begin(); answer != answers.end(); ++answer) {
        // One status may have several media types: they stand where the first of them does.
        const auto is_like = [&](const AnswerKind& other) {
            return other.status == answer->status;
        };
        if (std::any_of(answers.begin(), answer, is_like)) continue;
        json.key(std::to_string(answer->status)).begin_object();
        json.member("description", answer->help);
        if (!answer->media_type.empty()) {
            json.key("content").begin_object();
            for (const AnswerKind& other : answers) {
                if (is_like(other)) write_content(json, other.media_type, other.schema);
            }
            json.end_object();
        }
        json.end_object();
    }
    json.key("default").begin_object().member("description", "What went wrong.");
    json.key("content").begin_object();
    write_content(json, "application/problem+json", "Problem");
    json.end_object().end_object().end_object();
}

void write_content(JsonWriter& json, std::string_view media_type, std::string_view schema) {
    json.key(media_type).begin_object();
    if (!schema.empty()) {
        CHECK(find_schema(schema) != nullptr);
        json.key("schema").begin_object();
        json.member("$ref", "#/components/schemas/" + std::string(schema)).end_object();
    }
    json.end_object();
}

std::string lower(std::string_view text) {
    std::string result(text);
    for (char& character : result) {
        character = static_cast<char>(std::tolower(static_cast<unsigned char>(character)));
    }
    return result;
}

}  // namespace
}  // namespace sokkuri::http
