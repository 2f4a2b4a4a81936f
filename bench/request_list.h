// A list of requests for a load, the same for the server (bench_http_load) and for the library
// behind it (bench_service_search). A line of the file is
//
//     GET TARGET
//     POST TARGET CONTENT_TYPE BODY_FILE
//
// A body that is a picture gets 16 digits behind its end each time, which no decoder reads: no two
// uploads have the same content, so that no cache answers.
#pragma once

#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace sokkuri::bench {

struct HttpRequest {
    std::string method;
    std::string target;
    std::string content_type;
    std::string body;
};

inline std::string read_bytes(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        fmt::print(stderr, "cannot read {}\n", path);
        std::exit(1);
    }
    return {std::istreambuf_iterator<char>(file), {}};
}

inline std::vector<HttpRequest> read_requests(const std::string& path) {
    std::vector<HttpRequest> requests;
    std::istringstream lines(read_bytes(path));
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        HttpRequest request;
        std::string body_file;
        words >> request.method >> request.target >> request.content_type >> body_file;
        if (!body_file.empty()) request.body = read_bytes(body_file);
        requests.push_back(std::move(request));
    }
    return requests;
}

/// The body with digits of its own behind a picture.
inline std::string body_of(const HttpRequest& request, std::uint64_t number) {
    const bool is_picture = request.content_type.starts_with("image/");
    return is_picture ? request.body + fmt::format("{:016x}", number) : request.body;
}

inline std::string text_of(const HttpRequest& request, std::string_view host,
                           std::uint64_t number) {
    const std::string body = body_of(request, number);
    std::string text =
        fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\n", request.method, request.target, host);
    if (!request.content_type.empty()) {
        text += fmt::format("Content-Type: {}\r\nContent-Length: {}\r\n", request.content_type,
                            body.size());
    }
    return text + "\r\n" + body;
}

}  // namespace sokkuri::bench
