#include "http/metrics.h"
#include "http/native_routes.h"
#include "http/openapi.h"

namespace sokkuri::http {
namespace {

constexpr std::string_view kSection = "Operations";

Result<Response> get_health(const NativeApi& api, const Request& request);
Result<Response> get_readiness(const NativeApi& api, const Request& request);
Result<Response> get_metrics(const NativeApi& api, const Request& request);

}  // namespace

RouteTable operation_routes(const SharedApi& api) {
    return {
        {.pattern = "/healthz",
         .operation = "getHealth",
         .summary = "Whether the server is alive",
         .answers = {{.schema = "Health", .help = "It is."}},
         .work = WorkClass::kImmediate,
         .handler = bind_handler(api, get_health),
         .section = kSection},
        {.pattern = "/readyz",
         .operation = "getReadiness",
         .summary = "Whether the server should be sent requests",
         .answers = {{.schema = "Health", .help = "It should."},
                     {.status = 503,
                      .media_type = "application/problem+json",
                      .schema = "Problem",
                      .help = "It is opening its collections, or stopping."}},
         .work = WorkClass::kImmediate,
         .handler = bind_handler(api, get_readiness),
         .section = kSection},
        {.pattern = "/metrics",
         .operation = "getMetrics",
         .summary = "Figures since the start, for Prometheus",
         .answers = {{.media_type = "text/plain", .help = "Text format 0.0.4."}},
         .handler = bind_handler(api, get_metrics),
         .section = kSection},
    };
}

void add_description(RouteTable& table) {
    table.push_back({.pattern = "/openapi.json",
                     .operation = "getOpenApi",
                     .summary = "This description, as OpenAPI 3.1",
                     .answers = {{.schema = "", .help = "The description."}},
                     .work = WorkClass::kImmediate,
                     .section = kSection});
    const std::string text = openapi_json(table);
    table.back().handler = [text](const Request&) -> Result<Response> {
        return json_response(text);
    };
}

namespace {

Result<Response> get_health(const NativeApi&, const Request&) {
    return json_response(R"({"status":"ok"})");
}

Result<Response> get_readiness(const NativeApi& api, const Request&) {
    switch (api.readiness->state()) {
        case ServingState::kOpening:
            return problem(503, "unavailable", "the server is opening its collections");
        case ServingState::kStopping:
            return problem(503, "unavailable", "the server is stopping");
        case ServingState::kReady:
            break;
    }
    return json_response(R"({"status":"ready"})");
}

Result<Response> get_metrics(const NativeApi& api, const Request&) {
    return Response{.content_type = std::string(kMetricsMediaType),
                    .headers = {{"Cache-Control", "no-store"}},
                    .body = api.metrics->text()};
}

}  // namespace
}  // namespace sokkuri::http
