// ServerLink: a sokkuri server, asked in the structs of service: the one that holds a folder,
// through the Unix socket that the folder's lock names, or any other by its URL (--server). Belongs
// to one thread.
#pragma once

#include "base/http_client.h"
#include "base/json.h"
#include "base/result.h"
#include "cli/job_reader.h"
#include "service/ingest.h"
#include "service/patch_item.h"
#include "service/vector_fields.h"

#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace sokkuri::cli {

/// Where a server listens: one of the two.
struct ServerAddress {
    std::string socket;  // of a Unix socket
    std::string url;     // "http://host:7171", without a slash at the end

    /// kInvalidArgument for anything but http and https.
    static Result<ServerAddress> parse(std::string_view url);
    const std::string& shown() const { return socket.empty() ? url : socket; }
};

class ServerLink {
 public:
    static Result<ServerLink> open(ServerAddress address);

    /// What a request may carry.
    struct Message {
        HttpMethod method = HttpMethod::kGet;
        std::string target;  // "/v1/…", encoded
        std::string content_type = {};
        std::string body = {};
        std::uint32_t time_max_ms = 60'000;  // until all of it is answered
    };
    /// The body of an answer that is no problem; else the problem as an error.
    Result<std::string> ask(Message message);
    /// Likewise, parsed.
    Result<JsonValue> ask_json(Message message);

    /// Asks, and gives the body of a 200 to `sink` as it comes, however long it is.
    Result<void> receive(const std::string& target, const BodySink& sink,
                         const std::stop_token& stop);

    struct Served {
        std::string name;   // of the collection
        std::string model;  // empty: it has none yet
    };
    /// The collection that lies in `home` (absolute); kNotFound when that server has none.
    Result<Served> find_collection(const std::string& home);
    /// The one of that name; of a server with one collection, that one where `name` is empty.
    Result<Served> choose_collection(const std::string& name);

    /// How a job goes on.
    using JobSink = std::function<void(const service::JobStatus& job)>;
    /// Starts the job that the request asks for and returns when it has ended. When `stop` asks for
    /// it, the job is canceled, and its end waited for; one that others have asked for, too, goes
    /// on without us, and the answer is canceled at once. An error when it has failed.
    Result<service::JobStatus> run_job(Message message, const JobSink& progress,
                                       const std::stop_token& stop);

    struct Embedding {
        std::vector<float> vector;
        std::string model;
    };
    /// By the model of that collection.
    Result<Embedding> embed(const std::string& collection, std::span<const std::byte> picture);

    /// As service::patch_items.
    Result<service::PatchReport> patch_items(const std::string& collection,
                                             std::span<const service::ItemPatch> patches);

    /// As service::add_vector_field and drop_vector_field.
    Result<void> put_field(const std::string& collection, const service::FieldRequest& field);
    Result<void> drop_field(const std::string& collection, const std::string& field);
    /// As service::switch_model, otherwise as `index`.
    Result<service::IngestReport> switch_model(const std::string& collection,
                                               const std::string& model,
                                               const service::ProgressSink& progress,
                                               const std::stop_token& stop);

    struct IndexWishes {
        std::string collection;
        service::MissingFiles missing = service::MissingFiles::kRemove;
    };
    /// As service::ingest, done by the server. When `stop` asks for it, the server's job is
    /// canceled and its report waited for, or left to others as by `run_job`.
    Result<service::IngestReport> index(const IndexWishes& wishes,
                                        const service::ProgressSink& progress,
                                        const std::stop_token& stop);

 private:
    ServerLink(std::unique_ptr<HttpClient> client, ServerAddress address)
        : client_(std::move(client)), address_(std::move(address)) {}

    /// A job that reads pictures: its report.
    Result<service::IngestReport> run_ingest(Message message, const service::ProgressSink& progress,
                                             const std::stop_token& stop);
    /// Until the job has ended; kCancelled once `stop` asks for it (the job goes on).
    Result<service::JobStatus> follow(const std::string& job, const JobSink& progress,
                                      const std::stop_token& stop);
    /// It goes on for others who have asked for it.
    Result<service::JobStatus> leave(const std::string& job);
    HttpRequest request_to(HttpMethod method, std::string_view target) const;
    /// Of one that has ended, with its whole report.
    Result<service::JobStatus> find_job(const std::string& job);
    Result<service::JobStatus> ask_for_job(const std::string& job);

    std::unique_ptr<HttpClient> client_;
    ServerAddress address_;
};

/// The error that an answer of problem+json stands for.
Error error_of(const HttpAnswer& answer);

/// As one segment of a URL's path.
std::string percent_encoded(std::string_view text);

}  // namespace sokkuri::cli
