// A load on an HTTP server: clients with a keep-alive connection each, every one of which asks
// again as soon as it has its answer. One thread and epoll, so that the client leaves the processor
// to the server. Usage: bench_http_load HOST PORT REQUESTS CLIENTS SECONDS. REQUESTS is a file of
// requests (bench/request_list.h), asked in a shuffled order that is the same for the same number
// of clients. Prints one line of JSON: QPS, milliseconds, answers by status.
#include "latencies.h"
#include "request_list.h"

#include <fmt/format.h>

#include <arpa/inet.h>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <map>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <random>
#include <string>
#include <string_view>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace sokkuri::bench {
namespace {

using Clock = std::chrono::steady_clock;

struct Load {
    std::string host;
    std::uint16_t port = 0;
    std::vector<HttpRequest> requests;
    std::size_t clients = 1;
    double seconds = 1;
};

/// What came of a load.
struct Outcome {
    Latencies latencies;
    std::map<int, std::uint64_t> statuses;
    std::uint64_t answer_bytes = 0;
    double seconds = 0;
};

/// One connection: writes a request, reads its answer.
struct Client {
    int socket = -1;
    std::string request;
    std::size_t written = 0;
    std::string answer;
    std::size_t answer_bytes = 0;  // whole, when its head has been read; else 0
    Clock::time_point asked;
};

[[noreturn]] void give_up(std::string_view what);
int connect_to(const Load& load);
void ask(Client& client, const Load& load, std::mt19937_64& random);
void write_more(Client& client);
bool read_more(Client& client);
std::size_t size_of_answer(std::string_view text);
void watch(int epoll, Client& client, int operation);
Outcome run(const Load& load);

Outcome run(const Load& load) {
    Outcome outcome;
    std::mt19937_64 random(load.clients);
    const int epoll = epoll_create1(0);
    std::vector<Client> clients(load.clients);
    for (Client& client : clients) {
        client.socket = connect_to(load);
        ask(client, load, random);
        watch(epoll, client, EPOLL_CTL_ADD);
    }
    const auto start = Clock::now();
    const auto end = start + std::chrono::duration<double>(load.seconds);
    std::array<epoll_event, 64> events;
    for (std::size_t open = clients.size(); open > 0;) {
        const int count = epoll_wait(epoll, events.data(), static_cast<int>(events.size()), 60'000);
        if (count <= 0) give_up("no answer for a minute");
        for (int i = 0; i < count; ++i) {
            Client& client = *static_cast<Client*>(events[static_cast<std::size_t>(i)].data.ptr);
            write_more(client);
            if (!read_more(client)) continue;
            const auto now = Clock::now();
            outcome.latencies.add(now - client.asked);
            ++outcome.statuses[std::atoi(client.answer.c_str() + std::strlen("HTTP/1.1 "))];
            outcome.answer_bytes += client.answer.size();
            outcome.seconds = std::chrono::duration<double>(now - start).count();
            if (now >= end) {
                ::close(client.socket);
                --open;
                continue;
            }
            ask(client, load, random);
            write_more(client);
        }
    }
    ::close(epoll);
    return outcome;
}

void give_up(std::string_view what) {
    fmt::print(stderr, "bench_http_load: {} ({})\n", what, std::strerror(errno));
    std::exit(1);
}

int connect_to(const Load& load) {
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(load.port);
    inet_pton(AF_INET, load.host.c_str(), &address.sin_addr);
    if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        give_up("cannot connect");
    }
    const int yes = 1;
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    return socket;
}

void ask(Client& client, const Load& load, std::mt19937_64& random) {
    client.request = text_of(load.requests[random() % load.requests.size()], load.host, random());
    client.written = 0;
    client.answer.clear();
    client.answer_bytes = 0;
    client.asked = Clock::now();
}

void write_more(Client& client) {
    while (client.written < client.request.size()) {
        const ssize_t count =
            ::send(client.socket, client.request.data() + client.written,
                   client.request.size() - client.written, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
        if (count <= 0) give_up("cannot send");
        client.written += static_cast<std::size_t>(count);
    }
}

/// Whether the answer is whole now.
bool read_more(Client& client) {
    std::array<char, 65'536> bytes;
    while (true) {
        const ssize_t count = ::recv(client.socket, bytes.data(), bytes.size(), MSG_DONTWAIT);
        if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return false;
        if (count <= 0) give_up("the server hung up");
        client.answer.append(bytes.data(), static_cast<std::size_t>(count));
        if (client.answer_bytes == 0) client.answer_bytes = size_of_answer(client.answer);
        if (client.answer_bytes != 0 && client.answer.size() >= client.answer_bytes) return true;
    }
}

/// 0 while the head is not whole.
std::size_t size_of_answer(std::string_view text) {
    const std::size_t head = text.find("\r\n\r\n");
    if (head == std::string_view::npos) return 0;
    constexpr std::string_view kLength = "Content-Length: ";
    const std::size_t at = text.substr(0, head).find(kLength);
    std::size_t body = 0;
    if (at != std::string_view::npos) {
        const char* digits = text.data() + at + kLength.size();
        std::from_chars(digits, text.data() + head, body);
    }
    return head + 4 + body;
}

void watch(int epoll, Client& client, int operation) {
    epoll_event event{};
    // Edges: the sockets are read and written until they would block.
    event.events = EPOLLIN | EPOLLOUT | EPOLLET;
    event.data.ptr = &client;
    if (epoll_ctl(epoll, operation, client.socket, &event) != 0) give_up("epoll");
}

void print(const Load& load, const Outcome& outcome) {
    std::string statuses;
    for (const auto& [status, count] : outcome.statuses) {
        statuses += fmt::format("{}\"{}\":{}", statuses.empty() ? "" : ",", status, count);
    }
    fmt::print("{{\"clients\":{},{},\"answer_bytes\":{:.0f},\"statuses\":{{{}}}}}\n", load.clients,
               outcome.latencies.json(outcome.seconds),
               static_cast<double>(outcome.answer_bytes) /
                   static_cast<double>(std::max<std::size_t>(outcome.latencies.count(), 1)),
               statuses);
}

}  // namespace
}  // namespace sokkuri::bench

int main(int count, char** words) {
    using namespace sokkuri::bench;
    if (count != 6) {
        fmt::print(stderr, "usage: {} HOST PORT REQUESTS CLIENTS SECONDS\n", words[0]);
        return 2;
    }
    const Load load{.host = words[1],
                    .port = static_cast<std::uint16_t>(std::atoi(words[2])),
                    .requests = read_requests(words[3]),
                    .clients = static_cast<std::size_t>(std::atoi(words[4])),
                    .seconds = std::atof(words[5])};
    print(load, run(load));
    return 0;
}
