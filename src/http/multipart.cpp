#include "http/multipart.h"

#include "http/header_text.h"

#include <algorithm>
#include <optional>

namespace sokkuri::http {
namespace {

constexpr std::size_t kBoundaryBytesMax = 70;  // RFC 2046 §5.1.1
constexpr std::size_t kPartHeaderBytesMax = 8'192;

Result<std::string> boundary_of(std::string_view content_type);
Result<FormPart> parse_part(std::string_view part);
Result<void> read_disposition(std::string_view value, FormPart& part);
/// The value of `name` among "; name=value" pairs; quotes and backslashes taken off.
std::optional<std::string> parameter_of(std::string_view value, std::string_view name);
bool is_boundary(std::string_view text);

}  // namespace

Result<std::vector<FormPart>> parse_form(std::string_view content_type, std::string_view body) {
    const std::string boundary = TRY(boundary_of(content_type));
    const std::string delimiter = "\r\n--" + boundary;
    // The first delimiter may lack its line break, and text may stand before it.
    std::size_t at = 0;
    if (!body.starts_with(std::string_view(delimiter).substr(2))) {
        at = body.find(delimiter);
        if (at == body.npos) {
            return fail(ErrorCode::kInvalidArgument,
                        "the form's boundary \"{}\" is not in its body", boundary);
        }
        at += 2;
    }
    at += delimiter.size() - 2;
    std::vector<FormPart> parts;
    for (;;) {
        std::string_view rest = body.substr(at);
        if (rest.starts_with("--")) return parts;
        const auto line_end = rest.find("\r\n");
        if (line_end == rest.npos || !trimmed(rest.substr(0, line_end)).empty()) {
            return fail(ErrorCode::kInvalidArgument,
                        "form: part {} does not begin after its boundary", parts.size() + 1);
        }
        // The line break before the headers stays: a part without headers begins with "\r\n\r\n".
        rest.remove_prefix(line_end);
        const auto end = rest.find(delimiter, 2);
        if (end == rest.npos) {
            return fail(ErrorCode::kInvalidArgument, "form: part {} is cut off", parts.size() + 1);
        }
        if (parts.size() == kFormPartsMax) {
            return fail(ErrorCode::kExhausted, "form: more than {} parts", kFormPartsMax);
        }
        FormPart part = TRY(in_context(fmt::format("form: part {}", parts.size() + 1),
                                       parse_part(rest.substr(0, end))));
        parts.push_back(std::move(part));
        at += line_end + end + delimiter.size();
    }
}

namespace {

Result<std::string> boundary_of(std::string_view content_type) {
    if (media_type_of(content_type) != "multipart/form-data") {
        return fail(ErrorCode::kInvalidArgument, "multipart/form-data is expected");
    }
    const auto boundary = parameter_of(content_type, "boundary");
    if (!boundary || !is_boundary(*boundary)) {
        return fail(ErrorCode::kInvalidArgument,
                    "Content-Type names no boundary of 1 to {} bytes for the form",
                    kBoundaryBytesMax);
    }
    return *boundary;
}

/// `part`: from the line break before its headers to the one before the next delimiter.
Result<FormPart> parse_part(std::string_view part) {
    const auto headers_end = part.find("\r\n\r\n");
    if (headers_end == part.npos) {
        return fail(ErrorCode::kInvalidArgument, "it has no end of headers");
    }
    if (headers_end > kPartHeaderBytesMax) {
        return fail(ErrorCode::kExhausted, "its headers are larger than {} bytes",
                    kPartHeaderBytesMax);
    }
    FormPart form_part;
    form_part.content = part.substr(headers_end + 4);
    bool has_disposition = false;
    std::string_view headers = part.substr(0, headers_end);
    while (!headers.empty()) {
        headers.remove_prefix(2);  // each line has its break before it
        const auto line = headers.substr(0, headers.find("\r\n"));
        headers.remove_prefix(line.size());
        const auto colon = line.find(':');
        if (colon == line.npos) {
            return fail(ErrorCode::kInvalidArgument, "a header has no colon");
        }
        const std::string name = lower_case(trimmed(line.substr(0, colon)));
        const auto value = trimmed(line.substr(colon + 1));
        if (name == "content-type") form_part.content_type = media_type_of(value);
        if (name != "content-disposition") continue;
        has_disposition = true;
        TRY(read_disposition(value, form_part));
    }
    if (!has_disposition) {
        return fail(ErrorCode::kInvalidArgument, "it has no Content-Disposition");
    }
    return form_part;
}

Result<void> read_disposition(std::string_view value, FormPart& part) {
    if (media_type_of(value) != "form-data") {
        return fail(ErrorCode::kInvalidArgument, "its Content-Disposition is not form-data");
    }
    const auto name = parameter_of(value, "name");
    if (!name) return fail(ErrorCode::kInvalidArgument, "its Content-Disposition has no name");
    part.name = *name;
    part.file_name = parameter_of(value, "filename").value_or("");
    return {};
}

std::optional<std::string> parameter_of(std::string_view value, std::string_view name) {
    std::size_t at = value.find(';');
    while (at < value.size()) {
        const auto equals = value.find('=', at);
        if (equals == value.npos) return std::nullopt;
        const auto key = trimmed(value.substr(at + 1, equals - at - 1));
        std::string text;
        at = equals + 1;
        if (at < value.size() && value[at] == '"') {
            for (++at; at < value.size() && value[at] != '"'; ++at) {
                // Browsers escape quotes as %22; others with a backslash. A backslash before
                // anything else is part of a name of Windows.
                const bool is_escape = value[at] == '\\' && at + 1 < value.size() &&
                                       (value[at + 1] == '"' || value[at + 1] == '\\');
                if (is_escape) ++at;
                text += value[at];
            }
            if (at >= value.size()) return std::nullopt;  // no closing quote
            at = value.find(';', at);
        } else {
            const auto end = std::min(value.find(';', at), value.size());
            text = trimmed(value.substr(at, end - at));
            at = end;
        }
        if (equals_ignoring_case(key, name)) return text;
    }
    return std::nullopt;
}

bool is_boundary(std::string_view text) {
    const auto is_taken = [](char c) {
        return is_letter_or_digit(c) ||
               std::string_view("'()+_,-./:=? ").find(c) != std::string_view::npos;
    };
    return !text.empty() && text.size() <= kBoundaryBytesMax && text.back() != ' ' &&
           std::ranges::all_of(text, is_taken);
}

}  // namespace
}  // namespace sokkuri::http
