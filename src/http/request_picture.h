// Pictures that a request carries: as its whole body, as a part of a form, or as base64 in JSON.
// Looks at no more than their first bytes. Pure.
#pragma once

#include "base/result.h"
#include "http/multipart.h"
#include "http/request.h"

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace sokkuri::http {

enum class BodyForm { kJson, kForm, kPicture };

/// By its content type, which the server has checked against the route. JSON when there is none.
BodyForm form_of(const Request& request);

/// The parts of a form. kInvalidArgument names a part that is not known or is there twice.
Result<std::vector<FormPart>> read_form(const Request& request,
                                        std::span<const std::string_view> known_parts);

/// Null when there is none of that name.
const FormPart* find_part(std::span<const FormPart> parts, std::string_view name);

/// The bytes of a picture, if they can be one: kInvalidArgument when there are none, kUnsupported,
/// naming the formats that are read, when they are something else.
Result<std::vector<std::byte>> checked_picture(std::vector<std::byte> bytes);
Result<std::vector<std::byte>> checked_picture(std::string_view bytes);

/// The picture of a body that is a form with one part, "picture", or the picture itself.
Result<std::vector<std::byte>> picture_of_body(const Request& request);

}  // namespace sokkuri::http
