#include "cli/server_upkeep.h"

#include "base/json.h"
#include "base/shown_text.h"

#include <fmt/format.h>

namespace sokkuri::cli {
namespace {

ServerLink::Message message_to(const FolderHolder& holder, std::string_view what, std::string body);
std::string body_of(const service::VerifyRequest& request);
Error stopped(const FolderHolder& holder, std::string_view what);

}  // namespace

Result<collection::CompactReport> compact_through_server(
    const Invocation& invocation, const HeldFolder& held,
    const collection::CompactRequest& request) {
    FolderHolder holder = TRY(holder_of(invocation, held));
    const auto show = [&](const service::JobStatus& job) {
        if (request.progress && !job.stage.empty())
            request.progress(job.share, shown_text(job.stage));
    };
    const service::JobStatus job = TRY(in_context(
        holder.name, holder.link.run_job(message_to(holder, "compact", ""), show, request.stop)));
    if (job.compaction) return *job.compaction;
    return tl::unexpected(stopped(holder, "compacting"));
}

Result<collection::VerifyReport> verify_through_server(const Invocation& invocation,
                                                       const HeldFolder& held,
                                                       const service::VerifyRequest& request,
                                                       const collection::VerifyOptions& options) {
    FolderHolder holder = TRY(holder_of(invocation, held));
    const auto show = [&](const service::JobStatus& job) {
        if (options.progress && !job.stage.empty()) options.progress(shown_text(job.stage));
    };
    service::JobStatus job = TRY(in_context(
        holder.name,
        holder.link.run_job(message_to(holder, "verify", body_of(request)), show, options.stop)));
    if (job.verification) return std::move(*job.verification);
    return tl::unexpected(stopped(holder, "verifying"));
}

Result<collection::BackupReport> back_up_at_server(const Invocation& invocation,
                                                   const HeldFolder& held, const std::string& name,
                                                   const collection::BackupOptions& options) {
    FolderHolder holder = TRY(holder_of(invocation, held));
    std::string body;
    JsonWriter(body).begin_object().member("name", name).end_object();
    const auto show = [&](const service::JobStatus& job) {
        if (options.progress && !job.stage.empty()) options.progress(shown_text(job.stage));
    };
    const service::JobStatus job = TRY(in_context(
        holder.name,
        holder.link.run_job(message_to(holder, "backup", std::move(body)), show, options.stop)));
    if (job.backup) return *job.backup;
    return tl::unexpected(stopped(holder, "the backup"));
}

namespace {

ServerLink::Message message_to(const FolderHolder& holder, std::string_view what,
                               std::string body) {
    ServerLink::Message message{
        .method = HttpMethod::kPost,
        .target = fmt::format("/v1/collections/{}/{}", percent_encoded(holder.served.name), what),
        .body = std::move(body)};
    if (!message.body.empty()) message.content_type = "application/json";
    return message;
}

std::string body_of(const service::VerifyRequest& request) {
    using collection::VerifyOptions;
    std::string body;
    JsonWriter json(body);
    json.begin_object().member("deep", request.depth == VerifyOptions::Depth::kDeep);
    json.member("repair", request.repair == service::VerifyRequest::Repair::kYes).end_object();
    return body;
}

Error stopped(const FolderHolder& holder, std::string_view what) {
    return Error(ErrorCode::kCancelled, fmt::format("{}: {} was stopped", holder.name, what));
}

}  // namespace
}  // namespace sokkuri::cli
