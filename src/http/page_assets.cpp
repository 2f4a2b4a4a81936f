#include "http/page_assets.h"

#include "base/check.h"
#include "http/etag.h"
#include "http/header_text.h"

#include <algorithm>
#include <string>

namespace sokkuri::http {
namespace {

constexpr std::string_view kIndex = "index.html";
constexpr std::string_view kAssets = "assets/";
constexpr std::string_view kKeep = "public, max-age=31536000, immutable";
constexpr std::string_view kAskAgain = "no-cache";

const EmbeddedFile* find(std::span<const EmbeddedFile> files, std::string_view path);
Route page_route(std::string_view pattern, std::string_view operation, Handler handler);
Response file_answer(const EmbeddedFile& file, const Request& request, std::string_view caching);
bool takes_coding(const Request& request, std::string_view coding);

}  // namespace

RouteTable page_routes(std::span<const EmbeddedFile> files) {
    const EmbeddedFile* const index = find(files, kIndex);
    CHECK(index != nullptr);
    const Handler page = [index](const Request& request) -> Result<Response> {
        Response answer = file_answer(*index, request, kAskAgain);
        answer.headers.emplace_back("Content-Security-Policy", std::string(kPagePolicy));
        answer.headers.emplace_back("Cross-Origin-Opener-Policy", "same-origin");
        return answer;
    };
    RouteTable table;
    table.push_back(page_route("/", "page", page));
    table.push_back(page_route("/c/{path...}", "page", page));
    const auto answer_file = [files](const std::string& path, const Request& request,
                                     std::string_view caching) -> Result<Response> {
        const EmbeddedFile* const file = find(files, path);
        if (file == nullptr) return fail(ErrorCode::kNotFound, "there is nothing under this path");
        return file_answer(*file, request, caching);
    };
    table.push_back(page_route("/assets/{path...}", "asset", [=](const Request& request) {
        return answer_file(std::string(kAssets) + request.capture("path"), request, kKeep);
    }));
    table.push_back(page_route("/{file}", "asset", [=](const Request& request) {
        const std::string& path = request.capture("file");
        const bool is_of_top_level = path.find('/') == path.npos;  // "%2F" was decoded
        return answer_file(is_of_top_level ? path : "", request, kAskAgain);
    }));
    return table;
}

namespace {

const EmbeddedFile* find(std::span<const EmbeddedFile> files, std::string_view path) {
    const auto at = std::ranges::find(files, path, &EmbeddedFile::path);
    return at == files.end() ? nullptr : &*at;
}

Route page_route(std::string_view pattern, std::string_view operation, Handler handler) {
    return {.pattern = pattern,
            .operation = operation,
            .summary = "A file of the web page",
            .work = WorkClass::kImmediate,
            .handler = std::move(handler),
            .is_documented = false};
}

Response file_answer(const EmbeddedFile& file, const Request& request, std::string_view caching) {
    Response answer;
    const std::string_view tag = file.etag.substr(1, file.etag.size() - 2);  // without its quotes
    if (is_not_modified(request, tag)) {
        answer = not_modified(tag);
    } else {
        answer.content_type = file.media_type;
        answer.headers.emplace_back("ETag", quoted_tag(tag));
        if (!file.brotli.empty() && takes_coding(request, "br")) {
            answer.headers.emplace_back("Content-Encoding", "br");
            answer.body = StaticBytes{file.brotli};
        } else if (!file.gzip.empty() && takes_coding(request, "gzip")) {
            answer.headers.emplace_back("Content-Encoding", "gzip");
            answer.body = StaticBytes{file.gzip};
        } else {
            answer.body = StaticBytes{file.bytes};
        }
    }
    answer.headers.emplace_back("Cache-Control", std::string(caching));
    answer.headers.emplace_back("Vary", "Accept-Encoding");
    return answer;
}

/// "br;q=0" is a no; other weights do not matter to us.
bool takes_coding(const Request& request, std::string_view coding) {
    bool is_taken = false;
    for_each_in_list(request.header("accept-encoding").value_or(""), [&](std::string_view one) {
        const auto semicolon = std::min(one.find(';'), one.size());
        if (!equals_ignoring_case(trimmed(one.substr(0, semicolon)), coding)) return;
        const auto weight = trimmed(one.substr(std::min(semicolon + 1, one.size())));
        is_taken = weight.find_first_not_of("q=0.") != weight.npos || weight.empty();
    });
    return is_taken;
}

}  // namespace
}  // namespace sokkuri::http
