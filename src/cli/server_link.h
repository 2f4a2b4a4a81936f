// ServerLink: the server that holds a folder, asked through the Unix socket that the folder's lock
// names, in the structs of service. Used by commands that write to such a folder. Belongs to one
// thread.
#pragma once

#include "base/http_client.h"
#include "base/json.h"
#include "base/result.h"
#include "cli/job_reader.h"
#include "service/ingest.h"

#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace sokkuri::cli {

class ServerLink {
 public:
    static Result<ServerLink> open(std::string socket);

    struct Served {
        std::string name;   // of the collection
        std::string model;  // empty: it has none yet
    };
    /// The collection of the pictures in `folder` (absolute); kNotFound when that server has none.
    Result<Served> find_collection(const std::string& folder);

    /// By the model of that collection.
    Result<std::vector<float>> embed(const std::string& collection,
                                     std::span<const std::byte> picture);

    struct IndexWishes {
        std::string collection;
        service::MissingFiles missing = service::MissingFiles::kRemove;
    };
    /// As service::ingest, done by the server. When `stop` asks for it, the server's job is
    /// canceled and its report waited for.
    Result<service::IngestReport> index(const IndexWishes& wishes,
                                        const service::ProgressSink& progress,
                                        const std::stop_token& stop);

 private:
    ServerLink(std::unique_ptr<HttpClient> client, std::string socket)
        : client_(std::move(client)), socket_(std::move(socket)) {}

    /// The id of the job.
    Result<std::string> start_index(const IndexWishes& wishes);
    /// Until the job has ended; kCancelled once `stop` asks for it (the job goes on).
    Result<service::JobStatus> follow(const std::string& job, const service::ProgressSink& progress,
                                      const std::stop_token& stop);
    Result<void> cancel(const std::string& job);
    HttpRequest request_to(HttpMethod method, std::string_view target) const;
    /// The JSON of an answer that is no problem.
    Result<JsonValue> ask(const HttpRequest& request);
    /// With its whole report.
    Result<service::JobStatus> find_job(const std::string& job);

    std::unique_ptr<HttpClient> client_;
    std::string socket_;
};

/// The error that an answer of problem+json stands for.
Error error_of(const HttpAnswer& answer);

/// As one segment of a URL's path.
std::string percent_encoded(std::string_view text);

}  // namespace sokkuri::cli
