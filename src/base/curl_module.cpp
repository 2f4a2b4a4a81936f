// libsokkuri_curl.so: HttpClient on libcurl's multi interface, which can be woken from another
// thread. Callbacks of libcurl throw nothing: they note what is wrong and make it stop.
#include "base/http_client.h"

#include <algorithm>
#include <chrono>
#include <curl/curl.h>
#include <exception>

namespace sokkuri {
namespace {

using SteadyClock = std::chrono::steady_clock;

/// One request on its way, as libcurl's callbacks see it.
struct Transfer {
    const HttpRequest& request;
    EventParser* parser = nullptr;        // of events; null: none are awaited
    const BodySink* body_sink = nullptr;  // of a 200; null: the body is collected
    CURL* easy = nullptr;
    HttpAnswer answer = {};
    std::vector<ServerEvent> events = {};  // come in, not handed on yet
    std::uint64_t header_bytes = 0;
    std::int64_t bytes_moved = 0;
    SteadyClock::time_point moved_at = SteadyClock::now();
    std::optional<Error> refusal = {};  // why a callback made libcurl stop
    std::exception_ptr thrown = {};     // std::bad_alloc alone

    long status() const;
    bool is_event_stream() const;
};

struct FreeList {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using HeaderList = std::unique_ptr<curl_slist, FreeList>;

class CurlClient final : public HttpClient {
 public:
    CurlClient(CURL* easy, CURLM* multi) : easy_(easy), multi_(multi) {}
    CurlClient(const CurlClient&) = delete;
    CurlClient& operator=(const CurlClient&) = delete;
    ~CurlClient() override {
        curl_easy_cleanup(easy_);
        curl_multi_cleanup(multi_);
    }

    Result<HttpAnswer> send(const HttpRequest& request, std::stop_token stop) override {
        return run(request, {}, stop);
    }
    Result<HttpAnswer> receive(const HttpRequest& request, const BodySink& sink,
                               std::stop_token stop) override {
        return run(request, {.body = &sink}, stop);
    }
    Result<HttpAnswer> follow(const HttpRequest& request, const EventSink& sink,
                              std::stop_token stop) override {
        return run(request, {.events = &sink}, stop);
    }

 private:
    /// Who gets the body of a 200; nobody: it is part of the answer.
    struct Sinks {
        const EventSink* events = nullptr;
        const BodySink* body = nullptr;
    };

    Result<HttpAnswer> run(const HttpRequest& request, const Sinks& sinks,
                           const std::stop_token& stop);
    /// Until the answer is whole, the world refuses, or somebody asks to stop.
    Result<void> drive(Transfer& transfer, const EventSink* sink, const std::stop_token& stop);
    Result<void> ended(const Transfer& transfer) const;

    CURL* easy_;
    CURLM* multi_;
};

Result<void> check(const HttpRequest& request);
Result<HeaderList> header_list(const HttpRequest& request);
Result<void> append(HeaderList& list, const std::string& line);
void set_options(CURL* easy, const HttpRequest& request, const HeaderList& headers);
void set_callbacks(CURL* easy, Transfer& transfer);
void hand_on(Transfer& transfer, const EventSink* sink);
Result<void> check_idle(const Transfer& transfer);
Error error_of(CURLcode code, const HttpRequest& request, std::string_view reason);
/// "http://localhost/v1/jobs through /run/…/sokkuri.sock".
std::string place_of(const HttpRequest& request);
std::string_view name_of(HttpMethod method);

// What libcurl calls; it takes another number than the bytes it brought as "stop".
std::size_t take_header(const char* bytes, std::size_t one, std::size_t count, void* transfer);
std::size_t take_body(const char* bytes, std::size_t one, std::size_t count, void* transfer);
int note_progress(void* transfer, curl_off_t down_total, curl_off_t down, curl_off_t up_total,
                  curl_off_t up);
Result<void> keep_header(Transfer& transfer, std::string_view line);
Result<void> keep_body(Transfer& transfer, std::string_view bytes);

}  // namespace
}  // namespace sokkuri

extern "C" {
__attribute__((visibility("default"))) void sokkuri_open_http_client(
    sokkuri::Result<std::unique_ptr<sokkuri::HttpClient>>& client);

void sokkuri_open_http_client(sokkuri::Result<std::unique_ptr<sokkuri::HttpClient>>& client) {
    static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
    CURL* easy = started == CURLE_OK ? curl_easy_init() : nullptr;
    CURLM* multi = easy == nullptr ? nullptr : curl_multi_init();
    if (multi != nullptr) {
        client = std::make_unique<sokkuri::CurlClient>(easy, multi);
        return;
    }
    curl_easy_cleanup(easy);
    client = sokkuri::fail(sokkuri::ErrorCode::kUnavailable, "libcurl does not start");
}
}

namespace sokkuri {
namespace {

Result<HttpAnswer> CurlClient::run(const HttpRequest& request, const Sinks& sinks,
                                   const std::stop_token& stop) {
    TRY(check(request));
    const HeaderList headers = TRY(header_list(request));
    EventParser parser(static_cast<std::size_t>(request.limits.answer_bytes_max));
    Transfer transfer{.request = request,
                      .parser = sinks.events == nullptr ? nullptr : &parser,
                      .body_sink = sinks.body,
                      .easy = easy_};
    curl_easy_reset(easy_);  // options only: connections stay
    set_options(easy_, request, headers);
    set_callbacks(easy_, transfer);
    curl_multi_add_handle(multi_, easy_);
    const std::stop_callback wake(stop, [this] { curl_multi_wakeup(multi_); });
    auto driven = drive(transfer, sinks.events, stop);
    curl_multi_remove_handle(multi_, easy_);  // ends what is under way
    if (transfer.thrown) std::rethrow_exception(transfer.thrown);
    TRY(std::move(driven));
    transfer.answer.status = static_cast<unsigned>(transfer.status());
    return std::move(transfer.answer);
}

Result<void> CurlClient::drive(Transfer& transfer, const EventSink* sink,
                               const std::stop_token& stop) {
    constexpr int kWaitMs = 1'000;  // an upper bound: libcurl wakes for sockets and its own clocks
    for (;;) {
        if (stop.stop_requested()) {
            return fail(ErrorCode::kCancelled, "{}: stopped", place_of(transfer.request));
        }
        int running = 0;
        const CURLMcode code = curl_multi_perform(multi_, &running);
        if (code != CURLM_OK) {
            return fail(ErrorCode::kInternal, "libcurl: {}", curl_multi_strerror(code));
        }
        hand_on(transfer, sink);
        if (running == 0) return ended(transfer);
        TRY(check_idle(transfer));
        const auto idle_ms = static_cast<int>(transfer.request.limits.idle_time_max_ms);
        curl_multi_poll(multi_, nullptr, 0, std::min(kWaitMs, idle_ms), nullptr);
    }
}

Result<void> CurlClient::ended(const Transfer& transfer) const {
    int left = 0;
    const CURLMsg* message = curl_multi_info_read(multi_, &left);
    const CURLcode code = message == nullptr ? CURLE_FAILED_INIT : message->data.result;
    if (transfer.refusal) return tl::unexpected(*transfer.refusal);
    if (code == CURLE_OK) return {};
    return tl::unexpected(error_of(code, transfer.request, curl_easy_strerror(code)));
}

long Transfer::status() const {
    long status = 0;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    return status;
}

bool Transfer::is_event_stream() const {
    const auto type = answer.header("content-type");
    return status() == 200 && type && type->starts_with("text/event-stream");
}

Result<void> check(const HttpRequest& request) {
    const HttpLimits& limits = request.limits;
    if (limits.connect_time_max_ms == 0 || limits.idle_time_max_ms == 0) {
        return fail(ErrorCode::kInvalidArgument, "a time limit of HTTP requests is 0 ms");
    }
    const bool takes_body =
        request.method != HttpMethod::kGet && request.method != HttpMethod::kDelete;
    if (!takes_body && !request.body.empty()) {
        return fail(ErrorCode::kInvalidArgument, "{} carries no body", name_of(request.method));
    }
    for (const auto& [name, value] : request.headers) {
        const bool is_one_line =
            (name + value).find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos;
        if (is_one_line && !name.empty()) continue;
        return fail(ErrorCode::kInvalidArgument, "a header of the request is not one line");
    }
    return {};
}

Result<HeaderList> header_list(const HttpRequest& request) {
    HeaderList list;
    bool has_type = false;
    for (const auto& [name, value] : request.headers) {
        // "Name;" is libcurl's way to send one without a value.
        TRY(append(list, value.empty() ? name + ";" : fmt::format("{}: {}", name, value)));
        has_type = has_type || curl_strequal(name.c_str(), "content-type") != 0;
    }
    // libcurl would add these by itself: a type that is wrong, and a wait before large bodies.
    if (!has_type) TRY(append(list, "Content-Type:"));
    TRY(append(list, "Expect:"));
    return list;
}

Result<void> append(HeaderList& list, const std::string& line) {
    curl_slist* longer = curl_slist_append(list.get(), line.c_str());
    if (longer == nullptr) return fail(ErrorCode::kExhausted, "out of memory");
    static_cast<void>(list.release());  // is the start of `longer`
    list.reset(longer);
    return {};
}

void set_options(CURL* easy, const HttpRequest& request, const HeaderList& headers) {
    const HttpLimits& limits = request.limits;
    curl_easy_setopt(easy, CURLOPT_URL, request.url.c_str());
    // Else "/a/.." would ask for another path than the one that is meant: a name may be "..".
    curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    if (!request.unix_socket.empty()) {
        curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, request.unix_socket.c_str());
    }
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, long{limits.connect_time_max_ms});
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, long{limits.total_time_max_ms});
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers.get());
    if (request.method != HttpMethod::kGet) {
        curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, name_of(request.method).data());
    }
    if (request.method == HttpMethod::kGet || request.method == HttpMethod::kDelete) return;
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(request.body.size()));
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.c_str());
}

void set_callbacks(CURL* easy, Transfer& transfer) {
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, &transfer);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &transfer);
    curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, note_progress);
    curl_easy_setopt(easy, CURLOPT_XFERINFODATA, &transfer);
    curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
}

void hand_on(Transfer& transfer, const EventSink* sink) {
    for (const ServerEvent& event : std::exchange(transfer.events, {})) {
        (*sink)(event);
    }
}

Result<void> check_idle(const Transfer& transfer) {
    const std::uint32_t limit_ms = transfer.request.limits.idle_time_max_ms;
    if (SteadyClock::now() - transfer.moved_at < std::chrono::milliseconds(limit_ms)) return {};
    return fail(ErrorCode::kDeadlineExceeded, "{}: nothing came for {} ms (idle_time_max_ms)",
                place_of(transfer.request), limit_ms);
}

Error error_of(CURLcode code, const HttpRequest& request, std::string_view reason) {
    const auto error = [&](ErrorCode ours, std::string_view why) {
        return Error(ours, fmt::format("{}: {}", place_of(request), why));
    };
    switch (code) {
        case CURLE_URL_MALFORMAT:
        case CURLE_UNSUPPORTED_PROTOCOL:
            return error(ErrorCode::kInvalidArgument, reason);
        case CURLE_COULDNT_RESOLVE_HOST:
        case CURLE_COULDNT_CONNECT:
            return error(ErrorCode::kUnavailable, "nobody answers");
        case CURLE_SEND_ERROR:
        case CURLE_RECV_ERROR:
        case CURLE_GOT_NOTHING:
        case CURLE_PARTIAL_FILE:
            return error(ErrorCode::kUnavailable, "the connection was cut");
        case CURLE_OPERATION_TIMEDOUT:
            return error(
                ErrorCode::kDeadlineExceeded,
                fmt::format("no whole answer in time (connect_time_max_ms {}, "
                            "total_time_max_ms {})",
                            request.limits.connect_time_max_ms, request.limits.total_time_max_ms));
        default:
            return error(ErrorCode::kIo, reason);
    }
}

std::string place_of(const HttpRequest& request) {
    if (request.unix_socket.empty()) return request.url;
    return fmt::format("{} through {}", request.url, request.unix_socket);
}

std::string_view name_of(HttpMethod method) {
    switch (method) {
        case HttpMethod::kGet:
            return "GET";
        case HttpMethod::kPost:
            return "POST";
        case HttpMethod::kPut:
            return "PUT";
        case HttpMethod::kPatch:
            return "PATCH";
        case HttpMethod::kDelete:
            break;
    }
    return "DELETE";
}

/// Runs `keep` on the bytes; the number of bytes when all is well, another one when not.
std::size_t kept(void* place, Result<void> (*keep)(Transfer&, std::string_view),
                 std::string_view bytes) {
    Transfer& transfer = *static_cast<Transfer*>(place);
    try {
        const auto result = keep(transfer, bytes);
        if (result) return bytes.size();
        if (!transfer.refusal) {
            transfer.refusal = result.error().with_context(place_of(transfer.request));
        }
    } catch (...) {
        transfer.thrown = std::current_exception();
    }
    return bytes.empty() ? 1 : 0;
}

std::size_t take_header(const char* bytes, std::size_t one, std::size_t count, void* transfer) {
    return kept(transfer, keep_header, {bytes, one * count});
}

std::size_t take_body(const char* bytes, std::size_t one, std::size_t count, void* transfer) {
    return kept(transfer, keep_body, {bytes, one * count});
}

int note_progress(void* place, curl_off_t, curl_off_t down, curl_off_t, curl_off_t up) {
    Transfer& transfer = *static_cast<Transfer*>(place);
    const std::int64_t bytes_moved =
        std::int64_t{down} + up + static_cast<std::int64_t>(transfer.header_bytes);
    if (bytes_moved != transfer.bytes_moved) transfer.moved_at = SteadyClock::now();
    transfer.bytes_moved = bytes_moved;
    return 0;
}

Result<void> keep_header(Transfer& transfer, std::string_view line) {
    transfer.header_bytes += line.size();
    if (transfer.header_bytes > transfer.request.limits.header_bytes_max) {
        return fail(ErrorCode::kExhausted, "headers of more than {} bytes (header_bytes_max)",
                    transfer.request.limits.header_bytes_max);
    }
    if (line.starts_with("HTTP/")) transfer.answer.headers.clear();  // of an earlier "100 Continue"
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return {};
    std::string name(line.substr(0, colon));
    std::ranges::transform(name, name.begin(), [](char letter) {
        return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
    });
    std::string_view value = line.substr(colon + 1);
    constexpr std::string_view kSpace = " \t\r\n";
    value.remove_prefix(std::min(value.find_first_not_of(kSpace), value.size()));
    value = value.substr(0, value.find_last_not_of(kSpace) + 1);
    transfer.answer.headers.emplace_back(std::move(name), value);
    return {};
}

Result<void> keep_body(Transfer& transfer, std::string_view bytes) {
    if (transfer.parser != nullptr && transfer.is_event_stream()) {
        return transfer.parser->feed(bytes, transfer.events);
    }
    if (transfer.body_sink != nullptr && transfer.status() == 200) {
        auto taken = (*transfer.body_sink)(bytes);
        if (!taken) transfer.refusal = taken.error();  // not the server's
        return taken;
    }
    const std::uint64_t limit = transfer.request.limits.answer_bytes_max;
    if (transfer.answer.body.size() + bytes.size() > limit) {
        return fail(ErrorCode::kExhausted, "an answer of more than {} bytes (answer_bytes_max)",
                    limit);
    }
    transfer.answer.body += bytes;
    return {};
}

}  // namespace
}  // namespace sokkuri
