// Flags of `sokkuri serve`: where it listens, whom it believes, what it indexes, and every limit of
// the HTTP server (http/limits.h) under its own name; and the structs of http that they fill.
#pragma once

#include "cli/option.h"
#include "cli/settings.h"
#include "http/limits.h"
#include "http/server.h"

#include <vector>

namespace sokkuri::cli {

/// --data, --backups, --host, --port, --allow-host, --allow-origin, --socket, --index, --watch.
std::vector<Option> listener_options();
/// --connections-max, --upload-bytes-max, …: the members of http::Limits with dashes.
std::vector<Option> server_limit_options();

http::Limits server_limits(const Settings& settings);
http::Address web_address(const Settings& settings);
http::AccessRules access_rules(const Settings& settings);

/// Whether only this machine can reach what listens at `host`.
bool is_loopback(std::string_view host);

}  // namespace sokkuri::cli
