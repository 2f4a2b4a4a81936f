#include "base/hash.h"
#include "http/caching.h"
#include "http/native_routes.h"
#include "http/percent_encoding.h"
#include "http/query_values.h"
#include "service/items.h"
#include "service/picture_document.h"
#include "service/picture_files.h"

namespace sokkuri::http {
namespace {

/// Of pictures that browsers cannot show as they are: enough for a large screen.
constexpr std::uint32_t kShownSideMax = 4'096;
constexpr std::uint32_t kThumbnailSideDefault = 320;
constexpr double kVersionBytesMax = 128;

Result<Response> get_thumbnail(const NativeApi& api, const Request& request);
Result<Response> get_image(const NativeApi& api, const Request& request);
Result<Response> get_original(const NativeApi& api, const Request& request);
std::vector<Parameter> thumbnail_parameters();
bool names_content(const service::Library& library, const std::string& id,
                   std::string_view version);
Response file_response(const Request& request, service::OriginalFile original);
Response picture_response(const Request& request, service::EncodedPicture picture,
                          std::string_view cache_control);

}  // namespace

RouteTable picture_routes(const SharedApi& api) {
    constexpr std::string_view kSection = "Pictures";
    return {
        {.pattern = "/v1/collections/{collection}/items/{id}/thumbnail",
         .operation = "getThumbnail",
         .summary = "The item's picture, small",
         .description = "Upright JPEG, its longer side at most `size` pixels. Has an ETag; kept "
                        "for good by browsers when `v` is the document's `content`.",
         .parameters = thumbnail_parameters(),
         .answers = {{.media_type = "image/jpeg", .help = "The thumbnail."},
                     {.status = 304, .media_type = "", .help = "As If-None-Match has it."},
                     kNoSuchItem},
         .handler = bind_handler(api, get_thumbnail),
         .section = kSection},
        {.pattern = "/v1/collections/{collection}/items/{id}/image",
         .operation = "getImage",
         .summary = "The item's picture as something that browsers show",
         .description = "The file itself where browsers know its format; others become JPEG with a "
                        "longer side of at most 4096 pixels. Has an ETag.",
         .answers = {{.media_type = "image/*", .help = "The picture."},
                     {.status = 304, .media_type = "", .help = "As If-None-Match has it."},
                     kNoSuchItem},
         .handler = bind_handler(api, get_image),
         .section = kSection},
        {.pattern = "/v1/collections/{collection}/items/{id}/original",
         .operation = "getOriginal",
         .summary = "The item's file, byte for byte, with its name",
         .description = "Has an ETag. Files that have left the folder, also by links, are not "
                        "found.",
         .answers = {{.media_type = "image/*", .help = "The file."},
                     {.status = 304, .media_type = "", .help = "As If-None-Match has it."},
                     kNoSuchItem},
         .handler = bind_handler(api, get_original),
         .section = kSection},
    };
}

namespace {

Result<Response> get_thumbnail(const NativeApi& api, const Request& request) {
    const service::Library* library = TRY(find_library(api, request));
    const std::string id = TRY(item_id(request));
    const auto size = TRY(integer_value(request, "size"));
    const auto side = static_cast<std::uint32_t>(size.value_or(kThumbnailSideDefault));
    // Looked at first: content that comes later must not be kept under the older name for good.
    const bool is_named = names_content(*library, id, text_value(request, "v"));
    service::EncodedPicture picture = TRY(service::thumbnail(*library, id, side, api.decode));
    return picture_response(request, std::move(picture), is_named ? kKeepForever : kAskAgain);
}

Result<Response> get_image(const NativeApi& api, const Request& request) {
    const service::Library* library = TRY(find_library(api, request));
    const std::string id = TRY(item_id(request));
    service::OriginalFile original = TRY(service::original_file(*library, id));
    if (service::is_shown_by_browsers(original.media_type)) {
        return file_response(request, std::move(original));
    }
    service::EncodedPicture picture =
        TRY(service::picture_as_jpeg(*library, id, kShownSideMax, api.decode));
    return picture_response(request, std::move(picture), kAskAgain);
}

Result<Response> get_original(const NativeApi& api, const Request& request) {
    const service::Library* library = TRY(find_library(api, request));
    const std::string id = TRY(item_id(request));
    service::OriginalFile original = TRY(service::original_file(*library, id));
    return file_response(request, std::move(original));
}

std::vector<Parameter> thumbnail_parameters() {
    return {{.name = "size",
             .kind = ParameterKind::kChoice,
             .help = "Longer side in pixels; smaller pictures are not enlarged.",
             .fallback = "320",
             .choices = {"160", "320", "640", "1280"}},
            {.name = "v",
             .help = "`content` of the item's document, so that the address changes with it.",
             .maximum = kVersionBytesMax}};
}

/// Whether `version` is the `content` of that item's document.
bool names_content(const service::Library& library, const std::string& id,
                   std::string_view version) {
    if (version.empty()) return false;
    const auto item = service::get_item(library, id);
    if (!item) return false;  // and so will there be no thumbnail
    const auto file = service::file_of(item->document);
    return file && file->content && hex(*file->content) == version;
}

Response file_response(const Request& request, service::OriginalFile original) {
    Response whole{.content_type = std::move(original.media_type),
                   .body = FileBody{std::move(original.file), original.size_bytes}};
    whole.headers.emplace_back("Content-Disposition", inline_disposition(original.name));
    return cacheable(request, std::move(whole), original.tag, kAskAgain);
}

Response picture_response(const Request& request, service::EncodedPicture picture,
                          std::string_view cache_control) {
    Response whole{.content_type = std::move(picture.media_type), .body = std::move(picture.bytes)};
    return cacheable(request, std::move(whole), picture.tag, cache_control);
}

}  // namespace
}  // namespace sokkuri::http
