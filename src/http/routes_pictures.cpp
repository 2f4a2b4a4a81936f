#include "base/hash.h"
#include "http/caching.h"
#include "http/native_routes.h"
#include "http/percent_encoding.h"
#include "http/query_values.h"
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
Response file_response(const Request& request, service::OriginalFile original);
Result<Response> picture_response(const Request& request, Result<service::EncodedPicture> picture,
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
                        "longer side of at most 4096 pixels. Where only a thumbnail is kept, that. "
                        "Has an ETag.",
         .answers = {{.media_type = "image/*", .help = "The picture."},
                     {.status = 304, .media_type = "", .help = "As If-None-Match has it."},
                     kNoSuchItem},
         .handler = bind_handler(api, get_image),
         .section = kSection},
        {.pattern = "/v1/collections/{collection}/items/{id}/original",
         .operation = "getOriginal",
         .summary = "The item's file, byte for byte, with its name",
         .description = "Has an ETag. Files that have left the folder, also by links, and pictures "
                        "of which only a thumbnail is kept are not found.",
         .answers = {{.media_type = "image/*", .help = "The file."},
                     {.status = 304, .media_type = "", .help = "As If-None-Match has it."},
                     kNoSuchItem},
         .handler = bind_handler(api, get_original),
         .section = kSection},
    };
}

namespace {

Result<Response> get_thumbnail(const NativeApi& api, const Request& request) {
    const auto library = TRY(find_library(api, request));
    const std::string id = TRY(item_id(request));
    const auto size = TRY(integer_value(request, "size"));
    const auto side = static_cast<std::uint32_t>(size.value_or(kThumbnailSideDefault));
    auto picture = service::thumbnail(*library, id, side, api.decode);
    // What the file holds now: newer content must not be kept under an older name for good.
    const bool is_named = picture && hex(picture->content) == text_value(request, "v");
    return picture_response(request, std::move(picture), is_named ? kKeepForever : kAskAgain);
}

Result<Response> get_image(const NativeApi& api, const Request& request) {
    const auto library = TRY(find_library(api, request));
    const std::string id = TRY(item_id(request));
    service::OriginalFile original = TRY(service::best_file(*library, id));
    if (service::is_shown_by_browsers(original.media_type)) {
        return file_response(request, std::move(original));
    }
    return picture_response(
        request, service::picture_as_jpeg(*library, id, kShownSideMax, api.decode), kAskAgain);
}

Result<Response> get_original(const NativeApi& api, const Request& request) {
    const auto library = TRY(find_library(api, request));
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

Response file_response(const Request& request, service::OriginalFile original) {
    Response whole{.content_type = std::move(original.media_type),
                   .body = FileBody{std::move(original.file), original.size_bytes}};
    whole.headers.emplace_back("Content-Disposition", inline_disposition(original.name));
    return cacheable(request, std::move(whole), original.tag, kAskAgain);
}

/// A file that has become unreadable is nobody's fault here: no 500, and no word in the log.
Result<Response> picture_response(const Request& request, Result<service::EncodedPicture> picture,
                                  std::string_view cache_control) {
    if (!picture && picture.error().code() == ErrorCode::kCorruption) {
        return problem(422, "unreadable_picture", picture.error().message());
    }
    service::EncodedPicture encoded = TRY(std::move(picture));
    Response whole{.content_type = std::move(encoded.media_type), .body = std::move(encoded.bytes)};
    return cacheable(request, std::move(whole), encoded.tag, cache_control);
}

}  // namespace
}  // namespace sokkuri::http
