#include "http/access_rules.h"

#include "http/header_text.h"

#include <algorithm>

namespace sokkuri::http {
namespace {

constexpr std::size_t kShownBytesMax = 100;  // of what a client sent, in an answer

struct Authority {
    std::string name;  // lower case; an IPv6 address in its brackets
    std::string port;  // empty: none was said
};

std::optional<Authority> parse_authority(std::string_view text);
bool is_loopback(std::string_view name);
bool is_configured_host(const AccessRules& rules, const Authority& host);
bool is_own(std::string_view origin, std::string_view host);
bool may_change_state(std::string_view method);
std::string_view shown(std::string_view text);

}  // namespace

std::optional<Refusal> check_host(const AccessRules& rules, const RequestHead& head) {
    const std::size_t hosts = head.count("host");
    if (hosts == 0 && head.is_http_1_0) {
        return Refusal{400, "host_missing", "HTTP/1.0 requests need a Host header here, too"};
    }
    if (hosts != 1) {
        return Refusal{400, "host_missing",
                       fmt::format("exactly one Host header is needed, not {}", hosts)};
    }
    const std::string_view text = *head.header("host");
    const auto host = parse_authority(text);
    if (!host) return Refusal{400, "host_malformed", "the Host header is no host and port"};
    if (is_loopback(host->name) || is_configured_host(rules, *host)) return std::nullopt;
    return Refusal{421, "foreign_host",
                   fmt::format("this server does not answer for \"{}\"; names other than localhost "
                               "must be configured",
                               shown(text))};
}

std::optional<Refusal> check_origin(const AccessRules& rules, const RequestHead& head) {
    if (!may_change_state(head.method)) return std::nullopt;
    if (!configured_origin(rules, head).empty()) return std::nullopt;
    if (head.count("origin") > 1) {
        return Refusal{403, "foreign_origin", "more than one Origin header"};
    }
    const auto origin = head.header("origin");
    if (origin && !is_own(*origin, head.header("host").value_or(""))) {
        return Refusal{403, "foreign_origin",
                       fmt::format("pages of \"{}\" may not change anything here", shown(*origin))};
    }
    // Sent by browsers only, and not to be set by a page.
    const auto site = head.header("sec-fetch-site");
    if (site && (*site == "cross-site" || *site == "same-site")) {
        return Refusal{403, "foreign_origin", "pages of other sites may not change anything here"};
    }
    return std::nullopt;
}

std::string_view configured_origin(const AccessRules& rules, const RequestHead& head) {
    const auto origin = head.header("origin");
    if (!origin || head.count("origin") != 1) return "";
    const auto same = [&](const std::string& one) { return equals_ignoring_case(one, *origin); };
    return std::ranges::any_of(rules.origins, same) ? *origin : std::string_view();
}

namespace {

std::optional<Authority> parse_authority(std::string_view text) {
    Authority authority;
    std::size_t name_end = 0;
    if (text.starts_with('[')) {
        name_end = text.find(']');
        if (name_end == std::string_view::npos) return std::nullopt;
        ++name_end;
        const auto inside = text.substr(1, name_end - 2);
        if (inside.find_first_not_of("0123456789abcdefABCDEF:.") != inside.npos) {
            return std::nullopt;
        }
    } else {
        name_end = std::min(text.find(':'), text.size());
        const auto is_name = [](char c) {
            return is_letter_or_digit(c) || c == '-' || c == '.' || c == '_';
        };
        if (!std::ranges::all_of(text.substr(0, name_end), is_name)) return std::nullopt;
    }
    authority.name = lower_case(text.substr(0, name_end));
    if (authority.name.empty()) return std::nullopt;
    if (name_end == text.size()) return authority;
    if (text[name_end] != ':') return std::nullopt;
    authority.port = text.substr(name_end + 1);
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    if (authority.port.size() > 5 || !std::ranges::all_of(authority.port, is_digit)) {
        return std::nullopt;
    }
    return authority;
}

/// Names that no name server is asked about, so that no page can have them pointed anywhere.
bool is_loopback(std::string_view name) {
    return name == "localhost" || name == "127.0.0.1" || name == "[::1]";
}

bool is_configured_host(const AccessRules& rules, const Authority& host) {
    return std::ranges::any_of(rules.hosts, [&](const std::string& one) {
        const auto wanted = parse_authority(one);
        return wanted && wanted->name == host.name &&
               (wanted->port.empty() || wanted->port == host.port);
    });
}

/// An origin of the very host and port that the request went to. The scheme may be https: then
/// somebody in front of us speaks TLS.
bool is_own(std::string_view origin, std::string_view host) {
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (origin.starts_with(scheme) && !host.empty() &&
            equals_ignoring_case(origin.substr(scheme.size()), host)) {
            return true;
        }
    }
    return false;
}

bool may_change_state(std::string_view method) {
    return method != "GET" && method != "HEAD" && method != "OPTIONS";
}

std::string_view shown(std::string_view text) {
    return text.substr(0, kShownBytesMax);
}

}  // namespace
}  // namespace sokkuri::http
