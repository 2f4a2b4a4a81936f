#include "base/json_members.h"
#include "http/caching.h"
#include "http/etag.h"
#include "http/item_condition.h"
#include "http/item_json.h"
#include "http/line_body.h"
#include "http/native_routes.h"
#include "http/request_json.h"
#include "service/patch_item.h"

#include <fmt/format.h>

namespace sokkuri::http {
namespace {

Result<Response> patch_item(const NativeApi& api, const Request& request);
Result<Response> patch_items(const NativeApi& api, const Request& request);
Result<service::ItemPatch> read_line(std::string_view line, const Limits& limits);
std::string report_json(const service::PatchReport& report, std::span<const std::size_t> lines);

}  // namespace

RouteTable patch_routes(const SharedApi& api) {
    constexpr std::string_view kSection = "Items";
    return {
        {.method = Method::kPatch,
         .pattern = "/v1/collections/{collection}/items/{id}",
         .operation = "patchItem",
         .summary = "Change what is said of an item, member by member",
         .description = "JSON Merge Patch (RFC 7396): null removes a member, objects are merged, "
                        "anything else replaces; what is not named keeps its text and place. An "
                        "array of numbers under the name of a vector field is that field's vector, "
                        "as in a put; no other vector is touched, and that of a file not at all. "
                        "What sokkuri says of a picture cannot be changed. A patch that changes "
                        "nothing gives no new version.",
         .bodies = {{"application/json", "PatchBody"},
                    {"application/merge-patch+json", "PatchBody"}},
         .answers = {{.schema = "Item", .help = "The item as it is now."},
                     kNoSuchItem,
                     kConditionFailed},
         .work = WorkClass::kWriting,
         .handler = bind_handler(api, patch_item),
         .section = kSection},
        {.method = Method::kPatch,
         .pattern = "/v1/collections/{collection}/items",
         .operation = "patchItems",
         .summary = "Change what is said of many items at once",
         .description = "One JSON object a line, at most 10000: `document` is a merge patch as for "
                        "one item; `path` or `id` names the item, the path being asked first. All "
                        "that can be changed are changed in one step; the answer says which lines "
                        "could not, and why.",
         .bodies = {{"application/x-ndjson"}},
         .body_bytes_max = api->limits.upload_bytes_max,
         .answers = {{.schema = "PatchReport", .help = "What became of the lines."},
                     kNoSuchCollection},
         .work = WorkClass::kWriting,
         .handler = bind_handler(api, patch_items),
         .section = kSection},
    };
}

namespace {

Result<Response> patch_item(const NativeApi& api, const Request& request) {
    const auto library = TRY(find_library(api, request));
    service::PatchItemRequest patch;
    patch.id = TRY(item_id(request));
    std::string start = TRY(tag_start(*library));
    patch.condition = TRY(item_condition(start, request));
    static constexpr std::string_view kMembers[] = {"document"};
    const RequestJson body = TRY(RequestJson::parse(request.body, api.limits, kMembers));
    const JsonValue* document = body.find("document");
    if (document == nullptr || !document->is_object()) {
        return fail(ErrorCode::kInvalidArgument,
                    "body: a member \"document\" is expected, the patch as an object");
    }
    patch.patch = body.text_of("document");
    const service::PatchItemAnswer answer = TRY(service::patch_item(*library, patch));
    start = TRY(tag_start(*library));
    if (answer.is_refused) return refused_write(start, patch.id, answer.item);
    Response response = json_response(item_json(answer.item));
    response.headers.emplace_back("ETag", quoted_tag(item_tag(start, answer.item)));
    return response;
}

Result<Response> patch_items(const NativeApi& api, const Request& request) {
    const auto library = TRY(find_library(api, request));
    TRY(refuse_condition(request));
    std::vector<service::ItemPatch> patches;
    std::vector<std::size_t> lines;  // of the patches, from 1
    const auto keep = [&](std::size_t line, std::string_view text) -> Result<bool> {
        service::ItemPatch patch = TRY(read_line(text, api.limits));
        patches.push_back(std::move(patch));
        lines.push_back(line);
        return patches.size() <= service::kItemPatchesMax;  // more are refused as a whole
    };
    TRY(for_each_line(request.body, keep));
    const service::PatchReport report = TRY(service::patch_items(*library, patches));
    return json_response(report_json(report, lines));
}

Result<service::ItemPatch> read_line(std::string_view line, const Limits& limits) {
    static constexpr std::string_view kMembers[] = {"id", "path", "document"};
    const RequestJson json = TRY(RequestJson::parse(line, limits, kMembers));
    const auto id = TRY(json.string("id"));
    const auto path = TRY(json.string("path"));
    const JsonValue* document = json.find("document");
    if (id.value_or("").empty() && path.value_or("").empty()) {
        return fail(ErrorCode::kInvalidArgument, "an id or a path is expected, and none is there");
    }
    if (document == nullptr || !document->is_object()) {
        return fail(ErrorCode::kInvalidArgument,
                    "a member \"document\" is expected, the patch as an object");
    }
    return service::ItemPatch{.id = id.value_or(""),
                              .path = path.value_or(""),
                              .patch = std::string(json.text_of("document"))};
}

std::string report_json(const service::PatchReport& report, std::span<const std::size_t> lines) {
    std::string text;
    JsonWriter json(text);
    json.begin_object().member("changed", report.changed).member("unchanged", report.unchanged);
    const auto write_failures = [&](std::string_view name, const auto& failures) {
        json.key(name).begin_array();
        for (const service::PatchReport::Failure& failure : failures) {
            json.begin_object().member("line", std::uint64_t{lines[failure.position]});
            json.member("reason", failure.reason).end_object();
        }
        json.end_array();
    };
    write_failures("missing", report.missing);
    write_failures("refused", report.refused);
    json.end_object();
    return text;
}

}  // namespace
}  // namespace sokkuri::http
