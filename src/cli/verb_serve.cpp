#include "base/log.h"
#include "base/shown_text.h"
#include "cli/ingest_options.h"
#include "cli/interrupt.h"
#include "cli/job_watch.h"
#include "cli/library_options.h"
#include "cli/progress.h"
#include "cli/serve_options.h"
#include "cli/socket_place.h"
#include "cli/verbs.h"
#include "http/embedded_page.h"
#include "http/metrics.h"
#include "http/native_api.h"
#include "http/page_assets.h"
#include "http/server.h"
#include "service/data_watch.h"
#include "service/folder_follower.h"
#include "service/stats.h"

#include <fmt/format.h>

#include <chrono>
#include <optional>

namespace sokkuri::cli {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kFoldersMax = 64;

Result<ExitCode> run(Invocation& invocation);
/// The folders to serve; empty when none is named and none is around here.
Result<std::vector<service::LibraryPlace>> places_of(const Invocation& invocation);

/// All that serves, in the order in which it is made; undone the other way round.
class Serving {
 public:
    static Result<std::unique_ptr<Serving>> open(const Invocation& invocation,
                                                 const std::vector<service::LibraryPlace>& places);

    /// Until stopped.
    Result<void> run(const Invocation& invocation, const std::stop_token& stop);

 private:
    Serving(Clock::time_point started, SocketPlace socket,
            std::unique_ptr<service::Libraries> libraries)
        : started_(started),
          socket_(std::move(socket)),
          libraries_(std::move(libraries)),
          jobs_(service::Jobs::create(*libraries_)) {}

    Result<void> listen(const Settings& settings);
    Result<void> start_work(const Invocation& invocation);
    void announce(const Invocation& invocation) const;

    const Clock::time_point started_;
    SocketPlace socket_;
    std::unique_ptr<service::Libraries> libraries_;
    std::unique_ptr<service::Jobs> jobs_;
    std::shared_ptr<http::Readiness> readiness_ = std::make_shared<http::Readiness>();
    std::unique_ptr<http::Server> server_;
    std::unique_ptr<service::FolderFollower> follower_;  // behind jobs: it asks for them
    std::unique_ptr<service::DataWatch> data_watch_;     // likewise, and uses the follower
};

/// Says that there is no password yet, where more than this machine can come in.
void warn_of_strangers(const Invocation& invocation);
std::string collection_line(const service::Libraries::Entry& entry);

}  // namespace

Verb serve_verb() {
    return {
        .name = "serve",
        .summary = "Serve folders of pictures, and collections of items, to browsers and programs",
        .description =
            "Shows a page on which a picture is dropped to find its look-alikes, and answers "
            "programs under "
            "/v1 (described at /openapi.json). Each FOLDER is a collection, named after it. What "
            "is new in "
            "it is indexed in the background at start; `sokkuri index FOLDER` does so again at any "
            "time, through "
            "the server.\n\n"
            "With --data DIR the server also has the collections in DIR: programs make, fill and "
            "drop "
            "them over HTTP, with pictures or vectors of their own; see docs/api.md.\n\n"
            "Only this machine can reach it, unless --host says otherwise. There are no passwords: "
            "whoever "
            "reaches the port can look at the pictures and change what is indexed.\n\n"
            "Ctrl-C or SIGTERM stops: what is in flight is finished, and what was indexed stays.",
        .argument = {.name = "FOLDER",
                     .help = "Folders of pictures; without one, the indexed folder around the "
                             "working directory",
                     .kind = ArgumentKind::kFolder,
                     .count_max = kFoldersMax},
        .options = joined(
            {listener_options(), {collection_option()}, ingest_options(), server_limit_options()}),
        .examples = {{"sokkuri serve ~/Pictures", "The page is at http://localhost:7171"},
                     {"sokkuri serve ~/Pictures ~/Work/photos -p 8080", "Two collections"},
                     {"sokkuri serve ~/Pictures --watch", "New pictures are found by themselves"},
                     {"sokkuri serve --data ~/collections", "Collections that programs fill"},
                     {"sokkuri serve --data ~/collections --backups /media/disk/backups",
                      "Which `sokkuri backup --server` may back up"},
                     {"sokkuri serve ~/Pictures --host 0.0.0.0 --allow-host pictures.lan",
                      "For everybody in the house"}},
        .run = run};
}

namespace {

Result<ExitCode> run(Invocation& invocation) {
    // Before any thread.
    Interrupt interrupt(invocation.console, "stopping when what is in flight is done");
    const std::vector<service::LibraryPlace> places = TRY(places_of(invocation));
    if (places.empty() && !invocation.settings.has("data")) {
        return usage_error(invocation, "serve",
                           "which folder? No indexed folder was found around here");
    }
    if (places.size() > 1 && invocation.settings.has("collection")) {
        return usage_error(invocation, "serve", "--collection goes with one folder");
    }
    const std::unique_ptr<Serving> serving = TRY(Serving::open(invocation, places));
    TRY(serving->run(invocation, interrupt.token()));
    return ExitCode::kOk;
}

Result<std::vector<service::LibraryPlace>> places_of(const Invocation& invocation) {
    const std::string& collection = invocation.settings.text("collection");
    std::vector<service::LibraryPlace> places;
    for (const std::string& folder : invocation.arguments) {
        places.push_back({.folder = folder, .collection_directory = collection});
    }
    if (!places.empty() || invocation.settings.has("data")) return places;
    const std::string here = TRY(invocation.files.canonical("."));
    const auto above = service::Library::find_above(invocation.files, here);
    if (!above && above.error().code() != ErrorCode::kNotFound) {
        return tl::unexpected(above.error());
    }
    if (above) places.push_back({.folder = *above, .collection_directory = collection});
    return places;
}

Result<std::unique_ptr<Serving>> Serving::open(const Invocation& invocation,
                                               const std::vector<service::LibraryPlace>& places) {
    const Clock::time_point started = Clock::now();
    SocketPlace socket = TRY(SocketPlace::choose(invocation.settings.text("socket")));
    auto libraries = service::Libraries::open(invocation.files, places, socket.path(),
                                              invocation.settings.text("data"));
    if (!libraries) {
        return tl::unexpected(with_place_hint(libraries.error(), invocation.settings));
    }
    std::unique_ptr<Serving> serving(
        new Serving(started, std::move(socket), std::move(*libraries)));
    TRY(serving->listen(invocation.settings));
    return serving;
}

Result<void> Serving::listen(const Settings& settings) {
    const service::IngestRequest ingest = ingest_request(settings);
    const http::Limits limits = server_limits(settings);
    TRY(limits.validate());
    service::BackupFolder backups;
    if (settings.has("backups")) {
        backups = TRY(service::BackupFolder::open(libraries_->files(), settings.text("backups"),
                                                  *libraries_));
    }
    const auto metrics = std::make_shared<http::ServerMetrics>();
    http::RouteTable api = http::native_routes({.libraries = *libraries_,
                                                .jobs = *jobs_,
                                                .model = ingest.model,
                                                .decode = ingest.limits,
                                                .ingest = ingest,
                                                .limits = limits,
                                                .metrics = metrics,
                                                .readiness = readiness_,
                                                .backups = std::move(backups)});
    http::RouteTable web = http::page_routes(http::embedded_page());
    web.insert(web.begin(), api.begin(), api.end());
    const std::vector<http::Listener> listeners{
        {.address = web_address(settings),
         .access = access_rules(settings),
         .routes = std::make_shared<const http::RouteTable>(std::move(web))},
        {.address = {.unix_path = socket_.path()},
         .routes = std::make_shared<const http::RouteTable>(std::move(api))}};
    server_ = TRY(http::Server::open(listeners, limits, metrics));
    return {};
}

Result<void> Serving::run(const Invocation& invocation, const std::stop_token& stop) {
    TRY(start_work(invocation));
    if (!invocation.settings.on("quiet")) announce(invocation);
    std::optional<JobWatch> watch;
    if (!invocation.settings.on("quiet")) watch.emplace(invocation, *libraries_, *jobs_);
    const std::stop_callback end(stop, [this] {
        readiness_->set(http::ServingState::kStopping);
        // Now, so that those who follow a job hear of its end before the connection ends.
        for (const service::JobStatus& job : jobs_->all()) {
            static_cast<void>(jobs_->cancel(job.id));
        }
        server_->stop();
    });
    auto served = server_->run();
    jobs_->stop();
    LOG(kInfo, "event=stopped");
    return served;
}

Result<void> Serving::start_work(const Invocation& invocation) {
    const service::IngestRequest request = ingest_request(invocation.settings);
    TRY(request.validate());
    libraries_->warm_up(request.model);
    // Before the first look: what comes after it is not missed.
    if (invocation.settings.on("watch")) {
        follower_ = TRY(service::FolderFollower::start(*libraries_, *jobs_, request));
    }
    for (const auto& entry : libraries_->all()) {
        const bool is_writable = entry->library.access() == service::LibraryAccess::kWrite;
        if (entry->library.folder().empty() || !invocation.settings.on("index")) continue;
        if (!is_writable) continue;
        TRY(jobs_->index(entry->name, request));
    }
    if (invocation.settings.has("data") || follower_ != nullptr) {
        data_watch_ = std::make_unique<service::DataWatch>(*libraries_, *jobs_, follower_.get());
    }
    readiness_->set(http::ServingState::kReady);
    return {};
}

void Serving::announce(const Invocation& invocation) const {
    Console& console = invocation.console;
    const std::vector<std::string> addresses = server_->addresses();
    console.say("{}", addresses.front());
    for (const auto& entry : libraries_->all()) {
        console.say("  {}", collection_line(*entry));
    }
    warn_of_strangers(invocation);
    const std::chrono::duration<double, std::milli> took = Clock::now() - started_;
    console.say("ready in {:.0f} ms; Ctrl-C stops", took.count());
    LOG(kInfo, "event=serving address={} socket={} ms={:.0f}", addresses.front(), socket_.path(),
        took.count());
}

void warn_of_strangers(const Invocation& invocation) {
    const Settings& settings = invocation.settings;
    if (is_loopback(settings.text("host"))) return;
    invocation.console.say(
        "warning: whoever reaches port {} of this machine can look at these pictures and change "
        "what is indexed: there are no passwords",
        settings.text("port"));
}

std::string collection_line(const service::Libraries::Entry& entry) {
    const auto count = entry.library.collection().count();
    const std::string items = count ? with_commas(*count) + " items, " : "";
    return fmt::format("{}: {}{}", shown_text(entry.name), items,
                       shown_text(entry.library.place()));
}

}  // namespace
}  // namespace sokkuri::cli
