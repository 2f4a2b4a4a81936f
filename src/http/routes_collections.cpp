#include "base/hash.h"
#include "http/collection_json.h"
#include "http/job_json.h"
#include "http/native_routes.h"
#include "http/query_values.h"
#include "service/stats.h"

namespace sokkuri::http {
namespace {

constexpr std::size_t kFailuresDefault = 100;
constexpr std::size_t kFailuresMax = 1'000;
constexpr double kCursorBytesMax = 8'192;  // a path of 4096 bytes as base64

Result<Response> list_collections(const NativeApi& api, const Request& request);
Result<Response> get_collection(const NativeApi& api, const Request& request);
Result<Response> list_failures(const NativeApi& api, const Request& request);
Result<void> write_entry(JsonWriter& json, const NativeApi& api, std::string_view name,
                         const service::Library& library);

}  // namespace

RouteTable collection_routes(const SharedApi& api) {
    constexpr std::string_view kSection = "Collections";
    return {
        {.pattern = "/v1/collections",
         .operation = "listCollections",
         .summary = "The collections that this server serves",
         .answers = {{.schema = "CollectionList", .help = "All of them."}},
         .handler = bind_handler(api, list_collections),
         .section = kSection},
        {.pattern = "/v1/collections/{collection}",
         .operation = "getCollection",
         .summary = "One collection: counts, model, size, running jobs",
         .answers = {{.schema = "Collection", .help = "The collection."}, kNoSuchCollection},
         .handler = bind_handler(api, get_collection),
         .section = kSection},
        {.pattern = "/v1/collections/{collection}/failures",
         .operation = "listFailures",
         .summary = "Files that could not be read as pictures, with reasons",
         .description = "By path. Each run of indexing tries again those that have changed.",
         .parameters = {{.name = "after",
                         .help = "`next` of the page before.",
                         .maximum = kCursorBytesMax},
                        {.name = "limit",
                         .kind = ParameterKind::kInteger,
                         .help = "Failures in one answer.",
                         .fallback = "100",
                         .minimum = 1,
                         .maximum = kFailuresMax}},
         .answers = {{.schema = "FailureList", .help = "A page of them."}, kNoSuchCollection},
         .handler = bind_handler(api, list_failures),
         .section = kSection},
    };
}

namespace {

Result<Response> list_collections(const NativeApi& api, const Request&) {
    std::string text;
    JsonWriter json(text);
    json.begin_object().key("collections").begin_array();
    for (const auto& entry : api.libraries.all()) {
        TRY(write_entry(json, api, entry->name, entry->library));
    }
    json.end_array().end_object();
    return json_response(std::move(text));
}

Result<Response> get_collection(const NativeApi& api, const Request& request) {
    const service::Library* library = TRY(find_library(api, request));
    std::string text;
    JsonWriter json(text);
    TRY(write_entry(json, api, request.capture("collection"), *library));
    return json_response(std::move(text));
}

/// Cursors are paths, which may be any bytes, as base64url.
Result<Response> list_failures(const NativeApi& api, const Request& request) {
    const service::Library* library = TRY(find_library(api, request));
    const std::vector<std::byte> after =
        TRY(in_context("after", parse_base64url(text_value(request, "after"))));
    const auto limit = TRY(integer_value(request, "limit"));
    const std::size_t limit_rows = limit.value_or(kFailuresDefault);
    const std::string after_path(reinterpret_cast<const char*>(after.data()), after.size());
    // One more, to know whether there are more.
    std::vector<service::FailedFile> failures =
        TRY(service::failures(*library, after_path, limit_rows + 1));
    std::string next;
    if (failures.size() > limit_rows) {
        failures.pop_back();
        next = base64url(std::as_bytes(std::span(failures.back().path)));
    }
    return json_response(failure_list_json(failures, next));
}

Result<void> write_entry(JsonWriter& json, const NativeApi& api, std::string_view name,
                         const service::Library& library) {
    const service::LibraryStats stats = TRY(service::stats(library));
    std::vector<service::JobStatus> jobs = api.jobs.all();
    std::erase_if(jobs, [&](const service::JobStatus& job) {
        return job.collection != name || has_ended(job);
    });
    write_collection(json,
                     {.name = name, .stats = stats, .libraries = api.libraries, .jobs = jobs});
    return {};
}

}  // namespace
}  // namespace sokkuri::http
