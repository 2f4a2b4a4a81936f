#include "base/json.h"
#include "http/native_routes.h"
#include "http/query_values.h"
#include "http/request_picture.h"
#include "service/load_items.h"

namespace sokkuri::http {
namespace {

Result<Response> load_items(const NativeApi& api, const Request& request);
Result<service::ItemsToLoad> read_items(const Request& request);

}  // namespace

RouteTable load_routes(const SharedApi& api) {
    return {
        {.method = Method::kPost,
         .pattern = "/v1/collections/{collection}/items",
         .operation = "loadItems",
         .summary = "Make or replace many items at once, by vectors of one's own",
         .description =
             "JSON lines of `id`, `vector` and, if wanted, `document`; or a form with a NumPy "
             "matrix and the ids of its rows, which is several times faster. All or none, at most "
             "100000; durable when it is answered. Items that exist keep their document where none "
             "is sent, and the vectors of their other fields, unless a document has numbers under "
             "the name of one. Items that are as they were are left alone, so that a request can "
             "be repeated.",
         .parameters = {{.name = "field",
                         .help = "Whose vectors; without it, the one that searches use, made by "
                                 "the first vectors that come.",
                         .minimum = 1,
                         .maximum = 64}},
         .bodies = {{"application/x-ndjson"}, {"multipart/form-data", "LoadForm"}},
         .body_bytes_max = api->limits.upload_bytes_max,
         .answers = {{.schema = "LoadReport", .help = "What became of the items."},
                     kNoSuchCollection},
         .handler = bind_handler(api, load_items),
         .section = "Items"},
    };
}

namespace {

Result<Response> load_items(const NativeApi& api, const Request& request) {
    const auto library = TRY(find_library(api, request));
    service::ItemsToLoad items = TRY(in_context("body", read_items(request)));
    const collection::LoadOutcome outcome =
        TRY(service::load_items(*library, text_value(request, "field"), std::move(items)));
    std::string text;
    JsonWriter json(text);
    json.begin_object().member("created", outcome.created).member("replaced", outcome.replaced);
    json.member("unchanged", outcome.unchanged).end_object();
    return json_response(std::move(text));
}

Result<service::ItemsToLoad> read_items(const Request& request) {
    if (form_of(request) != BodyForm::kForm) return service::parse_ndjson_items(request.body);
    static constexpr std::string_view kParts[] = {"vectors", "ids"};
    const std::vector<FormPart> parts = TRY(read_form(request, kParts));
    const FormPart* vectors = find_part(parts, "vectors");
    const FormPart* ids = find_part(parts, "ids");
    if (vectors != nullptr && ids != nullptr) {
        return service::parse_npy_items(vectors->content, ids->content);
    }
    return fail(ErrorCode::kInvalidArgument, "parts \"vectors\" and \"ids\" are expected");
}

}  // namespace
}  // namespace sokkuri::http
