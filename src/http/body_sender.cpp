#include "http/body_sender.h"

#include "base/log.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sokkuri::http {
namespace {

namespace net = boost::asio;
using std::chrono::milliseconds;
using Clock = ClientSocket::Clock;

constexpr auto kAwait = net::as_tuple(net::use_awaitable_t<Executor>());
constexpr std::uint64_t kFilePieceBytes = 256 << 10;

Task<bool> send_file(Traffic& traffic, ClientSocket& socket, FileBody& file);
Task<bool> send_bytes(Traffic& traffic, ClientSocket& socket, ByteStream& bytes);
Task<bool> send_pieces(Traffic& traffic, ClientSocket& socket, ByteStream& bytes);
Task<bool> send_events(Traffic& traffic, ClientSocket& socket, EventStream& events);
std::string text_of(const EventStream::Event& event);
/// Memory that runs out is an error as any other: the pool takes no exceptions.
Result<std::optional<std::string>> next_of(ByteStream& bytes) noexcept;

}  // namespace

std::optional<std::uint64_t> size_bytes_of(const Body& body) {
    if (const auto* const file = std::get_if<FileBody>(&body)) return file->size_bytes;
    if (const auto* const stream = std::get_if<std::unique_ptr<ByteStream>>(&body)) {
        return (*stream)->size_bytes();
    }
    if (std::holds_alternative<std::unique_ptr<EventStream>>(body)) return std::nullopt;
    return bytes_of(body).size();
}

bool is_chunked(const Body& body) {
    return std::holds_alternative<std::unique_ptr<ByteStream>>(body) && !size_bytes_of(body);
}

std::string_view bytes_of(const Body& body) {
    const auto view = [](std::span<const std::byte> bytes) {
        return std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    };
    if (const auto* const text = std::get_if<std::string>(&body)) return *text;
    if (const auto* const shared = std::get_if<SharedBytes>(&body)) {
        return *shared == nullptr ? std::string_view() : view(**shared);
    }
    if (const auto* const fixed = std::get_if<StaticBytes>(&body)) return view(fixed->bytes);
    return "";
}

Task<bool> send_stream(Traffic& traffic, ClientSocket& socket, Body& body) {
    if (auto* const file = std::get_if<FileBody>(&body)) {
        const bool is_whole = co_await send_file(traffic, socket, *file);
        co_return is_whole;
    }
    if (auto* const bytes = std::get_if<std::unique_ptr<ByteStream>>(&body)) {
        const bool is_whole = co_await send_bytes(traffic, socket, **bytes);
        co_return is_whole;
    }
    if (auto* const events = std::get_if<std::unique_ptr<EventStream>>(&body)) {
        const bool is_whole = co_await send_events(traffic, socket, **events);
        co_return is_whole;
    }
    co_return true;
}

Task<void> let_go(Traffic& traffic, Body& body) {
    auto* const bytes = std::get_if<std::unique_ptr<ByteStream>>(&body);
    if (bytes == nullptr || *bytes == nullptr) co_return;
    std::function<void()> job = [bytes] { bytes->reset(); };
    co_await traffic.go_on_on_pool(std::move(job));
}

namespace {

Task<bool> send_file(Traffic& traffic, ClientSocket& socket, FileBody& file) {
    std::vector<std::byte> piece(
        static_cast<std::size_t>(std::min<std::uint64_t>(file.size_bytes, kFilePieceBytes)));
    const milliseconds write_time(traffic.limits.write_time_max_ms);
    for (std::uint64_t offset = 0; offset < file.size_bytes; offset += piece.size()) {
        piece.resize(static_cast<std::size_t>(
            std::min<std::uint64_t>(piece.size(), file.size_bytes - offset)));
        Result<std::size_t> read = 0;
        std::function<void()> job = [&] { read = file.file->read_at(offset, piece); };
        co_await traffic.go_on_on_pool(std::move(job));
        if (!read || *read != piece.size()) {
            LOG(kWarn, "event=file_cut_short offset={} error=\"{}\"", offset,
                read ? "the file is shorter than it was" : read.error().message());
            co_return false;
        }
        const std::string_view bytes(reinterpret_cast<const char*>(piece.data()), piece.size());
        const bool is_written = co_await socket.write(bytes, "", write_time);
        if (!is_written) co_return false;
    }
    co_return true;
}

Task<bool> send_bytes(Traffic& traffic, ClientSocket& socket, ByteStream& bytes) {
    std::function<bool()> is_over = [&stream = std::as_const(bytes)] { return stream.is_over(); };
    socket.set_end(std::move(is_over));
    const bool is_whole = co_await send_pieces(traffic, socket, bytes);
    socket.set_end(nullptr);
    co_return is_whole;
}

Task<bool> send_pieces(Traffic& traffic, ClientSocket& socket, ByteStream& bytes) {
    const std::optional<std::uint64_t> size_bytes = bytes.size_bytes();
    std::uint64_t sent_bytes = 0;
    const milliseconds write_time(traffic.limits.write_time_max_ms);
    const Clock::time_point end = Clock::now() + milliseconds(traffic.limits.export_time_max_ms);
    std::string_view line_end;  // of the chunk before
    for (;;) {
        Result<std::optional<std::string>> piece = std::nullopt;
        std::function<void()> job = [&] { piece = next_of(bytes); };
        co_await traffic.go_on_on_pool(std::move(job));
        if (!piece) {
            LOG(kWarn, "event=export_cut_short error=\"{}\"", piece.error().message());
            co_return false;
        }
        if (Clock::now() > end) {
            LOG(kWarn, "event=export_cut_short limit=export_time_max_ms value={}",
                traffic.limits.export_time_max_ms);
            traffic.metrics->refused("export_time_max_ms");
            co_return false;
        }
        if (!piece->has_value()) break;
        const std::string& content = **piece;
        if (content.empty()) continue;
        sent_bytes += content.size();
        // Behind its length it would be taken for the next answer.
        if (size_bytes && sent_bytes > *size_bytes) co_return false;
        std::string head;
        if (!size_bytes) head = fmt::format("{}{:x}\r\n", line_end, content.size());
        line_end = "\r\n";
        const bool is_written = co_await socket.write(head, content, write_time);
        if (!is_written) co_return false;
    }
    if (size_bytes) co_return sent_bytes == *size_bytes;
    const bool is_written = co_await socket.write(line_end, "0\r\n\r\n", write_time);
    co_return is_written;
}

Task<bool> send_events(Traffic& traffic, ClientSocket& socket, EventStream& events) {
    const milliseconds write_time(traffic.limits.write_time_max_ms);
    const milliseconds silence_max(traffic.limits.event_silence_max_ms);
    net::basic_waitable_timer<Clock, net::wait_traits<Clock>, Executor> timer(
        traffic.network.get_executor());
    Clock::time_point spoke = Clock::now();
    while (!socket.is_gone()) {
        std::string text;
        if (const auto event = events.next()) text = text_of(*event);
        const bool is_finished = text.empty() && events.is_finished();
        if (is_finished) co_return true;
        if (text.empty() && Clock::now() - spoke >= silence_max) text = ":\n\n";
        if (!text.empty()) {
            spoke = Clock::now();
            const bool is_written = co_await socket.write(text, "", write_time);
            if (!is_written) co_return false;
        }
        timer.expires_after(milliseconds(traffic.limits.event_interval_ms));
        co_await timer.async_wait(kAwait);
    }
    co_return false;
}

Result<std::optional<std::string>> next_of(ByteStream& bytes) noexcept {
    try {
        return bytes.next();
    } catch (const std::exception& thrown) {
        return fail(ErrorCode::kInternal, "{}", thrown.what());
    }
}

/// As EventSource reads it: https://html.spec.whatwg.org/multipage/server-sent-events.html.
std::string text_of(const EventStream::Event& event) {
    return fmt::format("event: {}\ndata: {}\n\n", event.name, event.data);
}

}  // namespace
}  // namespace sokkuri::http
