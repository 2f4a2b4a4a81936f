#include "http/connection.h"

#include "base/log.h"
#include "http/body_sender.h"
#include "http/handler_call.h"
#include "http/response_head.h"

#include <algorithm>
#include <cstring>
#include <ctime>
#include <utility>

namespace sokkuri::http {
namespace {

using std::chrono::milliseconds;
using Clock = ClientSocket::Clock;

constexpr std::size_t kBufferBytesMin = 16'384;
// The rest of a refused body that is read so that the connection can be used again.
constexpr std::uint64_t kDrainedBytesMax = 65'536;
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace

struct Connection::Exchange {
    explicit Exchange(Traffic& traffic)
        : metrics(*traffic.metrics),
          parser(traffic.limits.header_bytes_max),
          share(traffic.bodies_bytes, traffic.limits.bodies_bytes_max),
          answer_share(traffic.answers_bytes, traffic.limits.answers_bytes_max) {
        metrics.request_began();
    }
    ~Exchange() { metrics.request_ended(); }
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;

    ServerMetrics& metrics;
    RequestParser parser;
    ByteShare share;         // of bodies
    ByteShare answer_share;  // of answers
    Admission admission;
    Response response;
    Body refused;            // a stream in whose stead `response` is sent
    std::string_view limit;  // passed by this request; empty: none was
    std::uint64_t number = 0;
    std::uint64_t body_bytes = 0;
    std::uint64_t written_before = 0;
    Clock::time_point began;
    Clock::time_point work_began;
    bool is_answered = false;  // `response` is to be sent
    bool is_gone = false;      // nobody is there to answer
};

Connection::Connection(Traffic& traffic, const Entrance& entrance, ClientSocket::Socket socket)
    : traffic_(traffic),
      entrance_(entrance),
      socket_(std::move(socket)),
      buffer_(std::max<std::size_t>(traffic.limits.header_bytes_max, kBufferBytesMin)) {}

Task<void> Connection::serve() {
    while (!closes_) {
        is_idle_ = true;
        // What was asked before the end is still answered.
        if (traffic_.is_stopping && begin_ == end_ && !socket_.has_unread()) break;
        socket_.set_time_left(milliseconds(traffic_.limits.idle_time_max_ms));
        if (begin_ == end_) co_await fill();
        if (begin_ == end_) break;
        is_idle_ = false;
        Exchange exchange(traffic_);
        const bool has_head = co_await read_head(exchange);
        if (!has_head) break;
        co_await answer(exchange);
    }
    // Closing on bytes that nobody read would be a reset, which makes clients lose the answer.
    const bool has_unread = begin_ < end_ || socket_.has_unread();
    if (lingers_ || has_unread) co_await socket_.close_gently();
    socket_.close();
}

Task<void> Connection::turn_away() {
    closes_ = true;
    is_idle_ = false;
    const Response response = problem(
        503, "too_many_connections",
        fmt::format("connections_max: {} connections are open", traffic_.limits.connections_max));
    const std::string_view body = bytes_of(response.body);
    const std::string head = response_head(
        response, {.body_bytes = body.size(), .closes = true, .now = std::time(nullptr)});
    co_await socket_.write(head, body, milliseconds(traffic_.limits.write_time_max_ms));
    co_await socket_.close_gently();
}

void Connection::begin_stop() {
    // Not closed: what it waits for may have come a moment ago, and is then answered.
    if (is_idle_ && !socket_.has_unread()) socket_.stop_waiting();
}

Task<bool> Connection::read_head(Exchange& exchange) {
    socket_.set_time_left(milliseconds(traffic_.limits.header_time_max_ms));
    exchange.began = Clock::now();
    exchange.number = ++traffic_.request_number;
    exchange.written_before = socket_.written_bytes();
    put(exchange.parser);
    while (exchange.parser.state() == RequestParser::State::kHead) {
        const std::size_t size = co_await fill();
        if (size == 0 && !socket_.is_too_late()) co_return false;
        if (size == 0) {
            refuse(exchange, {408, "header_too_slow",
                              fmt::format("header_time_max_ms: the header took longer than {} ms",
                                          traffic_.limits.header_time_max_ms),
                              "header_time_max_ms"});
            break;
        }
        put(exchange.parser);
    }
    if (exchange.parser.state() == RequestParser::State::kRefused) {
        refuse(exchange, exchange.parser.refusal());
    }
    co_return true;
}

Task<void> Connection::answer(Exchange& exchange) {
    exchange.began = Clock::now();
    ++requests_;
    RequestParser& parser = exchange.parser;
    if (!exchange.is_answered) {
        closes_ =
            !parser.head().keeps_alive || requests_ >= traffic_.limits.requests_per_connection_max;
        exchange.admission = admit(entrance_, parser.head());
        exchange.limit = exchange.admission.limit;
        if (exchange.admission.answer) {
            exchange.response = *std::move(exchange.admission.answer);
            exchange.is_answered = true;
        }
    }
    if (!exchange.is_answered && parser.head().has_body) co_await read_body(exchange);
    if (exchange.is_gone) co_return;
    if (!exchange.is_answered) co_await run_handler(exchange);
    const bool has_rest = parser.state() == RequestParser::State::kBody;
    const std::uint64_t rest_max = parser.head().body_bytes.value_or(~std::uint64_t{0});
    const bool is_drained =
        has_rest && rest_max <= kDrainedBytesMax && !parser.head().header("expect");
    if (has_rest && !is_drained) closes_ = true;
    const bool is_sent = co_await send(exchange);
    record(exchange);
    if (has_rest && closes_) lingers_ = true;
    if (!is_sent) socket_.give_up();
    if (is_drained && !closes_) co_await drain_body(exchange);
}

Task<void> Connection::read_body(Exchange& exchange) {
    RequestParser& parser = exchange.parser;
    const RequestHead& head = parser.head();
    parser.set_body_bytes_max(exchange.admission.body_bytes_max, exchange.admission.body_limit);
    if (head.header("expect") && !head.is_http_1_0 && begin_ == end_) {
        const milliseconds write_time(traffic_.limits.write_time_max_ms);
        const bool is_written = co_await socket_.write(kContinue, "", write_time);
        if (!is_written) exchange.is_gone = closes_ = true;
    }
    socket_.set_time_left(milliseconds(traffic_.limits.body_time_max_ms));
    take_room(exchange, head.body_bytes.value_or(0));
    while (!exchange.is_gone && !exchange.is_answered &&
           parser.state() == RequestParser::State::kBody) {
        co_await read_more_body(exchange);
    }
    socket_.clear_deadline();
    exchange.body_bytes = parser.body_size_bytes();
    exchange.admission.request.body = parser.take_body();
}

/// Takes what has come, or waits for more.
Task<void> Connection::read_more_body(Exchange& exchange) {
    RequestParser& parser = exchange.parser;
    const std::size_t before = begin_;
    if (begin_ < end_) put(parser);
    if (parser.state() == RequestParser::State::kRefused) {
        refuse(exchange, parser.refusal());
        co_return;
    }
    take_room(exchange, parser.body_size_bytes());
    if (exchange.is_answered || parser.state() == RequestParser::State::kDone) co_return;
    if (begin_ == before && begin_ == 0 && end_ == buffer_.size()) {
        refuse(exchange, {400, "malformed_request",
                          "header_bytes_max: the head of a chunk or the trailer is too large",
                          "header_bytes_max"});
        co_return;
    }
    const std::size_t size = co_await fill();
    if (size != 0) co_return;
    if (socket_.is_too_late()) {
        refuse(exchange, {408, "body_too_slow",
                          fmt::format("body_time_max_ms: the body took longer than {} ms",
                                      traffic_.limits.body_time_max_ms),
                          "body_time_max_ms"});
        co_return;
    }
    exchange.is_gone = closes_ = true;
}

/// For so many bytes of a body, or refuses it.
void Connection::take_room(Exchange& exchange, std::uint64_t bytes) {
    if (exchange.share.grow_to(bytes)) return;
    refuse(exchange, {503, "too_many_bodies",
                      fmt::format("bodies_bytes_max: all bodies together would pass {} bytes",
                                  traffic_.limits.bodies_bytes_max),
                      "bodies_bytes_max"});
}

/// What comes after it on this connection cannot be understood, or is not worth waiting for.
void Connection::refuse(Exchange& exchange, const Refusal& refusal) {
    exchange.response = problem(refusal.status, refusal.code, refusal.detail);
    exchange.limit = refusal.limit;
    exchange.is_answered = true;
    closes_ = lingers_ = true;
}

Task<void> Connection::run_handler(Exchange& exchange) {
    Admission& admission = exchange.admission;
    admission.request.number = exchange.number;
    exchange.is_answered = true;
    if (admission.route->work == WorkClass::kImmediate) {
        exchange.response = call_handler(*admission.route, admission.request);
        co_return;
    }
    const WorkClass work = admission.route->work;
    const bool is_bulk =
        work == WorkClass::kWriting && admission.request.body.size() >= WritePacing::kBulkBytes;
    const bool is_query = work == WorkClass::kInteractive;
    socket_.clear_deadline();
    if (is_bulk) co_await traffic_.rest_for_queries();
    WorkPool& pool = traffic_.pool_of(work, is_bulk);
    if (pool.is_full()) {
        exchange.limit = "work_queue_max";
        exchange.response = problem(429, "too_busy",
                                    fmt::format("work_queue_max: {} requests wait already",
                                                traffic_.limits.work_queue_max));
        co_return;
    }
    std::function<void()> job = [&exchange, &traffic = traffic_] {
        exchange.work_began = Clock::now();
        traffic.metrics->set_queue_length(traffic.waiting());
        Admission& whole = exchange.admission;
        exchange.response = traffic.is_abandoned
                                ? problem(503, "stopping", "the server is stopping")
                                : call_handler(*whole.route, whole.request);
        whole.request = Request{};  // its body may be large: gone before the answer is sent
    };
    std::string owner = admission.request.collection();
    traffic_.metrics->set_queue_length(traffic_.waiting() + 1);
    if (is_query) traffic_.pacing.query_came();
    co_await traffic_.begin_on_pool(pool, std::move(owner), std::move(job));
    if (is_query) traffic_.pacing.query_gone(Clock::now());
    if (is_bulk) traffic_.pacing.bulk_written(exchange.work_began, Clock::now());
    exchange.share.release();
    // It is held until the client has taken it, which is for the client to say.
    if (exchange.answer_share.grow_to(bytes_of(exchange.response.body).size())) co_return;
    exchange.limit = "answers_bytes_max";
    exchange.response =
        problem(503, "too_much_to_answer",
                fmt::format("answers_bytes_max: all answers together would pass {} bytes; ask for "
                            "fewer items at a time",
                            traffic_.limits.answers_bytes_max));
}

/// Reads the rest of a refused body, so that the next request can be told from it.
Task<void> Connection::drain_body(Exchange& exchange) {
    exchange.parser.set_body_bytes_max(kDrainedBytesMax, "body_bytes_max");
    exchange.is_answered = false;
    socket_.set_time_left(milliseconds(traffic_.limits.body_time_max_ms));
    while (exchange.parser.state() == RequestParser::State::kBody && !exchange.is_gone &&
           !exchange.is_answered) {
        co_await read_more_body(exchange);
    }
}

/// More bytes behind those that are there. 0 as in read_some, or when there is no room.
Task<std::size_t> Connection::fill() {
    if (begin_ > 0) {
        std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
    }
    const std::size_t size = co_await socket_.read_some(std::span(buffer_).subspan(end_));
    end_ += size;
    co_return size;
}

void Connection::put(RequestParser& parser) {
    begin_ += parser.put({buffer_.data() + begin_, end_ - begin_});
}

Task<bool> Connection::send(Exchange& exchange) {
    check_stream(exchange);
    const bool is_sent = co_await send_checked(exchange);
    co_await let_go(traffic_, exchange.refused);
    co_await let_go(traffic_, exchange.response.body);
    co_return is_sent;
}

Task<bool> Connection::send_checked(Exchange& exchange) {
    Response& response = exchange.response;
    const milliseconds write_time(traffic_.limits.write_time_max_ms);
    const Counted counted(count_of(response.body));
    if (!exchange.limit.empty()) traffic_.metrics->refused(exchange.limit);
    const auto size_bytes = size_bytes_of(response.body);
    const bool has_chunks = is_chunked(response.body);
    closes_ = closes_ || (!size_bytes && !has_chunks) || traffic_.is_stopping;
    const std::string head =
        response_head(response, {.body_bytes = size_bytes,
                                 .is_chunked = has_chunks,
                                 .closes = closes_,
                                 .is_http_1_0 = exchange.parser.head().is_http_1_0,
                                 .origin = exchange.admission.origin,
                                 .now = std::time(nullptr)});
    const bool has_no_body = exchange.admission.is_head || !has_body(response.status);
    const std::string_view bytes = has_no_body ? std::string_view() : bytes_of(response.body);
    const bool is_written = co_await socket_.write(head, bytes, write_time);
    if (!is_written || has_no_body) co_return is_written;
    const bool is_whole = co_await send_stream(traffic_, socket_, response.body);
    co_return is_whole;
}

/// Too many at a time, or a client that could not tell its end, get a problem in its stead.
void Connection::check_stream(Exchange& exchange) {
    Body& body = exchange.response.body;
    const Limits& limits = traffic_.limits;
    const bool has_events = std::holds_alternative<std::unique_ptr<EventStream>>(body);
    if (has_events && traffic_.event_streams >= limits.event_streams_max) {
        exchange.limit = "event_streams_max";
        refuse_stream(exchange, problem(503, "too_many_streams",
                                        fmt::format("event_streams_max: {} event streams are open",
                                                    limits.event_streams_max)));
        return;
    }
    auto* const bytes = std::get_if<std::unique_ptr<ByteStream>>(&body);
    if (bytes == nullptr) return;
    const bool is_readable = !exchange.parser.head().is_http_1_0 || !is_chunked(body);
    if (is_readable && traffic_.exports < limits.exports_max) return;
    if (!is_readable) {
        refuse_stream(exchange, problem(505, "http_version", "an answer in chunks needs HTTP/1.1"));
        return;
    }
    exchange.limit = "exports_max";
    refuse_stream(exchange, problem(503, "too_many_exports",
                                    fmt::format("exports_max: {} exports are under way",
                                                limits.exports_max)));
}

void Connection::refuse_stream(Exchange& exchange, Response instead) {
    exchange.refused = std::move(exchange.response.body);
    exchange.response = std::move(instead);
}

std::uint32_t& Connection::count_of(const Body& body) {
    if (std::holds_alternative<std::unique_ptr<EventStream>>(body)) return traffic_.event_streams;
    if (std::holds_alternative<std::unique_ptr<ByteStream>>(body)) return traffic_.exports;
    return traffic_.other_bodies;
}

void Connection::record(const Exchange& exchange) {
    const Admission& admission = exchange.admission;
    const ServerMetrics::Answered answered{
        .operation = admission.route == nullptr ? "" : admission.route->operation,
        .method = admission.route == nullptr ? "" : name_of(admission.route->method),
        .status = exchange.response.status,
        .seconds = std::chrono::duration<double>(Clock::now() - exchange.began).count(),
        .body_bytes_in = exchange.body_bytes,
        .bytes_out = socket_.written_bytes() - exchange.written_before};
    traffic_.metrics->answered(answered);
    LOG(kInfo,
        "event=request number={} method={} path={} status={} bytes_in={} bytes_out={} ms={:.2f}",
        exchange.number, exchange.parser.head().method, admission.path, answered.status,
        answered.body_bytes_in, answered.bytes_out, answered.seconds * 1e3);
}

}  // namespace sokkuri::http
