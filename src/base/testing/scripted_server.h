// ScriptedServer: a tiny server for tests of HTTP clients: takes one connection after the other and
// lets a script of the test answer, byte by byte and as badly as it likes.
#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

namespace sokkuri {

/// One connection. Both calls return at once when the server is being destroyed.
class Conversation {
 public:
    explicit Conversation(int socket) : socket_(socket) {}

    /// The next request with its body; empty when the client has closed.
    std::optional<std::string> request();
    void say(std::string_view bytes);
    /// Says nothing until the client closes.
    void wait_for_end();

 private:
    bool read_more();

    int socket_;
    std::string bytes_;
};

class ScriptedServer {
 public:
    using Script = std::function<void(Conversation&)>;

    /// On a free port of 127.0.0.1, or at `unix_path` where one is given.
    explicit ScriptedServer(Script script, const std::string& unix_path = "");
    ~ScriptedServer();
    ScriptedServer(const ScriptedServer&) = delete;
    ScriptedServer& operator=(const ScriptedServer&) = delete;

    /// "http://127.0.0.1:40123"
    std::string url() const;
    std::size_t connections() const { return connections_; }

 private:
    void serve();

    Script script_;
    int listener_ = -1;
    std::atomic<int> current_ = -1;
    std::atomic<bool> is_ending_ = false;
    std::atomic<std::size_t> connections_ = 0;
    std::thread thread_;
};

}  // namespace sokkuri
