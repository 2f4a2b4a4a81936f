#include "http/caching.h"

#include "http/etag.h"

#include <string>

namespace sokkuri::http {

Response cacheable(const Request& request, Response whole, std::string_view tag,
                   std::string_view cache_control) {
    Response answer;
    if (is_not_modified(request, tag)) {
        answer = not_modified(tag);
    } else {
        answer = std::move(whole);
        answer.headers.emplace_back("ETag", quoted_tag(tag));
    }
    answer.headers.emplace_back("Cache-Control", std::string(cache_control));
    return answer;
}

}  // namespace sokkuri::http
