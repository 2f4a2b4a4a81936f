#include "cli/server_link.h"

#include "base/path_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace sokkuri::cli {
namespace {

/// Events come at least every 15 s, if only as comments.
constexpr std::uint32_t kSilenceMaxMs = 60'000;
constexpr std::uint64_t kEventBytesMax = 4U << 20;
constexpr std::size_t kFailuresMax = 1'000'000;

constexpr std::array kErrorCodes = {
    ErrorCode::kInvalidArgument,  ErrorCode::kNotFound,  ErrorCode::kAlreadyExists,
    ErrorCode::kCorruption,       ErrorCode::kIo,        ErrorCode::kUnsupported,
    ErrorCode::kConflict,         ErrorCode::kExhausted, ErrorCode::kUnavailable,
    ErrorCode::kDeadlineExceeded, ErrorCode::kCancelled, ErrorCode::kInternal};

bool has_ended(service::JobState state);
Result<ReadJob> job_in(const JsonValue& answer);
/// Whether the "folder" of a collection is that one, also when its bytes are no text.
bool is_folder(const JsonValue& collection, const std::string& folder);

}  // namespace

Result<ServerLink> ServerLink::open(std::string socket) {
    std::unique_ptr<HttpClient> client = TRY(HttpClient::open());
    return ServerLink(std::move(client), std::move(socket));
}

Result<ServerLink::Served> ServerLink::find_collection(const std::string& folder) {
    const JsonValue answer = TRY(ask(request_to(HttpMethod::kGet, "/v1/collections")));
    const JsonValue* collections = TRY(answer.at("collections"));
    for (const JsonValue& collection : collections->items()) {
        if (!is_folder(collection, folder)) continue;
        const JsonValue* name = TRY(collection.at("name"));
        const JsonValue* model = collection.find("model");
        return Served{.name = std::string(name->text()),
                      .model = model == nullptr ? "" : std::string(model->text())};
    }
    return fail(ErrorCode::kNotFound, "the server at {} has no collection of {}", socket_, folder);
}

Result<std::vector<float>> ServerLink::embed(const std::string& collection,
                                             std::span<const std::byte> picture) {
    HttpRequest request = request_to(
        HttpMethod::kPost, fmt::format("/v1/embed?collection={}", percent_encoded(collection)));
    request.headers = {{"Content-Type", "image/*"}};  // told by its bytes
    request.body.assign(reinterpret_cast<const char*>(picture.data()), picture.size());
    const JsonValue answer = TRY(ask(request));
    const JsonValue* vector = TRY(answer.at("vector"));
    std::vector<float> values;
    for (const JsonValue& value : vector->items()) {
        const double number = TRY(in_context("vector", value.as_double()));
        values.push_back(static_cast<float>(number));
    }
    return values;
}

Result<service::IngestReport> ServerLink::index(const IndexWishes& wishes,
                                                const service::ProgressSink& progress,
                                                const std::stop_token& stop) {
    const std::string id = TRY(start_index(wishes));
    auto job = follow(id, progress, stop);
    if (!job && job.error().code() == ErrorCode::kCancelled) {
        TRY(cancel(id));
        job = follow(id, progress, {});
    }
    if (!job) return tl::unexpected(job.error());
    if (job->state == service::JobState::kFailed) {
        return fail(ErrorCode::kIo, "the server's job failed: {}", job->error);
    }
    if (job->report) return std::move(*job->report);
    return service::IngestReport{.was_interrupted = true};  // canceled before its turn came
}

Result<std::string> ServerLink::start_index(const IndexWishes& wishes) {
    HttpRequest request =
        request_to(HttpMethod::kPost,
                   fmt::format("/v1/collections/{}/index", percent_encoded(wishes.collection)));
    request.headers = {{"Content-Type", "application/json"}};
    request.body =
        fmt::format("{{\"keep_missing\":{}}}", wishes.missing == service::MissingFiles::kKeep);
    const JsonValue answer = TRY(ask(request));
    ReadJob job = TRY(job_in(answer));
    return std::move(job.status.id);
}

Result<service::JobStatus> ServerLink::follow(const std::string& job,
                                              const service::ProgressSink& progress,
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
            if (seen) progress(seen->status.progress);
        },
        stop));
    if (answer.status != 200) return tl::unexpected(error_of(answer));
    if (!seen) return tl::unexpected(seen.error().with_context("an event of the server"));
    const bool is_whole = has_ended(seen->status.state) && seen->failures_left_out == 0;
    if (is_whole) return std::move(seen->status);
    return find_job(job);
}

Result<void> ServerLink::cancel(const std::string& job) {
    TRY(ask(request_to(HttpMethod::kDelete, fmt::format("/v1/jobs/{}", percent_encoded(job)))));
    return {};
}

HttpRequest ServerLink::request_to(HttpMethod method, std::string_view target) const {
    return {
        .method = method, .url = fmt::format("http://localhost{}", target), .unix_socket = socket_};
}

Result<JsonValue> ServerLink::ask(const HttpRequest& request) {
    const HttpAnswer answer = TRY(client_->send(request, {}));
    if (answer.status >= 300) return tl::unexpected(error_of(answer));
    return in_context("the server's answer", parse_json(answer.body));
}

Result<service::JobStatus> ServerLink::find_job(const std::string& id) {
    const std::string target =
        fmt::format("/v1/jobs/{}?failures={}", percent_encoded(id), kFailuresMax);
    const JsonValue answer = TRY(ask(request_to(HttpMethod::kGet, target)));
    ReadJob job = TRY(job_in(answer));
    if (has_ended(job.status.state)) return std::move(job.status);
    return fail(ErrorCode::kUnavailable, "the server stopped telling of job {}", id);
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

Result<ReadJob> job_in(const JsonValue& answer) {
    const JsonValue* job = TRY(answer.at("job"));
    return in_context("job", read_job(*job));
}

bool is_folder(const JsonValue& collection, const std::string& folder) {
    const JsonValue* exact = collection.find("folder_bytes");
    if (exact != nullptr) return exact->text() == path_bytes(folder);
    const JsonValue* text = collection.find("folder");
    return text != nullptr && text->text() == folder;
}

}  // namespace
}  // namespace sokkuri::cli
