#include "http/request_parser.h"

#include "http/header_text.h"

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include <algorithm>

namespace sokkuri::http {
namespace {

namespace beast = boost::beast;
using ErrorNumber = boost::system::error_code;

Refusal refusal_of(ErrorNumber error, std::string_view bytes);
bool ends_with_version(std::string_view line);
bool has_known_end(const RequestHead& head);
Refusal header_too_large(std::string_view bytes, const RequestHead& head,
                         std::size_t header_bytes_max);

}  // namespace

/// Takes the callbacks of Beast's parser. Its own body limit counts what is declared, ours what
/// came; both are set.
class RequestParser::Impl final : public beast::http::basic_parser<true> {
 public:
    explicit Impl(std::size_t header_bytes) : header_bytes_max(header_bytes) {
        header_limit(static_cast<std::uint32_t>(header_bytes));
        body_limit(boost::none);
    }

    void refuse(Refusal why) {
        refusal = std::move(why);
        state = State::kRefused;
    }

    const std::size_t header_bytes_max;
    std::size_t head_bytes = 0;  // taken so far
    State state = State::kHead;
    RequestHead head;
    Refusal refusal;
    std::string body;
    std::uint64_t body_bytes_max = ~std::uint64_t{0};
    std::string_view body_limit_name;

 private:
    using View = beast::string_view;

    void on_request_impl(beast::http::verb, View method, View target, int version,
                         ErrorNumber&) override {
        head.method = std::string_view(method.data(), method.size());
        head.target = std::string_view(target.data(), target.size());
        head.is_http_1_0 = version == 10;
    }
    void on_response_impl(int, View, int, ErrorNumber&) override {}
    void on_field_impl(beast::http::field, View name, View value, ErrorNumber&) override {
        if (state != State::kHead) return;  // trailers of a chunked body say nothing to us
        head.headers.emplace_back(lower_case(std::string_view(name.data(), name.size())),
                                  std::string(value.data(), value.size()));
    }
    void on_header_impl(ErrorNumber&) override {
        head.keeps_alive = keep_alive();
        if (const auto length = content_length()) head.body_bytes = *length;
        head.has_body = chunked() || head.body_bytes.value_or(0) > 0;
        state = State::kBody;
    }
    void on_body_init_impl(const boost::optional<std::uint64_t>&, ErrorNumber&) override {}
    std::size_t on_body_impl(View bytes, ErrorNumber& error) override {
        if (bytes.size() > body_bytes_max - body.size()) {
            error = beast::http::error::body_limit;
            return 0;
        }
        body.append(bytes.data(), bytes.size());
        return bytes.size();
    }
    void on_chunk_header_impl(std::uint64_t, View, ErrorNumber&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t, View bytes, ErrorNumber& error) override {
        return on_body_impl(bytes, error);
    }
    void on_finish_impl(ErrorNumber&) override { state = State::kDone; }
};

RequestParser::RequestParser(std::size_t header_bytes_max)
    : impl_(std::make_unique<Impl>(header_bytes_max)) {}

RequestParser::~RequestParser() = default;

std::size_t RequestParser::put(std::string_view bytes) {
    std::size_t skipped = 0;
    if (impl_->state == State::kHead && !impl_->got_some()) {
        // RFC 9112 §2.2: empty lines before a request are passed over.
        while (bytes.starts_with("\r\n")) {
            bytes.remove_prefix(2);
            skipped += 2;
        }
        if (bytes.empty() || bytes == "\r") return skipped;
    }
    const bool is_head = impl_->state == State::kHead;
    impl_->eager(!is_head);
    ErrorNumber error;
    const std::size_t used = impl_->put({bytes.data(), bytes.size()}, error);
    const std::size_t waiting = bytes.size() - used;
    if (is_head) impl_->head_bytes += used;
    const bool is_head_still = impl_->state == State::kHead;
    const std::size_t head_bytes = impl_->head_bytes + (is_head_still ? waiting : 0);
    // A head that is not whole yet has at least one more byte.
    const bool is_too_large = is_head && head_bytes + is_head_still > impl_->header_bytes_max;
    if (is_too_large || error == beast::http::error::header_limit) {
        impl_->refuse(header_too_large(bytes, impl_->head, impl_->header_bytes_max));
    } else if (error == beast::http::error::body_limit) {
        impl_->refuse({413, "body_too_large",
                       fmt::format("{}: the body is larger than {} bytes", impl_->body_limit_name,
                                   impl_->body_bytes_max),
                       impl_->body_limit_name});
    } else if (error && error != beast::http::error::need_more) {
        impl_->refuse(refusal_of(error, bytes));
    } else if (is_head && !is_head_still && !has_known_end(impl_->head)) {
        impl_->refuse(
            {501, "transfer_encoding_unknown", "the only Transfer-Encoding taken is chunked"});
    }
    return skipped + used;
}

RequestParser::State RequestParser::state() const {
    return impl_->state;
}

const RequestHead& RequestParser::head() const {
    return impl_->head;
}

const Refusal& RequestParser::refusal() const {
    return impl_->refusal;
}

void RequestParser::set_body_bytes_max(std::uint64_t bytes_max, std::string_view limit) {
    impl_->body_bytes_max = bytes_max;
    impl_->body_limit_name = limit;
    impl_->body.reserve(
        static_cast<std::size_t>(std::min(impl_->head.body_bytes.value_or(0), bytes_max)));
}

std::uint64_t RequestParser::body_size_bytes() const {
    return impl_->body.size();
}

std::string RequestParser::take_body() {
    return std::move(impl_->body);
}

namespace {

Refusal refusal_of(ErrorNumber error, std::string_view bytes) {
    if (error == beast::http::error::bad_version &&
        ends_with_version(bytes.substr(0, bytes.find("\r\n")))) {
        return {505, "version_not_supported", "only HTTP/1.1 and HTTP/1.0 are spoken here"};
    }
    return {400, "malformed_request", fmt::format("this is no HTTP request: {}", error.message())};
}

/// "… HTTP/2.0"
bool ends_with_version(std::string_view line) {
    constexpr std::string_view kName = " HTTP/";
    if (line.size() < kName.size() + 3) return false;
    const auto end = line.substr(line.size() - kName.size() - 3);
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    return end.starts_with(kName) && is_digit(end[6]) && end[7] == '.' && is_digit(end[8]);
}

/// Another transfer coding would leave in doubt where the request ends and the next one begins.
bool has_known_end(const RequestHead& head) {
    const auto coding = head.header("transfer-encoding");
    return !coding || equals_ignoring_case(*coding, "chunked");
}

Refusal header_too_large(std::string_view bytes, const RequestHead& head,
                         std::size_t header_bytes_max) {
    const bool is_target = head.method.empty() && bytes.find('\n') == bytes.npos;
    return {is_target ? 414U : 431U, is_target ? "target_too_long" : "header_too_large",
            fmt::format("header_bytes_max: request line and headers are larger than {} bytes",
                        header_bytes_max),
            "header_bytes_max"};
}

}  // namespace
}  // namespace sokkuri::http
