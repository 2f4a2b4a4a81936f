#include "http/testing/native_server.h"

#include "base/check.h"
#include "http/metrics.h"
#include "http/openapi.h"
#include "http/percent_encoding.h"
#include "http/target.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>

namespace sokkuri::http {
namespace {

/// Also what every route may answer: refusals of the server, and problems.
constexpr std::string_view kProblem = "application/problem+json";

bool is_json(std::string_view media_type);
bool is_described(const Route& route, const RawAnswer& answer, std::string& schema);

}  // namespace

JsonValue CheckedAnswer::at(std::string_view place) const {
    const JsonValue* value = &json;
    while (!place.empty()) {
        const std::string_view name = place.substr(0, place.find('.'));
        place.remove_prefix(std::min(name.size() + 1, place.size()));
        if (value->is_array()) {
            const auto index = static_cast<std::size_t>(std::atoi(std::string(name).c_str()));
            if (index >= value->items().size()) return {};
            value = &value->items()[index];
        } else {
            value = value->find(name);
        }
        if (value == nullptr) return {};
    }
    return *value;
}

std::uint64_t CheckedAnswer::integer(std::string_view place) const {
    return at(place).as_uint64().value_or(~std::uint64_t{0});
}

std::vector<std::string> CheckedAnswer::hit_ids() const {
    CHECK(status() == 200);
    std::vector<std::string> ids;
    const JsonValue hits = at("hits");
    for (const JsonValue& hit : hits.items())
        ids.emplace_back(hit.find("id")->text());
    return ids;
}

NativeServer::NativeServer(unsigned pictures, const Limits& limits) {
    for (unsigned seed = 0; seed < pictures; ++seed) {
        folder_.draw(fmt::format("{}.jpg", seed), seed);
    }
    if (pictures > 0) folder_.index();
    libraries_ = service::Libraries::open(posix_file_system(), {{.folder = folder_.path()}}, "",
                                          data_.path())
                     .value();
    jobs_ = service::Jobs::create(*libraries_);
    readiness_->set(ServingState::kReady);
    routes_ = native_routes(
        {.libraries = *libraries_,
         .jobs = *jobs_,
         .model = folder_.request().model,
         .decode = {},
         .ingest = folder_.request(),
         .limits = limits,
         .metrics = std::make_shared<ServerMetrics>(),
         .readiness = readiness_,
         .backups = service::BackupFolder::open(posix_file_system(), backups_.path(), *libraries_)
                        .value()});
    openapi_ = parse_json(openapi_json(routes_)).value();
    router_ = std::make_unique<Router>(routes_);
    server_ = std::make_unique<RunningServer>(routes_, limits);
}

std::string NativeServer::id_of(const std::string& path) {
    return folder_.pictures().at(path).id;
}

std::string NativeServer::bytes_of(const std::string& path) const {
    std::ifstream file(folder_.path(path), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::string NativeServer::target(std::string_view rest) const {
    return fmt::format("/v1/collections/{}{}", percent_encoded(collection()), rest);
}

CheckedAnswer NativeServer::ask(std::string_view method, std::string_view target,
                                std::string_view body, std::string_view headers) {
    CheckedAnswer answer{.raw = connect().ask(method, target, body, headers), .json = {}};
    if (is_json(answer.raw.header("content-type"))) {
        auto json = parse_json(answer.raw.body);
        if (json) answer.json = std::move(*json);
    }
    const std::string fault = undescribed(method, target, answer);
    if (!fault.empty()) {
        std::fprintf(stderr, "%.*s %.*s: %s\n%s\n", static_cast<int>(method.size()), method.data(),
                     static_cast<int>(target.size()), target.data(), fault.c_str(),
                     answer.raw.body.c_str());
    }
    CHECK(fault.empty());
    return answer;
}

CheckedAnswer NativeServer::send(std::string_view method, std::string_view target,
                                 std::string_view json) {
    return ask(method, target, json, "Content-Type: application/json\r\n");
}

CheckedAnswer NativeServer::send_picture(std::string_view target, std::string_view picture) {
    return ask("POST", target, picture, "Content-Type: image/jpeg\r\n");
}

/// Empty, or in what the answer is not one that openapi.json describes.
std::string NativeServer::undescribed(std::string_view method, std::string_view target,
                                      const CheckedAnswer& answer) const {
    const SchemaCheck schemas(openapi_);
    if (answer.raw.header("content-type") == kProblem) {
        const bool agrees = answer.integer("status") == answer.status() && answer.status() >= 400;
        return agrees ? schemas.fault("Problem", answer.json) : "a problem of another status";
    }
    const auto parsed = parse_target(target);
    if (!parsed) return "no target, and no problem";
    for (const Method known :
         {Method::kGet, Method::kPost, Method::kPut, Method::kPatch, Method::kDelete}) {
        if (name_of(known) != method) continue;
        const Router::Match match = router_->find(known, parsed->segments);
        if (match.route == nullptr) return "no route, and no problem";
        std::string schema;
        if (!is_described(*match.route, answer.raw, schema)) return "not among the answers";
        return schema.empty() ? "" : schemas.fault(schema, answer.json);
    }
    return "no method, and no problem";
}

namespace {

bool is_json(std::string_view media_type) {
    return media_type == "application/json" || media_type == kProblem;
}

/// Whether the route has a row for such an answer; its schema then.
bool is_described(const Route& route, const RawAnswer& answer, std::string& schema) {
    const std::string media_type = answer.header("content-type");
    return std::any_of(route.answers.begin(), route.answers.end(), [&](const AnswerKind& row) {
        schema = row.schema;
        const bool is_any_image = row.media_type == "image/*" && media_type.starts_with("image/");
        return row.status == answer.status &&
               (is_any_image || media_type == row.media_type ||
                media_type.starts_with(std::string(row.media_type) + ";"));
    });
}

}  // namespace
}  // namespace sokkuri::http
