#include "http/request_picture.h"

#include "http/request_json.h"
#include "image/format.h"

#include <fmt/ranges.h>

#include <algorithm>

namespace sokkuri::http {

BodyForm form_of(const Request& request) {
    const std::string type = request.content_type();
    if (type == "multipart/form-data") return BodyForm::kForm;
    return type.starts_with("image/") ? BodyForm::kPicture : BodyForm::kJson;
}

Result<std::vector<FormPart>> read_form(const Request& request,
                                        std::span<const std::string_view> known_parts) {
    const std::string_view type = request.header("content-type").value_or("");
    std::vector<FormPart> parts = TRY(parse_form(type, request.body));
    for (const FormPart& part : parts) {
        if (std::find(known_parts.begin(), known_parts.end(), part.name) == known_parts.end()) {
            return fail(ErrorCode::kInvalidArgument,
                        "body: there is no part \"{}\"; it may have: {}", shown_value(part.name),
                        fmt::join(known_parts, ", "));
        }
        if (&part != find_part(parts, part.name)) {
            return fail(ErrorCode::kInvalidArgument, "body: part \"{}\" is there twice", part.name);
        }
    }
    return parts;
}

const FormPart* find_part(std::span<const FormPart> parts, std::string_view name) {
    const auto found = std::find_if(parts.begin(), parts.end(),
                                    [&](const FormPart& part) { return part.name == name; });
    return found == parts.end() ? nullptr : &*found;
}

Result<std::vector<std::byte>> checked_picture(std::vector<std::byte> bytes) {
    if (bytes.empty()) return fail(ErrorCode::kInvalidArgument, "picture: it has no bytes");
    if (image::sniff(bytes) == image::Format::kUnknown) {
        return fail(ErrorCode::kUnsupported,
                    "picture: {} bytes that are none of the formats read here: JPEG, PNG, WebP, "
                    "GIF, TIFF, BMP, HEIF, AVIF",
                    bytes.size());
    }
    return bytes;
}

Result<std::vector<std::byte>> checked_picture(std::string_view bytes) {
    const auto view = std::as_bytes(std::span(bytes));
    return checked_picture(std::vector<std::byte>(view.begin(), view.end()));
}

Result<std::vector<std::byte>> picture_of_body(const Request& request) {
    if (form_of(request) == BodyForm::kPicture) return checked_picture(request.body);
    static constexpr std::string_view kParts[] = {"picture"};
    const std::vector<FormPart> parts = TRY(read_form(request, kParts));
    const FormPart* picture = find_part(parts, "picture");
    if (picture == nullptr) {
        return fail(ErrorCode::kInvalidArgument, "body: part \"picture\" is missing");
    }
    return checked_picture(picture->content);
}

}  // namespace sokkuri::http
