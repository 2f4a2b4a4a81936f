#include "collection/collection.h"
#include "http/arrangement_values.h"
#include "http/caching.h"
#include "http/etag.h"
#include "http/item_condition.h"
#include "http/item_json.h"
#include "http/native_routes.h"
#include "http/percent_encoding.h"
#include "http/query_values.h"
#include "http/request_json.h"
#include "http/request_picture.h"
#include "service/item_vectors.h"
#include "service/items.h"

#include <fmt/format.h>

namespace sokkuri::http {
namespace {

constexpr std::size_t kItemsDefault = 50;
constexpr double kCursorBytesMax = 256;
constexpr double kNameBytesMax = 512;

Result<Response> list_items(const NativeApi& api, const Request& request);
/// What `vectors` asks for, in each of `items`.
Result<void> add_vectors(const service::Library& library, const Request& request,
                         std::span<service::Item> items);
Result<Response> get_item(const NativeApi& api, const Request& request);
Result<Response> put_item(const NativeApi& api, const Request& request);
Result<Response> delete_item(const NativeApi& api, const Request& request);
std::vector<Parameter> list_parameters();
Result<void> check_exclusive(const Request& request);
Result<service::PutItemRequest> read_json(const NativeApi& api, const Request& request);
Result<service::PutItemRequest> read_form_body(const NativeApi& api, const Request& request);
Result<std::string> checked_document(std::string_view text, const Limits& limits);

}  // namespace

RouteTable item_routes(const SharedApi& api) {
    constexpr std::string_view kSection = "Items";
    constexpr std::string_view kPattern = "/v1/collections/{collection}/items/{id}";
    return {
        {.pattern = "/v1/collections/{collection}/items",
         .operation = "listItems",
         .summary = "Items: page by page, a random sample, or by name",
         .description = "Without `sample` and `name`: all items in the order in which they came. "
                        "A page has fewer than `limit` where their documents are large: `next` "
                        "tells whether there are more.",
         .parameters = list_parameters(),
         .answers = {{.schema = "ItemList", .help = "A page of items."}, kNoSuchCollection},
         .handler = bind_handler(api, list_items),
         .section = kSection},
        {.pattern = kPattern,
         .operation = "getItem",
         .summary = "One item with its document, and its vectors where they are asked for",
         .description =
             "Its ETag is new with every change; If-None-Match asks for changes alone. What is "
             "restored from a backup has tags of its own. With vectors there is none: they may be "
             "filled in later.",
         .parameters = {vectors_parameter()},
         .answers = {{.schema = "Item", .help = "The item."},
                     {.status = 304, .media_type = "", .help = "It is as it was."},
                     kNoSuchItem},
         .handler = bind_handler(api, get_item),
         .section = kSection},
        {.method = Method::kPut,
         .pattern = kPattern,
         .operation = "putItem",
         .summary = "Make or replace an item, by a picture, a vector of one's own, or both",
         .description =
             "A picture is turned into a vector and kept, as the collection was made to. "
             "With a vector beside it no model looks at it. A document alone changes the "
             "document of an item that exists. Items that are files of the folder take "
             "a new document, but no new picture.",
         .bodies = {{"application/json", "PutBody"}, {"multipart/form-data", "PutForm"}},
         .body_bytes_max = api->limits.upload_bytes_max,
         .answers = {{.schema = "Item", .help = "The item, replaced."},
                     {.status = 201, .schema = "Item", .help = "The item, new; Location names it."},
                     kNoSuchCollection,
                     kConditionFailed},
         .work = WorkClass::kWriting,
         .handler = bind_handler(api, put_item),
         .section = kSection},
        {.method = Method::kDelete,
         .pattern = kPattern,
         .operation = "deleteItem",
         .summary = "Forget an item",
         .description = "A file is never touched: its path is remembered as excluded, and later "
                        "runs of indexing pass it by.",
         .answers = {{.status = 204, .media_type = "", .help = "It is gone."},
                     kNoSuchItem,
                     kConditionFailed},
         .work = WorkClass::kWriting,
         .handler = bind_handler(api, delete_item),
         .section = kSection},
    };
}

namespace {

Result<Response> list_items(const NativeApi& api, const Request& request) {
    const auto library = TRY(find_library(api, request));
    TRY(check_exclusive(request));
    const auto limit = TRY(integer_value(request, "limit"));
    const auto sample = TRY(integer_value(request, "sample"));
    const auto seed = TRY(integer_value(request, "seed"));
    if (sample) {
        auto filter = TRY(read_filter(request, nullptr));
        auto items =
            TRY(service::sample_items(*library, {*sample, seed.value_or(0), std::move(filter)}));
        TRY(add_vectors(*library, request, items));
        return json_response(item_list_json(items, ""));
    }
    const std::size_t limit_items = limit.value_or(kItemsDefault);
    if (request.query_value("name")) {
        auto items =
            TRY(service::find_items_by_name(*library, text_value(request, "name"), limit_items));
        TRY(add_vectors(*library, request, items));
        return json_response(item_list_json(items, ""));
    }
    service::ItemPage page =
        TRY(service::list_items(*library, text_value(request, "cursor"), limit_items));
    TRY(add_vectors(*library, request, page.items));
    return json_response(item_list_json(page.items, page.next));
}

Result<void> add_vectors(const service::Library& library, const Request& request,
                         std::span<service::Item> items) {
    if (!request.query_value("vectors")) return {};
    const service::WantedVectors wanted =
        TRY(service::wanted_vectors(library, text_value(request, "vectors"), items.size()));
    for (service::Item& item : items)
        TRY(service::add_vectors(library, wanted, item));
    return {};
}

Result<Response> get_item(const NativeApi& api, const Request& request) {
    const auto library = TRY(find_library(api, request));
    const std::string id = TRY(item_id(request));
    service::Item item = TRY(service::get_item(*library, id));
    if (request.query_value("vectors")) {
        TRY(add_vectors(*library, request, std::span(&item, 1)));
        return json_response(item_json(item));
    }
    const std::string start = TRY(tag_start(*library));
    return cacheable(request, json_response(item_json(item)), item_tag(start, item), kAskAgain);
}

Result<Response> put_item(const NativeApi& api, const Request& request) {
    const auto library = TRY(find_library(api, request));
    const std::string id = TRY(item_id(request));
    service::PutItemRequest put =
        TRY(form_of(request) == BodyForm::kForm ? read_form_body(api, request)
                                                : read_json(api, request));
    put.id = id;
    std::string start = TRY(tag_start(*library));
    put.condition = TRY(item_condition(start, request));
    put.model = api.model;
    put.limits = api.decode;
    const service::PutItemAnswer answer = TRY(service::put_item(*library, put));
    start = TRY(tag_start(*library));
    if (answer.is_refused) return refused_write(start, id, answer.item);
    Response response = json_response(item_json(answer.item), answer.was_created ? 201 : 200);
    response.headers.emplace_back("ETag", quoted_tag(item_tag(start, answer.item)));
    if (answer.was_created) {
        response.headers.emplace_back(
            "Location",
            fmt::format("/v1/collections/{}/items/{}",
                        percent_encoded(request.capture("collection")), percent_encoded(id)));
    }
    return response;
}

Result<Response> delete_item(const NativeApi& api, const Request& request) {
    const auto library = TRY(find_library(api, request));
    const std::string id = TRY(item_id(request));
    const std::string start = TRY(tag_start(*library));
    const service::ItemCondition condition = TRY(item_condition(start, request));
    const bool is_forgotten = TRY(service::forget_item(*library, id, condition));
    if (is_forgotten) return empty_response();
    const auto current = service::get_item(*library, id);
    return refused_write(start, id, current.value_or(service::Item()));
}

std::vector<Parameter> list_parameters() {
    return {{.name = "limit",
             .kind = ParameterKind::kInteger,
             .help = "Items in one answer.",
             .fallback = "50",
             .minimum = 1,
             .maximum = service::kItemPageMax},
            {.name = "cursor",
             .help = "`next` of the page before; without it, the first page.",
             .maximum = kCursorBytesMax},
            {.name = "sample",
             .kind = ParameterKind::kInteger,
             .help = "That many items drawn at random, instead of a page. `seed` and `filter` "
                     "are parts of it, and refused without it.",
             .minimum = 1,
             .maximum = service::kItemPageMax},
            {.name = "seed",
             .kind = ParameterKind::kInteger,
             .help = "Of a sample: the same seed draws the same items until the collection "
                     "changes.",
             .fallback = "0"},
            filter_parameter(),
            {.name = "name",
             .help = "Items whose path holds this text (ASCII letters in either case), by path, "
                     "instead of a page; in a collection without a folder, the item of that id.",
             .minimum = 1,
             .maximum = kNameBytesMax},
            vectors_parameter()};
}

Result<void> check_exclusive(const Request& request) {
    for (const std::string_view other : {"limit", "cursor", "name"}) {
        TRY(refuse_both(request, "sample", other));
    }
    TRY(refuse_both(request, "name", "cursor"));
    for (const std::string_view part : {"seed", "filter"}) {
        if (!request.query_value(part) || request.query_value("sample")) continue;
        return fail(ErrorCode::kInvalidArgument, "{}: it belongs to sample, which is missing",
                    part);
    }
    return {};
}

Result<service::PutItemRequest> read_json(const NativeApi& api, const Request& request) {
    static constexpr std::string_view kMembers[] = {"document", "vector", "picture", "vectors"};
    const RequestJson body = TRY(RequestJson::parse(request.body, api.limits, kMembers));
    auto vector = TRY(body.vector("vector"));
    auto picture = TRY(body.bytes("picture"));
    service::PutItemRequest put;
    put.vectors = TRY(body.vectors("vectors"));
    if (vector && picture) {
        service::PictureWithVector both{.vector = std::move(*vector)};
        both.picture = TRY(checked_picture(std::move(*picture)));
        put.source = std::move(both);
    } else if (vector) {
        put.source = std::move(*vector);
    } else if (picture) {
        put.source = TRY(checked_picture(std::move(*picture)));
    }
    if (body.find("document") != nullptr) {
        put.document = TRY(checked_document(body.text_of("document"), api.limits));
    }
    if (put.document || vector || picture || !put.vectors.empty()) return put;
    return fail(ErrorCode::kInvalidArgument,
                "body: a document, vector, vectors or picture is expected, and none is there");
}

Result<service::PutItemRequest> read_form_body(const NativeApi& api, const Request& request) {
    static constexpr std::string_view kParts[] = {"picture", "document"};
    const std::vector<FormPart> parts = TRY(read_form(request, kParts));
    service::PutItemRequest put;
    const FormPart* picture = find_part(parts, "picture");
    const FormPart* document = find_part(parts, "document");
    if (picture != nullptr) put.source = TRY(checked_picture(picture->content));
    if (document != nullptr) {
        put.document = TRY(checked_document(document->content, api.limits));
    }
    if (picture != nullptr || document != nullptr) return put;
    return fail(ErrorCode::kInvalidArgument,
                "body: a part \"picture\" or \"document\" is expected, and none is there");
}

/// As it was sent; an object, not too deep and not too large.
Result<std::string> checked_document(std::string_view text, const Limits& limits) {
    if (text.size() > collection::kDocumentBytesMax) {
        return fail(ErrorCode::kExhausted, "document: {} bytes, at most {} are kept", text.size(),
                    collection::kDocumentBytesMax);
    }
    const auto tree = parse_json(text, {.size_bytes_max = collection::kDocumentBytesMax,
                                        .depth_max = limits.json_depth_max});
    if (!tree) return fail(ErrorCode::kInvalidArgument, "document: {}", tree.error().message());
    if (tree->is_object()) return std::string(text);
    return fail(ErrorCode::kInvalidArgument, "document: an object is expected, not {}",
                name_of(tree->kind()));
}

}  // namespace
}  // namespace sokkuri::http
