#include "http/native_routes.h"
#include "http/request_json.h"
#include "http/started_job.h"

namespace sokkuri::http {
namespace {

Result<Response> compact(const NativeApi& api, const Request& request);
Result<Response> verify(const NativeApi& api, const Request& request);
Result<Response> back_up(const NativeApi& api, const Request& request);

}  // namespace

RouteTable upkeep_routes(const SharedApi& api) {
    constexpr std::string_view kSection = "Jobs";
    return {
        {.method = Method::kPost,
         .pattern = "/v1/collections/{collection}/compact",
         .operation = "startCompact",
         .summary = "Give the room of removed and replaced items back to the disk",
         .description = "In the background. Puts wait while vectors are moved, searches for "
                        "nothing. Needs as much free room as the vectors in use take. Canceling "
                        "the job loses nothing.",
         .answers = {kJobStarted, kTooManyJobs, kNoSuchCollection},
         .handler = bind_handler(api, compact),
         .section = kSection},
        {.method = Method::kPost,
         .pattern = "/v1/collections/{collection}/verify",
         .operation = "startVerify",
         .summary = "Compare every file of the collection with its checksums, and mend it",
         .description = "In the background; reads every byte. With `repair`, segments are made "
                        "anew from vectors, thumbnails when they are next asked for; what does not "
                        "follow from the rest comes back from a backup, or by indexing again. "
                        "Searches go on meanwhile.",
         .bodies = {{"application/json", "VerifyBody"}},
         .answers = {kJobStarted, kTooManyJobs, kNoSuchCollection},
         .handler = bind_handler(api, verify),
         .section = kSection},
        {.method = Method::kPost,
         .pattern = "/v1/collections/{collection}/backup",
         .operation = "startBackup",
         .summary = "Copy the collection, as it is at one moment, into the server's backup folder",
         .description =
             "In the background, while searches and changes go on. Made again under the "
             "same name it copies what is new. The copy is a collection itself: `sokkuri "
             "restore` brings it back. Until the job is done, the backup of that name is "
             "what it was before, also when the job is canceled. 422 where the server "
             "was started without a folder for backups.",
         .bodies = {{"application/json", "BackupBody"}},
         .answers = {kJobStarted, kTooManyJobs, kNoSuchCollection},
         .handler = bind_handler(api, back_up),
         .section = kSection},
    };
}

namespace {

Result<Response> compact(const NativeApi& api, const Request& request) {
    return started_job(api.libraries, api.jobs.compact(request.capture("collection")));
}

/// The body may be missing.
Result<Response> verify(const NativeApi& api, const Request& request) {
    using collection::VerifyOptions;
    static constexpr std::string_view kMembers[] = {"deep", "repair"};
    service::VerifyRequest wish;
    if (!request.body.empty()) {
        const RequestJson body = TRY(RequestJson::parse(request.body, api.limits, kMembers));
        const auto is_deep = TRY(body.boolean("deep"));
        const auto repairs = TRY(body.boolean("repair"));
        if (is_deep.value_or(false)) wish.depth = VerifyOptions::Depth::kDeep;
        if (repairs.value_or(false)) wish.repair = service::VerifyRequest::Repair::kYes;
    }
    return started_job(api.libraries, api.jobs.verify(request.capture("collection"), wish));
}

Result<Response> back_up(const NativeApi& api, const Request& request) {
    static constexpr std::string_view kMembers[] = {"name"};
    const RequestJson body = TRY(RequestJson::parse(request.body, api.limits, kMembers));
    const auto name = TRY(body.string("name"));
    if (!name) return fail(ErrorCode::kInvalidArgument, "body: a \"name\" is expected");
    const std::string target = TRY(api.backups.place_of(*name));
    return started_job(api.libraries, api.jobs.back_up(request.capture("collection"), target));
}

}  // namespace
}  // namespace sokkuri::http
