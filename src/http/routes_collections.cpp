#include "base/hash.h"
#include "http/collection_json.h"
#include "http/job_json.h"
#include "http/native_routes.h"
#include "http/new_collection_json.h"
#include "http/percent_encoding.h"
#include "http/query_values.h"
#include "service/new_collection.h"
#include "service/stats.h"

namespace sokkuri::http {
namespace {

constexpr std::size_t kFailuresDefault = 100;
constexpr std::size_t kFailuresMax = 1'000;
constexpr double kCursorBytesMax = 8'192;  // a path of 4096 bytes as base64

Result<Response> list_collections(const NativeApi& api, const Request& request);
Result<Response> get_collection(const NativeApi& api, const Request& request);
Result<Response> put_collection(const NativeApi& api, const Request& request);
Result<Response> drop_collection(const NativeApi& api, const Request& request);
Result<Response> list_failures(const NativeApi& api, const Request& request);
Route put_route(const SharedApi& api);
Route drop_route(const SharedApi& api);
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
        put_route(api),
        drop_route(api),
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

Route put_route(const SharedApi& api) {
    return {
        .method = Method::kPut,
        .pattern = "/v1/collections/{collection}",
        .operation = "putCollection",
        .summary = "Make a collection without a folder of pictures",
        .description =
            "In the folder that the server was given by `--data`. Its items come one by one, "
            "each with a picture, a vector, or both. Names are as OpenSearch has them for "
            "indexes: lower case, at most 255 bytes, none of \\ / * ? \" < > | space , # :, not "
            "beginning with - _ +. One that is there as asked for is answered as it is.",
        .bodies = {{"application/json", "NewCollection"}},
        .answers = {{.schema = "Collection", .help = "It was there, as asked for."},
                    {.status = 201,
                     .schema = "Collection",
                     .help = "It is made; Location names it."},
                    {.status = 409,
                     .media_type = "application/problem+json",
                     .schema = "Problem",
                     .help = "One of that name is there, and says in what it differs."}},
        .work = WorkClass::kWriting,
        .handler = bind_handler(api, put_collection),
        .section = "Collections"};
}

Route drop_route(const SharedApi& api) {
    return {
        .method = Method::kDelete,
        .pattern = "/v1/collections/{collection}",
        .operation = "dropCollection",
        .summary = "Drop a collection",
        .description =
            "Its items, vectors and the pictures that came without a file are gone "
            "for good; jobs that work on it end. The files of an indexed folder are "
            "never touched.",
        .answers = {{.status = 204, .media_type = "", .help = "It is gone."}, kNoSuchCollection},
        .work = WorkClass::kWaiting,
        .handler = bind_handler(api, drop_collection),
        .section = "Collections"};
}

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
    const auto library = TRY(find_library(api, request));
    std::string text;
    JsonWriter json(text);
    TRY(write_entry(json, api, request.capture("collection"), *library));
    return json_response(std::move(text));
}

Result<Response> put_collection(const NativeApi& api, const Request& request) {
    service::NewCollection wanted = TRY(read_new_collection(request, api.limits));
    wanted.name = request.capture("collection");
    wanted.models_folder = api.model.models_folder;
    const service::MadeCollection made = TRY(service::make_collection(api.libraries, wanted));
    std::string text;
    JsonWriter json(text);
    TRY(write_entry(json, api, wanted.name, *made.library));
    Response response = json_response(std::move(text), made.was_created ? 201 : 200);
    if (made.was_created) {
        response.headers.emplace_back("Location",
                                      "/v1/collections/" + percent_encoded(wanted.name));
    }
    return response;
}

Result<Response> drop_collection(const NativeApi& api, const Request& request) {
    const std::string& name = request.capture("collection");
    TRY(api.libraries.drop(name, [&] { api.jobs.end(name); }));
    return empty_response();
}

/// Cursors are paths, which may be any bytes, as base64url.
Result<Response> list_failures(const NativeApi& api, const Request& request) {
    const auto library = TRY(find_library(api, request));
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
