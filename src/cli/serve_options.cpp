#include "cli/serve_options.h"

namespace sokkuri::cli {
namespace {

constexpr double kPortMax = 65'535;
constexpr double kBytesMax = 1e15;
constexpr double kDepthMax = 1'000;

/// One member of http::Limits; the other pointer is null.
struct LimitRow {
    std::string_view name;
    std::string_view value_name;
    std::string_view help;
    std::string_view fallback;  // that of http::Limits; a test compares them
    std::uint32_t http::Limits::*small = nullptr;
    std::uint64_t http::Limits::*large = nullptr;
    double minimum = 1;
    double maximum = std::numeric_limits<std::uint32_t>::max();
};

constexpr LimitRow kLimitRows[] = {
    {.name = "connections-max",
     .value_name = "N",
     .help = "Connections at a time; one more is answered 503",
     .fallback = "512",
     .small = &http::Limits::connections_max},
    {.name = "header-bytes-max",
     .value_name = "BYTES",
     .help = "Largest head of a request",
     .fallback = "16384",
     .small = &http::Limits::header_bytes_max},
    {.name = "header-time-max-ms",
     .value_name = "MS",
     .help = "Milliseconds that the head of a request may take",
     .fallback = "10000",
     .small = &http::Limits::header_time_max_ms},
    {.name = "idle-time-max-ms",
     .value_name = "MS",
     .help = "Milliseconds that a connection may rest between requests",
     .fallback = "75000",
     .small = &http::Limits::idle_time_max_ms},
    {.name = "json-bytes-max",
     .value_name = "BYTES",
     .help = "Largest JSON body",
     .fallback = "8388608",
     .large = &http::Limits::json_bytes_max,
     .maximum = kBytesMax},
    {.name = "upload-bytes-max",
     .value_name = "BYTES",
     .help = "Largest picture sent, with what surrounds it",
     .fallback = "67108864",
     .large = &http::Limits::upload_bytes_max,
     .maximum = kBytesMax},
    {.name = "bodies-bytes-max",
     .value_name = "BYTES",
     .help = "Bodies of all requests in memory at a time; beyond, 503",
     .fallback = "536870912",
     .large = &http::Limits::bodies_bytes_max,
     .maximum = kBytesMax},
    {.name = "answers-bytes-max",
     .value_name = "BYTES",
     .help = "Answers in memory that clients have yet to take; beyond, 503",
     .fallback = "536870912",
     .large = &http::Limits::answers_bytes_max,
     .maximum = kBytesMax},
    {.name = "body-time-max-ms",
     .value_name = "MS",
     .help = "Milliseconds that a body may take",
     .fallback = "120000",
     .small = &http::Limits::body_time_max_ms},
    {.name = "write-time-max-ms",
     .value_name = "MS",
     .help = "Milliseconds for which a client may take nothing of its answer",
     .fallback = "120000",
     .small = &http::Limits::write_time_max_ms},
    {.name = "requests-per-connection-max",
     .value_name = "N",
     .help = "Requests after which a connection is closed",
     .fallback = "100000",
     .small = &http::Limits::requests_per_connection_max},
    {.name = "work-queue-max",
     .value_name = "N",
     .help = "Requests that wait for a thread; beyond, 429",
     .fallback = "128",
     .small = &http::Limits::work_queue_max},
    {.name = "work-threads",
     .value_name = "N",
     .help = "Threads that answer requests, and half as many that write; 0: twice the cores",
     .fallback = "0",
     .small = &http::Limits::work_threads,
     .minimum = 0,
     .maximum = 1'024},
    {.name = "json-depth-max",
     .value_name = "N",
     .help = "Arrays and objects inside each other in JSON",
     .fallback = "64",
     .small = &http::Limits::json_depth_max,
     .maximum = kDepthMax},
    {.name = "event-streams-max",
     .value_name = "N",
     .help = "Streams of events at a time",
     .fallback = "64",
     .small = &http::Limits::event_streams_max},
    {.name = "event-interval-ms",
     .value_name = "MS",
     .help = "Milliseconds between two looks at what a stream of events tells",
     .fallback = "220",
     .small = &http::Limits::event_interval_ms},
    {.name = "event-silence-max-ms",
     .value_name = "MS",
     .help = "Milliseconds without an event after which a stream shows that it lives",
     .fallback = "15000",
     .small = &http::Limits::event_silence_max_ms},
    {.name = "exports-max",
     .value_name = "N",
     .help = "Exports at a time; each keeps a moment of its collection until it ends",
     .fallback = "4",
     .small = &http::Limits::exports_max},
    {.name = "export-time-max-ms",
     .value_name = "MS",
     .help = "Milliseconds that an export may take; then its connection is cut",
     .fallback = "14400000",
     .small = &http::Limits::export_time_max_ms},
    {.name = "stop-time-max-ms",
     .value_name = "MS",
     .help = "Milliseconds that requests in flight have when the server stops",
     .fallback = "5000",
     .small = &http::Limits::stop_time_max_ms},
};

}  // namespace

std::vector<Option> listener_options() {
    return {
        {.name = "data",
         .kind = ValueKind::kFolder,
         .value_name = "DIR",
         .help = "Serve every collection in DIR too, and make new ones there: PUT "
                 "/v1/collections/NAME makes DIR/NAME; DIR is made when missing"},
        {.name = "backups",
         .kind = ValueKind::kFolder,
         .value_name = "DIR",
         .help =
             "Where this server may write backups: POST /v1/collections/NAME/backup and `sokkuri "
             "backup --server` write into DIR/BACKUP; without it they are refused"},
        {.name = "host",
         .kind = ValueKind::kText,
         .value_name = "ADDRESS",
         .help = "Where to listen: localhost, or a numeric address; 0.0.0.0 is everywhere",
         .fallback = "localhost"},
        {.name = "port",
         .letter = 'p',
         .kind = ValueKind::kInteger,
         .value_name = "N",
         .help = "Port of the page and the API; 0: any free one",
         .fallback = "7171",
         .maximum = kPortMax},
        {.name = "allow-host",
         .kind = ValueKind::kTexts,
         .value_name = "NAME",
         .help = "Name under which browsers may ask, besides localhost; several with commas"},
        {.name = "allow-origin",
         .kind = ValueKind::kTexts,
         .value_name = "URL",
         .help = "Origin of another web page that may read and change things here; several with "
                 "commas"},
        {.name = "socket",
         .kind = ValueKind::kFile,
         .value_name = "PATH",
         .help = "Unix socket for other commands of sokkuri; without it, one in XDG_RUNTIME_DIR or "
                 "a folder of its own under TMPDIR"},
        {.name = "index",
         .help = "Bring the index of every folder up to date in the background at start",
         .fallback = "true"},
        {.name = "watch", .help = "Index what changes in the folders as it changes"},
    };
}

std::vector<Option> server_limit_options() {
    std::vector<Option> options;
    for (const LimitRow& row : kLimitRows) {
        options.push_back({.name = row.name,
                           .kind = ValueKind::kInteger,
                           .value_name = row.value_name,
                           .help = row.help,
                           .fallback = row.fallback,
                           .minimum = row.minimum,
                           .maximum = row.maximum});
    }
    return options;
}

http::Limits server_limits(const Settings& settings) {
    http::Limits limits;
    for (const LimitRow& row : kLimitRows) {
        const std::uint64_t value = settings.integer(row.name);
        if (row.small != nullptr) limits.*row.small = static_cast<std::uint32_t>(value);
        if (row.large != nullptr) limits.*row.large = value;
    }
    return limits;
}

http::Address web_address(const Settings& settings) {
    return {.host = settings.text("host"),
            .port = static_cast<std::uint16_t>(settings.integer("port"))};
}

http::AccessRules access_rules(const Settings& settings) {
    return {.hosts = settings.texts("allow-host"), .origins = settings.texts("allow-origin")};
}

bool is_loopback(std::string_view host) {
    return host == "localhost" || host.starts_with("127.") || host == "::1" || host == "[::1]";
}

}  // namespace sokkuri::cli
