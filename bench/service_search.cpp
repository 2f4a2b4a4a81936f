// The same searches as bench_http_load asks a server for, without a server: threads that call
// service::search. What HTTP adds is the difference. Usage: bench_service_search FOLDER
// MODELS_FOLDER REQUESTS THREADS SECONDS. Prints one line of JSON.
#include "latencies.h"
#include "request_list.h"
#include "service/search.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace sokkuri::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::string_view kItems = "/items/";
constexpr std::string_view kSimilar = "/similar";

struct Load {
    std::vector<HttpRequest> requests;
    service::ModelChoice model;
    std::size_t threads = 1;
    double seconds = 1;
};

/// The `k` of a target's query; ids must need no percent-encoding.
service::SearchQuery query_of(const HttpRequest& request, const Load& load, std::uint64_t number) {
    service::SearchQuery query{.model = load.model};
    const std::size_t at = request.target.find("k=");
    if (at != std::string::npos) query.k = std::stoul(request.target.substr(at + 2));
    if (request.method == "GET") {
        const std::size_t from = request.target.find(kItems) + kItems.size();
        const std::size_t end = request.target.find(kSimilar, from);
        query.what = service::ByItem{.id_or_path = request.target.substr(from, end - from)};
        return query;
    }
    const std::string body = body_of(request, number);
    const auto* bytes = reinterpret_cast<const std::byte*>(body.data());
    query.what = service::ByUpload{.picture = {bytes, bytes + body.size()}};
    return query;
}

Result<Latencies> search_on(const service::Library& library, const Load& load, std::uint64_t seed) {
    Latencies latencies;
    std::mt19937_64 random(seed);
    const auto end = Clock::now() + std::chrono::duration<double>(load.seconds);
    for (auto now = Clock::now(); now < end;) {
        const HttpRequest& request = load.requests[random() % load.requests.size()];
        const service::SearchQuery query = query_of(request, load, random());
        const auto asked = Clock::now();
        TRY(service::search(library, query));
        now = Clock::now();
        latencies.add(now - asked);
    }
    return latencies;
}

Result<void> measure(const std::string& folder, const Load& load) {
    const service::Library library = TRY(
        service::Library::open(posix_file_system(), folder, "", service::LibraryAccess::kWrite));
    // Loads the model, where the requests need it.
    TRY(service::search(library, query_of(load.requests.front(), load, 0)));
    std::vector<Result<Latencies>> results(load.threads);
    const auto started = Clock::now();
    {
        std::vector<std::jthread> threads;
        for (std::size_t i = 0; i < load.threads; ++i) {
            threads.emplace_back([&, i] { results[i] = search_on(library, load, i + 1); });
        }
    }
    const double seconds = std::chrono::duration<double>(Clock::now() - started).count();
    Latencies all;
    for (const Result<Latencies>& result : results) {
        if (!result) return tl::unexpected(result.error());
        all.join(*result);
    }
    fmt::print("{{\"clients\":{},{}}}\n", load.threads, all.json(seconds));
    return {};
}

}  // namespace
}  // namespace sokkuri::bench

int main(int count, char** words) {
    using namespace sokkuri::bench;
    if (count != 6) {
        fmt::print(stderr, "usage: {} FOLDER MODELS_FOLDER REQUESTS THREADS SECONDS\n", words[0]);
        return 2;
    }
    const Load load{.requests = read_requests(words[3]),
                    .model = {.models_folder = words[2]},
                    .threads = static_cast<std::size_t>(std::atoi(words[4])),
                    .seconds = std::atof(words[5])};
    const auto measured = measure(words[1], load);
    if (measured) return 0;
    fmt::print(stderr, "{}\n", measured.error().message());
    return 1;
}
