#include "base/json.h"
#include "http/item_condition.h"
#include "http/line_body.h"
#include "http/native_routes.h"
#include "http/query_values.h"
#include "http/request_json.h"
#include "http/request_picture.h"
#include "service/import_target.h"
#include "service/load_items.h"
#include "service/picture_document.h"

#include <fmt/format.h>

#include <optional>

namespace sokkuri::http {
namespace {

constexpr std::string_view kSection = "Items";
constexpr double kMarkBytesMax = collection::kLoadMarkBytesMax;

constexpr AnswerKind kNoSuchMark{
    .status = 404,
    .media_type = "application/problem+json",
    .schema = "Problem",
    .help = "There is no such collection or mark.",
};

Route load_route(const SharedApi& api);
std::vector<Parameter> load_parameters();
Result<Response> load_items(const NativeApi& api, const Request& request);
Result<service::ItemsToLoad> read_items(const Request& request);
Result<std::optional<collection::LoadMark>> read_mark(const Request& request);
Result<Response> get_mark(const NativeApi& api, const Request& request);
Result<Response> forget_mark(const NativeApi& api, const Request& request);
Result<Response> put_documents(const NativeApi& api, const Request& request);
Result<service::NamedDocument> read_document(std::string_view line, const Limits& limits);

}  // namespace

RouteTable load_routes(const SharedApi& api) {
    constexpr std::string_view kMark = "/v1/collections/{collection}/marks/{mark}";
    return {
        load_route(api),
        {.method = Method::kPut,
         .pattern = "/v1/collections/{collection}/documents",
         .operation = "putDocuments",
         .summary = "Replace the documents of many items at once",
         .description = "One JSON object a line, at most 1000, with `id` and `document`, which "
                        "takes the place of what is there. Vectors stay, unless a document has "
                        "numbers under the name of a field. All or none; lines of no item are "
                        "counted. To change single members, patch items.",
         .bodies = {{"application/x-ndjson"}},
         .body_bytes_max = api->limits.upload_bytes_max,
         .answers = {{.schema = "DocumentsReport", .help = "What became of the lines."},
                     kNoSuchCollection},
         .work = WorkClass::kWriting,
         .handler = bind_handler(api, put_documents),
         .section = kSection},
        {.pattern = kMark,
         .operation = "getMark",
         .summary = "How far a load of many requests has come",
         .description = "Dropping a field of the collection forgets all marks.",
         .answers = {{.schema = "Mark", .help = "What the last request with that mark has left."},
                     kNoSuchMark},
         .handler = bind_handler(api, get_mark),
         .section = kSection},
        {.method = Method::kDelete,
         .pattern = kMark,
         .operation = "forgetMark",
         .summary = "Forget a mark: the load is done",
         .description = "No error where there is none.",
         .answers = {{.status = 204, .media_type = "", .help = "It is gone."}, kNoSuchCollection},
         .work = WorkClass::kWriting,
         .handler = bind_handler(api, forget_mark),
         .section = kSection},
    };
}

namespace {

Route load_route(const SharedApi& api) {
    return {
        .method = Method::kPost,
        .pattern = "/v1/collections/{collection}/items",
        .operation = "loadItems",
        .summary = "Make or replace many items at once, by vectors of one's own",
        .description =
            "JSON lines of `id`, `vector` and, if wanted, `document`; or a form with a NumPy "
            "matrix, the ids of its rows and their documents, which is several times faster. All "
            "or none, at most 100000; durable when it is answered. Items that exist keep their "
            "document where none is sent, and the vectors of their other fields, unless a document "
            "has numbers under the name of one. Items that are as they were are left alone, so "
            "that a request can be repeated.",
        .parameters = load_parameters(),
        .bodies = {{"application/x-ndjson"}, {"multipart/form-data", "LoadForm"}},
        .body_bytes_max = api->limits.upload_bytes_max,
        .answers = {{.schema = "LoadReport", .help = "What became of the items."},
                    kNoSuchCollection},
        .work = WorkClass::kWriting,
        .handler = bind_handler(api, load_items),
        .section = kSection};
}

std::vector<Parameter> load_parameters() {
    return {{.name = "field",
             .help = "Whose vectors; without it, the one that searches use, made by the first "
                     "vectors that come.",
             .minimum = 1,
             .maximum = 64},
            {.name = "mark",
             .help = "A name for the load that this request is a part of: with `mark_value`, kept "
                     "in the same step as the items, so that whoever was cut off can ask how far "
                     "he had come.",
             .minimum = 1,
             .maximum = kMarkBytesMax},
            {.name = "mark_value",
             .help = "How far it has come behind this request, in words of one's own.",
             .minimum = 1,
             .maximum = kMarkBytesMax}};
}

Result<Response> load_items(const NativeApi& api, const Request& request) {
    const auto library = TRY(find_library(api, request));
    TRY(refuse_condition(request));
    service::ItemsToLoad items = TRY(in_context("body", read_items(request)));
    items.mark = TRY(read_mark(request));
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
    static constexpr std::string_view kParts[] = {"vectors", "ids", "documents"};
    const std::vector<FormPart> parts = TRY(read_form(request, kParts));
    const FormPart* vectors = find_part(parts, "vectors");
    const FormPart* ids = find_part(parts, "ids");
    const FormPart* documents = find_part(parts, "documents");
    if (vectors != nullptr && ids != nullptr) {
        return service::parse_npy_items(
            vectors->content, ids->content,
            documents == nullptr ? std::string_view() : documents->content);
    }
    return fail(ErrorCode::kInvalidArgument, "parts \"vectors\" and \"ids\" are expected");
}

Result<std::optional<collection::LoadMark>> read_mark(const Request& request) {
    const auto name = request.query_value("mark");
    const auto value = request.query_value("mark_value");
    if (!name && !value) return std::nullopt;
    if (name && value) {
        return collection::LoadMark{.name = std::string(*name), .value = std::string(*value)};
    }
    return fail(ErrorCode::kInvalidArgument, "mark and mark_value go together: one is missing");
}

Result<Response> get_mark(const NativeApi& api, const Request& request) {
    const auto library = TRY(find_library(api, request));
    const std::string& name = request.capture("mark");
    const auto value = TRY(library->collection().load_mark(name));
    if (!value) return fail(ErrorCode::kNotFound, "mark {}: there is none", shown_value(name));
    std::string text;
    JsonWriter json(text);
    json.begin_object().member("mark", name).member("value", *value).end_object();
    return json_response(std::move(text));
}

/// Of a collection without fields nothing was loaded.
Result<Response> forget_mark(const NativeApi& api, const Request& request) {
    const auto library = TRY(find_library(api, request));
    const std::vector<collection::FieldSpec> fields = TRY(library->collection().fields());
    if (fields.empty()) return empty_response();
    service::LibraryTarget target = TRY(service::LibraryTarget::open(*library));
    TRY(target.forget_mark(fields.front().name, request.capture("mark")));
    return empty_response();
}

Result<Response> put_documents(const NativeApi& api, const Request& request) {
    const auto library = TRY(find_library(api, request));
    TRY(refuse_condition(request));
    std::vector<service::NamedDocument> documents;
    const auto keep = [&](std::size_t, std::string_view text) -> Result<bool> {
        service::NamedDocument document = TRY(read_document(text, api.limits));
        documents.push_back(std::move(document));
        return documents.size() <= service::kDocumentsPutMax;  // more are refused as a whole
    };
    TRY(for_each_line(request.body, keep));
    service::LibraryTarget target = TRY(service::LibraryTarget::open(*library));
    const service::DocumentOutcome outcome = TRY(target.put_documents(std::move(documents)));
    std::string text;
    JsonWriter json(text);
    json.begin_object().member("changed", outcome.changed).member("unchanged", outcome.unchanged);
    json.member("unmatched", outcome.unmatched).end_object();
    return json_response(std::move(text));
}

/// Which file or picture an item is, is not for others to say.
Result<service::NamedDocument> read_document(std::string_view line, const Limits& limits) {
    static constexpr std::string_view kMembers[] = {"id", "document"};
    const RequestJson json = TRY(RequestJson::parse(line, limits, kMembers));
    const auto id = TRY(json.string("id"));
    const JsonValue* document = json.find("document");
    if (!id || id->empty() || document == nullptr || !document->is_object()) {
        return fail(ErrorCode::kInvalidArgument,
                    "an \"id\" and a \"document\", an object, are expected");
    }
    service::NamedDocument named{.id = *id};
    named.document = TRY(service::without_claims(json.text_of("document")));
    return named;
}

}  // namespace
}  // namespace sokkuri::http
