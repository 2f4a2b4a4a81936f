#include "http/handler_call.h"

#include "base/log.h"

#include <exception>
#include <new>

namespace sokkuri::http {
namespace {

Response answer_of(const Route& route, const Request& request);
Response problem_of(const Route& route, const Request& request, const Error& error);

}  // namespace

Response call_handler(const Route& route, const Request& request) noexcept {
    try {
        return answer_of(route, request);
    } catch (const std::bad_alloc&) {
        LOG(kError, "event=out_of_memory request={} operation={}", request.number, route.operation);
        return problem(503, "out_of_memory", "there is not enough memory for this request now");
    } catch (const std::exception& thrown) {
        LOG(kError, "event=handler_threw request={} operation={} what={}", request.number,
            route.operation, thrown.what());
    } catch (...) {
        LOG(kError, "event=handler_threw request={} operation={}", request.number, route.operation);
    }
    return problem(500, "internal", "the server failed; its log says more");
}

namespace {

Response answer_of(const Route& route, const Request& request) {
    auto answer = route.handler(request);
    if (answer) return *std::move(answer);
    return problem_of(route, request, answer.error());
}

Response problem_of(const Route& route, const Request& request, const Error& error) {
    Response response = problem(error);
    if (response.status == 500) {
        LOG(kError, "event=request_failed request={} operation={} error=\"{}\"", request.number,
            route.operation, error.message());
    }
    const std::string content_type = request.content_type();
    const bool is_picture =
        content_type.starts_with("image/") || content_type == "multipart/form-data";
    if (error.code() == ErrorCode::kUnsupported && is_picture) {
        return problem(415, "unsupported", error.message());
    }
    return response;
}

}  // namespace
}  // namespace sokkuri::http
