// Route: a row of a listener's table: what a request must look like, what it may carry, and who
// answers. The server, the OpenAPI file (openapi.h) and docs/api.md read these rows and nothing
// else, so that none can say what another does not do.
#pragma once

#include "base/result.h"
#include "http/request.h"
#include "http/response.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace sokkuri::http {

enum class ParameterKind { kText, kInteger, kNumber, kBoolean, kChoice };

/// A parameter of the query. Checked before the handler runs: one that no row names, that is given
/// twice or that is out of bounds is a 400 that says which and why.
struct Parameter {
    std::string_view name;
    ParameterKind kind = ParameterKind::kText;
    std::string_view help;
    std::string_view fallback = "";  // the default, as it would be written; empty: none
    double minimum = 0;              // of numbers; of texts: bytes
    double maximum = 4'294'967'295.0;
    std::vector<std::string_view> choices = {};
};

/// What a body may be. Names of schemas are those of openapi_schemas.h.
struct BodyKind {
    std::string_view media_type;   // "application/json", "multipart/form-data", "image/*"
    std::string_view schema = "";  // empty: bytes
};

struct AnswerKind {
    unsigned status = 200;
    std::string_view media_type = "application/json";
    std::string_view schema = "";
    std::string_view help = "";
};

/// Whose turn it is when the server is busy.
enum class WorkClass {
    kImmediate,    // answered on the network thread: must take microseconds and touch no disk
    kInteractive,  // the bounded pool
    // On threads of their own: who waits keeps no thread from what he waits for, nor from others.
    kWriting,  // waits for others who write to the same collection
    kWaiting,  // waits for all who use a collection
};

using Handler = std::function<Result<Response>(const Request&)>;

struct Route {
    Method method = Method::kGet;
    std::string_view pattern;    // "/v1/collections/{collection}/items/{id}"
    std::string_view operation;  // a name for programs: "getItem"
    std::string_view summary;
    std::string_view description = "";
    std::vector<Parameter> parameters = {};
    std::vector<BodyKind> bodies = {};  // empty: a body is refused
    std::uint64_t body_bytes_max = 0;   // 0: the server's limit for JSON
    std::vector<AnswerKind> answers = {};
    WorkClass work = WorkClass::kInteractive;
    Handler handler = nullptr;
    bool is_documented = true;      // pages and assets are not, nor is their query looked at
    std::string_view section = "";  // heading in the documents: "Items"
};

using RouteTable = std::vector<Route>;

}  // namespace sokkuri::http
