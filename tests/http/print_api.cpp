// print_api markdown|openapi: docs/api.md, or what the server answers as openapi.json (over several
// lines, for web/openapi.json), on stdout. For developers; nothing of it is part of sokkuri.
#include "api_page.h"
#include "base/file_system.h"
#include "base/json.h"
#include "http/metrics.h"
#include "http/native_api.h"
#include "http/openapi.h"

#include <cstdio>
#include <string>

namespace {

std::string over_lines(const std::string& json) {
    std::string text;
    sokkuri::JsonWriter(text, sokkuri::JsonStyle::kPretty).value(sokkuri::parse_json(json).value());
    return text + "\n";
}

}  // namespace

int main(int count, char** arguments) {
    using namespace sokkuri;
    const std::string what = count == 2 ? arguments[1] : "";
    if (what != "markdown" && what != "openapi") {
        std::fputs("usage: print_api markdown|openapi\n", stderr);
        return 2;
    }
    const auto libraries = service::Libraries::open(posix_file_system(), {}, "");
    if (!libraries) {
        std::fprintf(stderr, "%s\n", libraries.error().message().c_str());
        return 1;
    }
    const auto jobs = service::Jobs::create(**libraries);
    const http::RouteTable routes =
        http::native_routes({.libraries = **libraries,
                             .jobs = *jobs,
                             .model = {},
                             .decode = {},
                             .ingest = {},
                             .limits = {},
                             .metrics = std::make_shared<http::ServerMetrics>(),
                             .readiness = std::make_shared<const http::Readiness>()});
    const std::string text =
        what == "openapi" ? over_lines(http::openapi_json(routes)) : api_page(routes);
    std::fwrite(text.data(), 1, text.size(), stdout);
    return 0;
}
