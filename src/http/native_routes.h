// The rows of the native API, by noun; one source each. Used by native_api.cpp alone.
#pragma once

#include "http/hits_wanted.h"
#include "http/native_api.h"
#include "http/request.h"
#include "http/response.h"
#include "http/route.h"
#include "service/search.h"

#include <memory>
#include <string>
#include <string_view>

namespace sokkuri::http {

using SharedApi = std::shared_ptr<const NativeApi>;
using NativeHandler = Result<Response> (*)(const NativeApi& api, const Request& request);

Handler bind_handler(SharedApi api, NativeHandler handler);

/// The one that the path names, for as long as it is held; kNotFound names those that there are.
Result<std::shared_ptr<service::Library>> find_library(const NativeApi& api,
                                                       const Request& request);

/// The one that the path names: 1 to kIdBytesMax bytes of UTF-8; else kInvalidArgument.
Result<std::string> item_id(const Request& request);

/// Searches as `wanted` and the server's own limits say, and answers with the hits.
Result<Response> answer_search(const NativeApi& api, const service::Library& library,
                               service::SearchQuery query, const HitsWanted& wanted);

RouteTable collection_routes(const SharedApi& api);
RouteTable item_routes(const SharedApi& api);
RouteTable patch_routes(const SharedApi& api);
RouteTable field_routes(const SharedApi& api);
RouteTable load_routes(const SharedApi& api);
RouteTable export_routes(const SharedApi& api);
RouteTable picture_routes(const SharedApi& api);
RouteTable search_routes(const SharedApi& api);
RouteTable recommend_routes(const SharedApi& api);
RouteTable group_routes(const SharedApi& api);
RouteTable query_routes(const SharedApi& api);
RouteTable embed_routes(const SharedApi& api);
RouteTable job_routes(const SharedApi& api);
RouteTable upkeep_routes(const SharedApi& api);
RouteTable operation_routes(const SharedApi& api);

/// The row of /openapi.json, which describes itself and all that is in the table so far.
void add_description(RouteTable& table);

inline constexpr AnswerKind kNoSuchItem{
    .status = 404,
    .media_type = "application/problem+json",
    .schema = "Problem",
    .help = "There is no such collection or item.",
};

inline constexpr AnswerKind kConditionFailed{
    .status = 412,
    .media_type = "application/problem+json",
    .schema = "Problem",
    .help = "If-Match or If-None-Match does not hold; ETag names what is there.",
};

inline constexpr AnswerKind kNoSuchCollection{
    .status = 404,
    .media_type = "application/problem+json",
    .schema = "Problem",
    .help = "There is no such collection; the answer names those that there are.",
};

}  // namespace sokkuri::http
