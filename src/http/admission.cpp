#include "http/admission.h"

#include "http/header_text.h"
#include "http/parameters.h"
#include "http/target.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>

namespace sokkuri::http {
namespace {

constexpr std::array kMethods = {Method::kGet, Method::kPost, Method::kPut, Method::kPatch,
                                 Method::kDelete};
constexpr std::string_view kPreflightSeconds = "600";

std::optional<Refusal> check_access(const Entrance& entrance, const RequestHead& head,
                                    const Target& target);
std::optional<Refusal> check_access(const AccessRules& rules, const RequestHead& head);
void find_route(const Entrance& entrance, const RequestHead& head, const Target& target,
                Admission& admission);
Response options_answer(const Entrance& entrance, const RequestHead& head, const Target& target);
std::string allow_text(const std::vector<Method>& methods);
std::optional<Method> method_of(std::string_view name);
std::optional<Refusal> check_body(const Admission& admission, const RequestHead& head);
std::optional<Refusal> check_codings(const RequestHead& head);
std::optional<Refusal> check_media_type(const Route& route, const RequestHead& head);
bool accepts(std::string_view pattern, std::string_view media_type);
void refuse(Admission& admission, const Refusal& refusal);

}  // namespace

Admission admit(const Entrance& entrance, const RequestHead& head) {
    Admission admission;
    admission.is_head = head.method == "HEAD";
    auto target = head.method == "OPTIONS" && head.target == "*"
                      ? Result<Target>(Target{.path = "*"})
                      : parse_target(head.target);
    if (!target) {
        admission.answer = problem(target.error());
        return admission;
    }
    admission.path = target->path;
    if (const auto refusal = check_access(entrance, head, *target)) {
        refuse(admission, *refusal);
        return admission;
    }
    admission.origin = configured_origin(entrance.access, head);
    find_route(entrance, head, *target, admission);
    if (admission.answer) return admission;
    if (const auto refusal = check_body(admission, head)) {
        refuse(admission, *refusal);
        return admission;
    }
    // A page's query is the page's own state: the browser reads it, not we.
    if (admission.route->is_documented) {
        const auto checked = check_parameters(admission.route->parameters, target->query);
        if (!checked) {
            admission.answer = problem(checked.error());
            return admission;
        }
    }
    admission.request.query = std::move(target->query);
    admission.request.target = head.target;
    admission.request.headers = head.headers;
    return admission;
}

namespace {

std::optional<Refusal> check_access(const Entrance& entrance, const RequestHead& head,
                                    const Target& target) {
    if (entrance.transport == Transport::kUnix) return std::nullopt;
    if (target.authority.empty()) return check_access(entrance.access, head);
    // RFC 9112 §3.2.2: the absolute form's host counts, whatever Host says.
    RequestHead absolute = head;
    std::erase_if(absolute.headers, [](const auto& header) { return header.first == "host"; });
    absolute.headers.emplace_back("host", target.authority);
    return check_access(entrance.access, absolute);
}

std::optional<Refusal> check_access(const AccessRules& rules, const RequestHead& head) {
    if (auto refusal = check_host(rules, head)) return refusal;
    return check_origin(rules, head);
}

void find_route(const Entrance& entrance, const RequestHead& head, const Target& target,
                Admission& admission) {
    if (head.method == "OPTIONS") {
        admission.answer = options_answer(entrance, head, target);
        return;
    }
    const auto method = method_of(head.method);
    if (!method && entrance.router.allowed(target.segments).empty()) {
        refuse(admission, {501, "method_unknown", "this method is not known here"});
        return;
    }
    Router::Match match;
    if (method) match = entrance.router.find(*method, target.segments);
    if (!method) match.allowed = entrance.router.allowed(target.segments);
    if (match.route == nullptr && match.allowed.empty()) {
        refuse(admission, {404, "not_found", "there is nothing under this path"});
        return;
    }
    if (match.route == nullptr) {
        const std::string allowed = allow_text(match.allowed);
        admission.answer =
            problem(405, "method_not_allowed", fmt::format("this path takes {}", allowed));
        admission.answer->headers.emplace_back("Allow", allowed);
        return;
    }
    const Route& route = *match.route;
    admission.route = &route;
    admission.request.method = *method;
    admission.request.captures = std::move(match.captures);
    admission.body_bytes_max = route.body_bytes_max;
    admission.body_limit = "upload_bytes_max";
    if (route.body_bytes_max == 0) {
        admission.body_bytes_max = entrance.limits.json_bytes_max;
        admission.body_limit = "json_bytes_max";
    }
}

/// What the path takes. A preflight of a page that is not configured gets no Access-Control header,
/// which is a no.
Response options_answer(const Entrance& entrance, const RequestHead& head, const Target& target) {
    const auto methods = entrance.router.allowed(target.segments);
    if (methods.empty() && target.path != "*") {
        return problem(404, "not_found", "there is nothing under this path");
    }
    Response response = empty_response(204);
    const std::string allowed =
        target.path == "*" ? "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS" : allow_text(methods);
    response.headers.emplace_back("Allow", allowed);
    const bool is_configured = !configured_origin(entrance.access, head).empty();
    if (is_configured && head.header("access-control-request-method")) {
        response.headers.emplace_back("Access-Control-Allow-Methods", allowed);
        response.headers.emplace_back("Access-Control-Allow-Headers", "Content-Type");
        response.headers.emplace_back("Access-Control-Max-Age", std::string(kPreflightSeconds));
    }
    return response;
}

std::string allow_text(const std::vector<Method>& methods) {
    std::vector<std::string_view> names;
    for (const Method method : methods) {
        names.push_back(name_of(method));
        if (method == Method::kGet) names.push_back("HEAD");
    }
    names.push_back("OPTIONS");
    return fmt::format("{}", fmt::join(names, ", "));
}

std::optional<Method> method_of(std::string_view name) {
    if (name == "HEAD") return Method::kGet;
    const auto at = std::ranges::find(kMethods, name, name_of);
    if (at == kMethods.end()) return std::nullopt;
    return *at;
}

std::optional<Refusal> check_body(const Admission& admission, const RequestHead& head) {
    if (auto refusal = check_codings(head)) return refusal;
    if (!head.has_body) return std::nullopt;
    const Route& route = *admission.route;
    if (route.bodies.empty()) {
        return Refusal{400, "body_not_taken",
                       fmt::format("{} of this path takes no body", name_of(route.method))};
    }
    if (auto refusal = check_media_type(route, head)) return refusal;
    if (head.body_bytes.value_or(0) <= admission.body_bytes_max) return std::nullopt;
    return Refusal{413, "body_too_large",
                   fmt::format("{}: the body has {} bytes, at most {} are taken",
                               admission.body_limit, *head.body_bytes, admission.body_bytes_max),
                   admission.body_limit};
}

std::optional<Refusal> check_codings(const RequestHead& head) {
    const auto content = head.header("content-encoding");
    if (content && !equals_ignoring_case(*content, "identity")) {
        return Refusal{415, "content_encoding_unknown", "compressed bodies are not taken"};
    }
    const auto expectation = head.header("expect");
    if (expectation && !equals_ignoring_case(*expectation, "100-continue")) {
        return Refusal{417, "expectation_unknown", "the only expectation met is 100-continue"};
    }
    return std::nullopt;
}

std::optional<Refusal> check_media_type(const Route& route, const RequestHead& head) {
    const std::string media_type = media_type_of(head.header("content-type").value_or(""));
    const auto takes = [&](const BodyKind& kind) { return accepts(kind.media_type, media_type); };
    if (std::ranges::any_of(route.bodies, takes)) return std::nullopt;
    std::vector<std::string_view> names;
    for (const BodyKind& kind : route.bodies) {
        names.push_back(kind.media_type);
    }
    return Refusal{415, "media_type_not_taken",
                   fmt::format("Content-Type is \"{}\"; this path takes {}",
                               media_type.substr(0, 100), fmt::join(names, ", "))};
}

bool accepts(std::string_view pattern, std::string_view media_type) {
    if (!pattern.ends_with("/*")) return pattern == media_type;
    pattern.remove_suffix(1);
    return media_type.size() > pattern.size() && media_type.starts_with(pattern);
}

void refuse(Admission& admission, const Refusal& refusal) {
    admission.answer = problem(refusal.status, refusal.code, refusal.detail);
    admission.limit = refusal.limit;
}

}  // namespace
}  // namespace sokkuri::http
