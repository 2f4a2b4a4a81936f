#include "http/native_api.h"

#include "base/json.h"
#include "collection/collection.h"
#include "http/native_routes.h"

#include <iterator>
#include <utility>

namespace sokkuri::http {

RouteTable native_routes(NativeApi api) {
    const auto shared = std::make_shared<const NativeApi>(std::move(api));
    RouteTable table;
    for (const auto rows :
         {collection_routes, item_routes, patch_routes, load_routes, export_routes, picture_routes,
          search_routes, recommend_routes, group_routes, query_routes, embed_routes, field_routes,
          job_routes, upkeep_routes, operation_routes}) {
        RouteTable part = rows(shared);
        table.insert(table.end(), std::make_move_iterator(part.begin()),
                     std::make_move_iterator(part.end()));
    }
    add_description(table);
    return table;
}

Handler bind_handler(SharedApi api, NativeHandler handler) {
    return
        [api = std::move(api), handler](const Request& request) { return handler(*api, request); };
}

Result<std::shared_ptr<service::Library>> find_library(const NativeApi& api,
                                                       const Request& request) {
    return api.libraries.find(request.capture("collection"));
}

Result<std::string> item_id(const Request& request) {
    const std::string& id = request.capture("id");
    if (id.size() > collection::kIdBytesMax) {
        return fail(ErrorCode::kInvalidArgument, "id: {} bytes, at most {} are allowed", id.size(),
                    collection::kIdBytesMax);
    }
    if (is_utf8(id)) return id;
    return fail(ErrorCode::kInvalidArgument, "id: its bytes are not UTF-8");
}

}  // namespace sokkuri::http
