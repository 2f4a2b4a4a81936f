// Connection: one client's requests, one after the other: head, admission, body, handler, answer.
// Belongs to the network thread; handlers run on the pool. Lives until its coroutine ends. Brings
// Boost.Asio.
#pragma once

#include "http/admission.h"
#include "http/client_socket.h"
#include "http/request_parser.h"
#include "http/traffic.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sokkuri::http {

class Connection {
 public:
    /// `entrance` and `traffic` outlive this.
    Connection(Traffic& traffic, const Entrance& entrance, ClientSocket::Socket socket);

    /// Serves requests until the client or the server has had enough; closes the connection.
    Task<void> serve();
    /// Answers 503 whatever is asked, and closes: for a connection beyond `connections_max`.
    Task<void> turn_away();

    void check_deadline(ClientSocket::Clock::time_point now) { socket_.check_deadline(now); }
    /// A connection between requests closes, an event stream ends, the others end with their
    /// answer.
    void begin_stop();
    void close() { socket_.close(); }

 private:
    /// What one request needs from its head to its answer.
    struct Exchange;

    Task<bool> read_head(Exchange& exchange);
    Task<void> answer(Exchange& exchange);
    Task<void> read_body(Exchange& exchange);
    Task<void> read_more_body(Exchange& exchange);
    void take_room(Exchange& exchange, std::uint64_t bytes);
    void refuse(Exchange& exchange, const Refusal& refusal);
    Task<void> run_handler(Exchange& exchange);
    Task<void> drain_body(Exchange& exchange);
    Task<std::size_t> fill();
    void put(RequestParser& parser);

    Task<bool> send(Exchange& exchange);
    Task<bool> send_checked(Exchange& exchange);
    void check_stream(Exchange& exchange);
    void refuse_stream(Exchange& exchange, Response instead);
    std::uint32_t& count_of(const Body& body);
    void record(const Exchange& exchange);

    Traffic& traffic_;
    const Entrance& entrance_;
    ClientSocket socket_;
    std::vector<char> buffer_;  // bytes that came: [begin_, end_)
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::uint32_t requests_ = 0;
    bool is_idle_ = true;
    bool closes_ = false;  // after the answer
    bool lingers_ = false;
};

}  // namespace sokkuri::http
