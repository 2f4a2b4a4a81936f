#include "http/etag.h"

#include "http/header_text.h"

#include <fmt/format.h>

namespace sokkuri::http {

std::string quoted_tag(std::string_view tag) {
    return fmt::format("\"{}\"", tag);
}

bool is_not_modified(const Request& request, std::string_view tag) {
    const std::string wanted = quoted_tag(tag);
    bool is_named = false;
    for_each_in_list(request.header("if-none-match").value_or(""), [&](std::string_view one) {
        if (one.starts_with("W/")) one.remove_prefix(2);
        is_named = is_named || one == wanted || one == "*";
    });
    return is_named;
}

Response not_modified(std::string_view tag) {
    Response response = empty_response(304);
    response.headers.emplace_back("ETag", quoted_tag(tag));
    return response;
}

}  // namespace sokkuri::http
