#include "http/testing/sample_routes.h"

#include <cstdlib>
#include <cstring>
#include <new>
#include <thread>

namespace sokkuri::http {
namespace {

/// A file of sample_bytes.
class SampleFile final : public File {
 public:
    explicit SampleFile(std::uint64_t size_bytes) : bytes_(sample_bytes(size_bytes)) {}

    Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> out) const override {
        const std::string_view rest = std::string_view(bytes_).substr(offset, out.size());
        std::memcpy(out.data(), rest.data(), rest.size());
        return rest.size();
    }
    Result<void> write_at(std::uint64_t, std::span<const std::byte>) override { return refused(); }
    Result<void> truncate(std::uint64_t) override { return refused(); }
    Result<void> sync() override { return refused(); }
    Result<std::uint64_t> size_bytes() const override { return bytes_.size(); }
    Result<FileStatus> status() const override { return refused(); }
    Result<std::string> location() const override { return refused(); }
    Result<bool> try_lock(std::uint64_t, std::uint64_t, LockKind) override { return refused(); }
    Result<void> unlock(std::uint64_t, std::uint64_t) override { return refused(); }
    Result<bool> is_locked_elsewhere(std::uint64_t, std::uint64_t) const override {
        return refused();
    }
    Result<std::unique_ptr<MappedRegion>> map(std::uint64_t, std::size_t, MapAccess) override {
        return refused();
    }

 private:
    static tl::unexpected<Error> refused() {
        return fail(ErrorCode::kUnsupported, "this file is only read");
    }

    std::string bytes_;
};

/// sample_bytes in pieces, some of them empty.
class SampleBytes final : public ByteStream {
 public:
    struct Plan {
        std::uint64_t size_bytes = 0;
        bool is_known = false;
        bool fails = false;  // in the middle
    };

    SampleBytes(SampleState& state, const Plan& plan)
        : state_(state), plan_(plan), bytes_(sample_bytes(plan.size_bytes)) {
        ++state_.streams_alive;
    }
    ~SampleBytes() override {
        state_.last_stream_ended_in = std::this_thread::get_id();
        --state_.streams_alive;
    }

    std::optional<std::uint64_t> size_bytes() const override {
        return plan_.is_known ? std::optional(plan_.size_bytes) : std::nullopt;
    }
    Result<std::optional<std::string>> next() override {
        constexpr std::size_t kPieceBytes = 100'000;
        if (++pieces_ % 3 == 0) return std::string();
        if (plan_.fails && at_ >= bytes_.size() / 2) {
            return fail(ErrorCode::kCorruption, "the second half is lost");
        }
        if (at_ == bytes_.size()) return std::nullopt;
        std::string piece = bytes_.substr(at_, kPieceBytes);
        at_ += piece.size();
        return piece;
    }
    bool is_over() const override { return state_.streams_over; }

 private:
    SampleState& state_;
    const Plan plan_;
    const std::string bytes_;
    std::size_t at_ = 0;
    std::size_t pieces_ = 0;
};

class SampleEvents final : public EventStream {
 public:
    explicit SampleEvents(SampleState& state) : state_(state) { ++state_.streams_alive; }
    ~SampleEvents() override { --state_.streams_alive; }

    std::optional<Event> next() override {
        if (sent_ >= state_.events_wanted) return std::nullopt;
        ++sent_;
        return Event{"progress", fmt::format("{{\"n\":{}}}", sent_)};
    }
    bool is_finished() const override { return state_.events_end; }

 private:
    SampleState& state_;
    std::uint32_t sent_ = 0;
};

std::uint64_t bytes_asked(const Request& request) {
    return std::strtoull(std::string(request.query_value("bytes").value_or("0")).c_str(), nullptr,
                         10);
}

Result<Response> echo(const Request& request) {
    return Response{.content_type = "text/plain",
                    .body = request.capture("name") + ":" + request.body};
}

Result<Response> large(const Request& request) {
    return Response{.content_type = "text/plain", .body = sample_bytes(bytes_asked(request))};
}

Result<Response> file(const Request& request) {
    const std::uint64_t size = bytes_asked(request);
    // "short": a file that lost its second half after its size was asked for.
    const bool is_short = request.query_value("short").has_value();
    auto opened = std::make_unique<SampleFile>(is_short ? size / 2 : size);
    return Response{.content_type = "text/plain", .body = FileBody{std::move(opened), size}};
}

Result<Response> events_of(SampleState& state) {
    return Response{.content_type = "text/event-stream",
                    .body = std::make_unique<SampleEvents>(state)};
}

Result<Response> out_of_memory(const Request& /*request*/) {
    throw std::bad_alloc();
}

}  // namespace

RouteTable sample_routes(SampleState& state) {
    const std::vector<Parameter> bytes = {{.name = "bytes", .kind = ParameterKind::kInteger}};
    const auto count = [&state](const Request&) -> Result<Response> {
        return json_response(fmt::format("{{\"handled\":{}}}", ++state.handled));
    };
    const auto now = [&state, count](const Request& request) {
        state.network_thread = std::this_thread::get_id();
        return count(request);
    };
    const auto gated = [&state](const Request&) -> Result<Response> {
        state.gate.pass();
        return json_response("{}");
    };
    const auto made = [&state](const Request& request) -> Result<Response> {
        const SampleBytes::Plan plan{.size_bytes = bytes_asked(request),
                                     .is_known = request.query_value("known") == "true",
                                     .fails = request.query_value("fails").has_value()};
        return Response{.content_type = "text/plain",
                        .body = std::make_unique<SampleBytes>(state, plan)};
    };
    const auto events = [&state](const Request&) -> Result<Response> { return events_of(state); };
    auto file_parameters = bytes;
    file_parameters.push_back({.name = "short"});
    auto made_parameters = bytes;
    made_parameters.push_back({.name = "known", .kind = ParameterKind::kBoolean});
    made_parameters.push_back({.name = "fails"});
    const std::vector<BodyKind> text = {{"text/plain"}};
    return {
        {.pattern = "/now", .operation = "now", .work = WorkClass::kImmediate, .handler = now},
        {.pattern = "/work", .operation = "work", .handler = count},
        {.pattern = "/gated", .operation = "gated", .handler = gated},
        {.method = Method::kPut,
         .pattern = "/gated",
         .operation = "putGated",
         .work = WorkClass::kWriting,
         .handler = gated},
        {.method = Method::kDelete,
         .pattern = "/gated",
         .operation = "deleteGated",
         .work = WorkClass::kWaiting,
         .handler = gated},
        {.pattern = "/large", .operation = "large", .parameters = bytes, .handler = large},
        {.pattern = "/file", .operation = "file", .parameters = file_parameters, .handler = file},
        {.pattern = "/made", .operation = "made", .parameters = made_parameters, .handler = made},
        {.pattern = "/events", .operation = "events", .handler = events},
        {.pattern = "/throw", .operation = "throw", .handler = out_of_memory},
        {.method = Method::kPost,
         .pattern = "/echo/{name}",
         .operation = "postEcho",
         .bodies = text,
         .handler = echo},
        {.method = Method::kPut,
         .pattern = "/echo/{name}",
         .operation = "putEcho",
         .bodies = text,
         .body_bytes_max = 10'000'000,
         .handler = echo},
    };
}

std::string sample_bytes(std::uint64_t size_bytes) {
    std::string bytes(size_bytes, ' ');
    for (std::uint64_t i = 0; i < size_bytes; ++i) {
        bytes[i] = static_cast<char>('a' + (i * 7 + i / 251) % 26);
    }
    return bytes;
}

}  // namespace sokkuri::http
