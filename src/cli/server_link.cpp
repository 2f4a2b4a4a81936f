#include "cli/server_link.h"

#include "base/path_json.h"
#include "cli/patch_lines.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

namespace sokkuri::cli {
namespace {

/// Events come at least every 15 s, if only as comments.
constexpr std::uint32_t kSilenceMaxMs = 60'000;
constexpr std::uint64_t kEventBytesMax = 4U << 20;
constexpr std::size_t kFailuresMax = 1'000'000;

constexpr std::array kErrorCodes = {ErrorCode::kInvalidArgument,
                                    ErrorCode::kNotFound,
                                    ErrorCode::kAlreadyExists,
                                    ErrorCode::kCorruption,
                                    ErrorCode::kIo,
                                    ErrorCode::kUnsupported,
                                    ErrorCode::kConflict,
                                    ErrorCode::kExhausted,
                                    ErrorCode::kNoSpace,
                                    ErrorCode::kUnavailable,
                                    ErrorCode::kDeadlineExceeded,
                                    ErrorCode::kCancelled,
                                    ErrorCode::kInternal};

bool has_ended(service::JobState state);
std::string field_target(std::string_view collection, std::string_view field);
Result<ReadJob> job_in(const JsonValue& answer);
Result<ServerLink::Served> served_of(const JsonValue& collection);
/// Whether the "home" of a collection is that one, also when its bytes are no text.
bool lies_in(const JsonValue& collection, const std::string& home);

}  // namespace

Result<ServerAddress> ServerAddress::parse(std::string_view url) {
    const std::string_view scheme = url.substr(0, url.find("://"));
    const bool is_known = scheme == "http" || scheme == "https";
    if (!is_known || url.size() <= scheme.size() + 3) {
        return fail(ErrorCode::kInvalidArgument,
                    "--server {}: a URL is expected, like http://localhost:7171", url);
    }
    while (url.ends_with('/'))
        url.remove_suffix(1);
    return ServerAddress{.url = std::string(url)};
}

Result<ServerLink> ServerLink::open(ServerAddress address) {
    std::unique_ptr<HttpClient> client = TRY(HttpClient::open());
    return ServerLink(std::move(client), std::move(address));
}

Result<ServerLink::Served> ServerLink::find_collection(const std::string& home) {
    const JsonValue answer = TRY(ask_json({.target = "/v1/collections"}));
    const JsonValue* collections = TRY(answer.at("collections"));
    for (const JsonValue& collection : collections->items()) {
        if (!lies_in(collection, home)) continue;
        return served_of(collection);
    }
    return fail(ErrorCode::kNotFound, "the server at {} has no collection in {}", address_.shown(),
                home);
}

Result<ServerLink::Served> ServerLink::choose_collection(const std::string& name) {
    const JsonValue answer = TRY(ask_json({.target = "/v1/collections"}));
    const JsonValue* collections = TRY(answer.at("collections"));
    if (name.empty() && collections->items().size() == 1) {
        return served_of(collections->items().front());
    }
    std::vector<std::string_view> names;
    for (const JsonValue& collection : collections->items()) {
        const JsonValue* own = TRY(collection.at("name"));
        if (own->text() == name) return served_of(collection);
        names.push_back(own->text());
    }
    const std::string all = names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", "));
    if (!name.empty()) {
        return fail(ErrorCode::kNotFound, "the server at {} has no collection {}; it has: {}",
                    address_.shown(), name, all);
    }
    return fail(ErrorCode::kInvalidArgument, "which collection? Name one with --in; {} has: {}",
                address_.shown(), all);
}

Result<ServerLink::Embedding> ServerLink::embed(const std::string& collection,
                                                std::span<const std::byte> picture) {
    Message message{
        .method = HttpMethod::kPost,
        .target = fmt::format("/v1/embed?collection={}", percent_encoded(collection)),
        .content_type = "image/*",  // told by its bytes
    };
    message.body.assign(reinterpret_cast<const char*>(picture.data()), picture.size());
    const JsonValue answer = TRY(ask_json(std::move(message)));
    const JsonValue* vector = TRY(answer.at("vector"));
    const JsonValue* model = answer.find("model");
    Embedding embedding;
    if (model != nullptr) embedding.model = model->text();
    for (const JsonValue& value : vector->items()) {
        const double number = TRY(in_context("vector", value.as_double()));
        embedding.vector.push_back(static_cast<float>(number));
    }
    return embedding;
}

Result<service::PatchReport> ServerLink::patch_items(const std::string& collection,
                                                     std::span<const service::ItemPatch> patches) {
    const JsonValue answer = TRY(
        ask_json({.method = HttpMethod::kPatch,
                  .target = fmt::format("/v1/collections/{}/items", percent_encoded(collection)),
                  .content_type = "application/x-ndjson",
                  .body = patch_lines(patches)}));
    return in_context("the server's answer", read_patch_report(answer, patches.size()));
}

Result<service::IngestReport> ServerLink::index(const IndexWishes& wishes,
                                                const service::ProgressSink& progress,
                                                const std::stop_token& stop) {
    const bool keeps = wishes.missing == service::MissingFiles::kKeep;
    return run_ingest(
        {.method = HttpMethod::kPost,
         .target = fmt::format("/v1/collections/{}/index", percent_encoded(wishes.collection)),
         .content_type = "application/json",
         .body = fmt::format("{{\"keep_missing\":{}}}", keeps)},
        progress, stop);
}

Result<void> ServerLink::put_field(const std::string& collection,
                                   const service::FieldRequest& field) {
    std::string body;
    JsonWriter json(body);
    json.begin_object().member("metric", index::name_of(field.metric));
    if (!field.model.empty()) json.member("model", field.model);
    if (field.dimension) json.member("dimension", *field.dimension);
    json.end_object();
    TRY(ask({.method = HttpMethod::kPut,
             .target = field_target(collection, field.name),
             .content_type = "application/json",
             .body = std::move(body)}));
    return {};
}

Result<void> ServerLink::drop_field(const std::string& collection, const std::string& field) {
    TRY(ask({.method = HttpMethod::kDelete, .target = field_target(collection, field)}));
    return {};
}

Result<service::IngestReport> ServerLink::switch_model(const std::string& collection,
                                                       const std::string& model,
                                                       const service::ProgressSink& progress,
                                                       const std::stop_token& stop) {
    std::string body;
    JsonWriter(body).begin_object().member("model", model).end_object();
    return run_ingest(
        {.method = HttpMethod::kPost,
         .target = fmt::format("/v1/collections/{}/model", percent_encoded(collection)),
         .content_type = "application/json",
         .body = std::move(body)},
        progress, stop);
}

Result<service::IngestReport> ServerLink::run_ingest(Message message,
                                                     const service::ProgressSink& progress,
                                                     const std::stop_token& stop) {
    const auto show = [&](const service::JobStatus& job) { progress(job.progress); };
    service::JobStatus job = TRY(run_job(std::move(message), show, stop));
    if (job.report) return *job.report;
    return service::IngestReport{.was_interrupted = true};  // canceled before its turn came
}

Result<service::JobStatus> ServerLink::run_job(Message message, const JobSink& progress,
                                               const std::stop_token& stop) {
    const JsonValue answer = TRY(ask_json(std::move(message)));
    const ReadJob started = TRY(job_in(answer));
    const std::string& id = started.status.id;
    auto job = follow(id, progress, stop);
    if (!job && job.error().code() == ErrorCode::kCancelled) {
        job = TRY(leave(id));
        const bool is_others = !job->is_stopping && !has_ended(job->state);
        if (is_others) {
            job->state = service::JobState::kCancelled;  // for us
        } else {
            job = follow(id, progress, {});
        }
    }
    if (job && job->state == service::JobState::kFailed) {
        return fail(ErrorCode::kIo, "the server's job failed: {}", job->error);
    }
    return job;
}

Result<service::JobStatus> ServerLink::follow(const std::string& job, const JobSink& progress,
                                              const std::stop_token& stop) {
    HttpRequest request =
        request_to(HttpMethod::kGet, fmt::format("/v1/jobs/{}/events", percent_encoded(job)));
    request.limits.total_time_max_ms = 0;
    request.limits.idle_time_max_ms = kSilenceMaxMs;
    request.limits.answer_bytes_max = kEventBytesMax;
    Result<ReadJob> seen = fail(ErrorCode::kUnavailable, "the server told nothing of job {}", job);
    const HttpAnswer answer = TRY(client_->follow(
        request,
        [&](const ServerEvent& event) {
            const auto tree = parse_json(event.data);
            seen = tree ? read_job(*tree) : tl::unexpected(tree.error());
            if (seen) progress(seen->status);
        },
        stop));
    if (answer.status != 200) return tl::unexpected(error_of(answer));
    if (!seen) return tl::unexpected(seen.error().with_context("an event of the server"));
    const bool is_whole = has_ended(seen->status.state) && seen->failures_left_out == 0;
    if (is_whole) return std::move(seen->status);
    return find_job(job);
}

Result<service::JobStatus> ServerLink::leave(const std::string& job) {
    const std::string target = fmt::format("/v1/jobs/{}", percent_encoded(job));
    auto answer = ask_json({.method = HttpMethod::kDelete, .target = target + "?leave=true"});
    const bool is_earlier = !answer && answer.error().code() == ErrorCode::kInvalidArgument;
    // A server of an earlier version takes no parameter: it leaves what waits to others, and ends
    // what runs.
    if (is_earlier) answer = ask_json({.method = HttpMethod::kDelete, .target = target});
    const JsonValue said = TRY(std::move(answer));
    ReadJob left = TRY(job_in(said));
    left.status.is_stopping |= is_earlier && left.status.state == service::JobState::kRunning;
    return std::move(left.status);
}

HttpRequest ServerLink::request_to(HttpMethod method, std::string_view target) const {
    const std::string base = address_.url.empty() ? "http://localhost" : address_.url;
    return {
        .method = method, .url = fmt::format("{}{}", base, target), .unix_socket = address_.socket};
}

Result<std::string> ServerLink::ask(Message message) {
    HttpRequest request = request_to(message.method, message.target);
    if (!message.content_type.empty()) {
        request.headers = {{"Content-Type", std::move(message.content_type)}};
    }
    request.body = std::move(message.body);
    request.limits.total_time_max_ms = message.time_max_ms;
    request.limits.idle_time_max_ms =
        std::max(request.limits.idle_time_max_ms, message.time_max_ms / 2);
    HttpAnswer answer = TRY(client_->send(request, {}));
    if (answer.status >= 300) return tl::unexpected(error_of(answer));
    return std::move(answer.body);
}

Result<void> ServerLink::receive(const std::string& target, const BodySink& sink,
                                 const std::stop_token& stop) {
    HttpRequest request = request_to(HttpMethod::kGet, target);
    request.limits.total_time_max_ms = 0;
    request.limits.idle_time_max_ms = kSilenceMaxMs;
    const HttpAnswer answer = TRY(client_->receive(request, sink, stop));
    if (answer.status != 200) return tl::unexpected(error_of(answer));
    return {};
}

Result<JsonValue> ServerLink::ask_json(Message message) {
    const std::string body = TRY(ask(std::move(message)));
    return in_context("the server's answer", parse_json(body));
}

Result<service::JobStatus> ServerLink::find_job(const std::string& id) {
    service::JobStatus job = TRY(ask_for_job(id));
    if (has_ended(job.state)) return job;
    return fail(ErrorCode::kUnavailable, "the server stopped telling of job {}", id);
}

Result<service::JobStatus> ServerLink::ask_for_job(const std::string& id) {
    const std::string target =
        fmt::format("/v1/jobs/{}?failures={}", percent_encoded(id), kFailuresMax);
    const JsonValue answer = TRY(ask_json({.target = target}));
    ReadJob job = TRY(job_in(answer));
    return std::move(job.status);
}

Error error_of(const HttpAnswer& answer) {
    const auto problem = parse_json(answer.body);
    const JsonValue* code = problem ? problem->find("code") : nullptr;
    const JsonValue* detail = problem ? problem->find("detail") : nullptr;
    const std::string said =
        fmt::format("the server answered {}{}{}", answer.status, detail == nullptr ? "" : ": ",
                    detail == nullptr ? "" : detail->text());
    for (const ErrorCode each : kErrorCodes) {
        std::string name(name_of(each));
        std::ranges::replace_if(
            name, [](char letter) { return letter == ' ' || letter == '/'; }, '_');
        if (code != nullptr && code->text() == name) return Error(each, said);
    }
    if (answer.status == 413) return Error(ErrorCode::kExhausted, said);
    const bool is_overload = answer.status == 429 || answer.status == 503;
    return Error(is_overload ? ErrorCode::kUnavailable : ErrorCode::kIo, said);
}

std::string percent_encoded(std::string_view text) {
    std::string encoded;
    for (const char letter : text) {
        const bool is_plain = (letter >= 'a' && letter <= 'z') ||
                              (letter >= 'A' && letter <= 'Z') ||
                              (letter >= '0' && letter <= '9') || letter == '-' || letter == '_' ||
                              letter == '.' || letter == '~';
        encoded += is_plain ? std::string(1, letter)
                            : fmt::format("%{:02X}", static_cast<unsigned char>(letter));
    }
    return encoded;
}

namespace {

bool has_ended(service::JobState state) {
    return state != service::JobState::kQueued && state != service::JobState::kRunning;
}

std::string field_target(std::string_view collection, std::string_view field) {
    return fmt::format("/v1/collections/{}/fields/{}", percent_encoded(collection),
                       percent_encoded(field));
}

Result<ReadJob> job_in(const JsonValue& answer) {
    const JsonValue* job = TRY(answer.at("job"));
    return in_context("job", read_job(*job));
}

Result<ServerLink::Served> served_of(const JsonValue& collection) {
    const JsonValue* name = TRY(collection.at("name"));
    const JsonValue* model = collection.find("model");
    return ServerLink::Served{.name = std::string(name->text()),
                              .model = model == nullptr ? "" : std::string(model->text())};
}

bool lies_in(const JsonValue& collection, const std::string& home) {
    const JsonValue* exact = collection.find("home_bytes");
    if (exact != nullptr) return exact->text() == path_bytes(home);
    const JsonValue* text = collection.find("home");
    return text != nullptr && text->text() == home;
}

}  // namespace
}  // namespace sokkuri::cli
