#include "http/server.h"

#include "base/log.h"
#include "http/connection.h"
#include "http/listening.h"
#include "http/traffic.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <exception>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unordered_set>
#include <utility>

namespace sokkuri::http {
namespace {

namespace net = boost::asio;
using std::chrono::milliseconds;
using Clock = ClientSocket::Clock;
using Protocol = net::generic::stream_protocol;
using Acceptor = net::basic_socket_acceptor<Protocol, Executor>;
using Timer = net::basic_waitable_timer<Clock, net::wait_traits<Clock>, Executor>;

constexpr auto kAwait = net::as_tuple(net::use_awaitable_t<Executor>());
// How late a deadline may be noticed.
constexpr milliseconds kTick(50);
// After a failed accept, when descriptors have run out: some must close first.
constexpr milliseconds kAcceptPause(100);
// Connections beyond connections_max that are told so; more are closed without a word.
constexpr std::uint32_t kTurnedAwayMax = 32;

/// A listener that is bound.
struct Door {
    Door(Traffic& traffic, Listener given, Bound at);

    Listener listener;
    Bound bound;
    Router router;
    Entrance entrance;
    std::vector<Acceptor> acceptors;
};

/// Those who are connected, for as long as each of them is.
struct Guests {
    explicit Guests(Traffic& traffic)
        : metrics(*traffic.metrics),
          tick(traffic.network.get_executor()),
          all_gone(traffic.network.get_executor()) {}

    ServerMetrics& metrics;

    std::unordered_set<Connection*> connections;
    std::uint32_t served = 0;
    std::uint32_t turned_away = 0;
    // Both are canceled when the last one goes.
    Timer tick;
    Timer all_gone;
};

class Guest {
 public:
    Guest(Guests& guests, std::uint32_t& count, std::unique_ptr<Connection> connection)
        : guests_(guests), count_(count), connection_(std::move(connection)) {
        ++count_;
        guests_.connections.insert(connection_.get());
        guests_.metrics.connection_opened();
    }
    ~Guest();
    Guest(const Guest&) = delete;
    Guest& operator=(const Guest&) = delete;

    Connection& connection() { return *connection_; }

 private:
    Guests& guests_;
    std::uint32_t& count_;
    std::unique_ptr<Connection> connection_;
};

class BoundServer final : public Server {
 public:
    BoundServer(const Limits& limits, std::shared_ptr<ServerMetrics> metrics)
        : traffic_(limits, std::move(metrics)), guests_(traffic_) {}

    Result<void> add(Listener listener);

    std::vector<std::string> addresses() const override;
    Result<void> run() override;
    void stop() override;

 private:
    Executor executor() { return traffic_.network.get_executor(); }
    void spawn(Task<void> task);
    Task<void> accept(Door& door, Acceptor& acceptor);
    void welcome(const Door& door, ClientSocket::Socket socket);
    Task<void> serve(std::unique_ptr<Guest> guest);
    Task<void> turn_away(std::unique_ptr<Guest> guest);
    Task<void> watch_deadlines();
    void begin_stop();
    Task<void> give_up_later();

    Traffic traffic_;  // first: sockets and timers end before the network that they are of
    std::vector<std::unique_ptr<Door>> doors_;
    Guests guests_;
    bool is_watching_ = false;
};

AccessRules with_own_address(AccessRules access, const Address& address);

}  // namespace

Result<std::unique_ptr<Server>> Server::open(std::vector<Listener> listeners, const Limits& limits,
                                             std::shared_ptr<ServerMetrics> metrics) {
    TRY(limits.validate());
    auto server = std::make_unique<BoundServer>(limits, std::move(metrics));
    for (Listener& listener : listeners) {
        TRY(server->add(std::move(listener)));
    }
    return server;
}

namespace {

Door::Door(Traffic& traffic, Listener given, Bound at)
    : listener(std::move(given)),
      bound(std::move(at)),
      router(*listener.routes),
      entrance{listener.access, router, traffic.limits,
               listener.address.unix_path.empty() ? Transport::kTcp : Transport::kUnix} {
    for (ListeningSocket& socket : bound.sockets) {
        acceptors.emplace_back(traffic.network.get_executor(), Protocol(socket.family(), 0),
                               socket.descriptor());
        socket.release();
    }
}

Result<void> BoundServer::add(Listener listener) {
    Bound bound = TRY(bind_address(listener.address));
    listener.access = with_own_address(std::move(listener.access), listener.address);
    doors_.push_back(std::make_unique<Door>(traffic_, std::move(listener), std::move(bound)));
    return {};
}

std::vector<std::string> BoundServer::addresses() const {
    std::vector<std::string> shown;
    for (const auto& door : doors_) {
        shown.push_back(door->bound.shown);
    }
    return shown;
}

Result<void> BoundServer::run() {
    for (const auto& door : doors_) {
        for (Acceptor& acceptor : door->acceptors) {
            spawn(accept(*door, acceptor));
        }
    }
    for (;;) {
        try {
            traffic_.network.run();
            return {};
        } catch (const std::exception& thrown) {
            // Thrown past a coroutine: memory ran out. The others go on.
            LOG(kError, "event=network_thread_threw what={}", thrown.what());
        }
    }
}

void BoundServer::stop() {
    net::post(executor(), [this] { begin_stop(); });
}

void BoundServer::spawn(Task<void> task) {
    net::co_spawn(executor(), std::move(task), [](std::exception_ptr thrown) {
        if (thrown) std::rethrow_exception(thrown);
    });
}

Task<void> BoundServer::accept(Door& door, Acceptor& acceptor) {
    Timer pause(executor());
    while (!traffic_.is_stopping) {
        auto [error, socket] = co_await acceptor.async_accept(kAwait);
        if (!error) {
            try {
                welcome(door, std::move(socket));
            } catch (const std::exception& thrown) {
                LOG(kError, "event=connection_not_taken what={}", thrown.what());
            }
            continue;
        }
        if (traffic_.is_stopping) break;
        LOG(kWarn, "event=accept_failed address={} error=\"{}\"", door.bound.shown,
            error.message());
        pause.expires_after(kAcceptPause);
        co_await pause.async_wait(kAwait);
    }
}

void BoundServer::welcome(const Door& door, ClientSocket::Socket socket) {
    if (door.entrance.transport == Transport::kTcp) {
        const int on = 1;
        ::setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    if (traffic_.is_stopping) return;
    const bool is_served = guests_.served < traffic_.limits.connections_max;
    if (!is_served) traffic_.metrics->refused("connections_max");
    if (!is_served && guests_.turned_away >= kTurnedAwayMax) return;
    auto guest = std::make_unique<Guest>(
        guests_, is_served ? guests_.served : guests_.turned_away,
        std::make_unique<Connection>(traffic_, door.entrance, std::move(socket)));
    spawn(is_served ? serve(std::move(guest)) : turn_away(std::move(guest)));
    if (is_watching_) return;
    is_watching_ = true;
    spawn(watch_deadlines());
}

Task<void> BoundServer::serve(std::unique_ptr<Guest> guest) {
    co_await guest->connection().serve();
}

Task<void> BoundServer::turn_away(std::unique_ptr<Guest> guest) {
    co_await guest->connection().turn_away();
}

/// Runs while anybody is connected: a server without guests sleeps.
Task<void> BoundServer::watch_deadlines() {
    while (!guests_.connections.empty()) {
        guests_.tick.expires_after(kTick);
        co_await guests_.tick.async_wait(kAwait);
        const Clock::time_point now = Clock::now();
        for (Connection* const connection : guests_.connections) {
            connection->check_deadline(now);
        }
    }
    is_watching_ = false;
}

void BoundServer::begin_stop() {
    if (traffic_.is_stopping) return;
    traffic_.is_stopping = true;
    for (const auto& door : doors_) {
        for (Acceptor& acceptor : door->acceptors) {
            boost::system::error_code ignored;
            acceptor.close(ignored);
        }
        door->bound.name = SocketName();  // removes it
    }
    for (Connection* const connection : guests_.connections) {
        connection->begin_stop();
    }
    if (!guests_.connections.empty()) spawn(give_up_later());
}

Task<void> BoundServer::give_up_later() {
    guests_.all_gone.expires_after(milliseconds(traffic_.limits.stop_time_max_ms));
    co_await guests_.all_gone.async_wait(kAwait);
    if (guests_.connections.empty()) co_return;
    LOG(kWarn, "event=stop_time_over connections={}", guests_.connections.size());
    traffic_.is_abandoned = true;
    for (Connection* const connection : guests_.connections) {
        connection->close();
    }
}

Guest::~Guest() {
    --count_;
    guests_.connections.erase(connection_.get());
    guests_.metrics.connection_closed();
    if (!guests_.connections.empty()) return;
    guests_.tick.cancel();
    guests_.all_gone.cancel();
}

AccessRules with_own_address(AccessRules access, const Address& address) {
    // A numeric address cannot be made to lead here by a name server.
    if (address.host != "0.0.0.0" && address.host != "::" && address.unix_path.empty()) {
        const bool is_v6 = address.host.find(':') != address.host.npos;
        access.hosts.push_back(is_v6 ? fmt::format("[{}]", address.host) : address.host);
    }
    return access;
}

}  // namespace
}  // namespace sokkuri::http
