#include "service/picture_document.h"

#include "base/json.h"
#include "base/json_members.h"
#include "base/shown_text.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace sokkuri::service {
namespace {

/// All that we write, and of these what says which file or picture it is.
constexpr std::string_view kOwnMembers[] = {"path",  "path_bytes", "width",   "height", "format",
                                            "bytes", "modified",   "content", "exif",   "preview"};
constexpr std::string_view kClaims[] = {"path", "path_bytes", "content"};

bool is_one_of(std::span<const std::string_view> names, std::string_view name);
Result<JsonValue> parse_users(std::string_view json);
std::span<const std::byte> bytes_of(std::string_view text);
void write_path(JsonWriter& writer, const std::string& path);
void add_path(JsonObjectText& object, const std::string& path);
std::string in_quotes(std::string_view text);
void write_photograph(JsonWriter& writer, const image::Photograph& photograph);
void write_preview(JsonWriter& writer, const image::Picture& preview);
std::string rfc3339(std::int64_t nanoseconds);
Result<JsonValue> parse_document(std::string_view json);
Result<std::string> read_path(const JsonValue& document);
Result<std::optional<Hash128>> read_content(const JsonValue& document);
Error not_ours(std::string_view reason);

}  // namespace

std::string to_json(const PictureDocument& document) {
    std::string json;
    JsonWriter writer(json);
    writer.begin_object();
    if (!document.path.empty()) write_path(writer, document.path);
    writer.member("width", document.size.width);
    writer.member("height", document.size.height);
    writer.member("format", image::name_of(document.format));
    writer.member("bytes", document.size_bytes);
    if (!document.path.empty()) writer.member("modified", rfc3339(document.modified_ns));
    writer.member("content", hex(document.content));
    write_photograph(writer, document.photograph);
    write_preview(writer, document.preview);
    writer.end_object();
    return json;
}

Result<std::string> with_file(std::string_view json, const std::string& path,
                              std::int64_t modified_ns) {
    const JsonValue document = TRY(parse_document(json));
    if (document.find("path") == nullptr) return tl::unexpected(not_ours("it has no path"));
    JsonObjectText changed;
    for (const JsonMember& member : json_members(json)) {
        if (member.name == "path_bytes") continue;  // written with the path
        if (member.name == "path") {
            add_path(changed, path);
        } else if (member.name == "modified") {
            changed.add(member.key, in_quotes(rfc3339(modified_ns)));
        } else {
            changed.add(member);
        }
    }
    return std::move(changed).finish();
}

Result<DocumentFile> file_of(std::string_view json) {
    const JsonValue document = TRY(parse_document(json));
    DocumentFile file;
    file.path = TRY(read_path(document));
    file.content = TRY(read_content(document));
    if (const JsonValue* bytes = document.find("bytes")) {
        if (const auto size = bytes->as_uint64()) file.size_bytes = *size;
    }
    if (const JsonValue* modified = document.find("modified")) file.modified = modified->text();
    return file;
}

bool DocumentFile::describes(const FileStatus& status) const {
    return status.size_bytes == size_bytes && rfc3339(status.modified_ns) == modified;
}

Result<std::string> with_members(std::string_view own, std::string_view users) {
    TRY(parse_document(own));
    TRY(parse_users(users));
    JsonObjectText joined;
    for (const JsonMember& member : json_members(own)) {
        if (is_one_of(kOwnMembers, member.name)) joined.add(member);
    }
    for (const JsonMember& member : json_members(users)) {
        if (!is_one_of(kOwnMembers, member.name)) joined.add(member);
    }
    return std::move(joined).finish();
}

Result<std::string> without_claims(std::string_view users) {
    TRY(parse_users(users));
    const std::vector<JsonMember> members = json_members(users);
    const auto is_claim = [](const JsonMember& member) { return is_one_of(kClaims, member.name); };
    if (std::ranges::none_of(members, is_claim)) return std::string(users);
    JsonObjectText kept;
    for (const JsonMember& member : members) {
        if (!is_claim(member)) kept.add(member);
    }
    return std::move(kept).finish();
}

Result<std::string> users_patch(std::string_view document, std::string_view patch) {
    const DocumentFile file = TRY(file_of(document));
    TRY(parse_users(patch));
    const bool is_picture = !file.path.empty() || file.content;
    const std::vector<JsonMember> known = json_members(document);
    JsonObjectText users;
    for (const JsonMember& member : json_members(patch)) {
        const bool is_ours =
            is_picture ? is_one_of(kOwnMembers, member.name) : is_one_of(kClaims, member.name);
        if (!is_ours) {
            users.add(member);
            continue;
        }
        const JsonMember* ours = find_member(known, member.name);
        if (member.value == (ours == nullptr ? "null" : ours->value)) continue;
        return fail(ErrorCode::kInvalidArgument,
                    "document: {} is what sokkuri says of {}, and cannot be changed", member.name,
                    is_picture ? "the picture" : "pictures");
    }
    return std::move(users).finish();
}

namespace {

bool is_one_of(std::span<const std::string_view> names, std::string_view name) {
    return std::ranges::find(names, name) != names.end();
}

Result<JsonValue> parse_users(std::string_view json) {
    JsonValue document = TRY(in_context("document", parse_json(json)));
    if (document.is_object()) return document;
    return fail(ErrorCode::kInvalidArgument, "document: {}, not an object",
                name_of(document.kind()));
}

std::span<const std::byte> bytes_of(std::string_view text) {
    return std::as_bytes(std::span(text));
}

void write_path(JsonWriter& writer, const std::string& path) {
    writer.member("path", utf8_text(path));
    if (!is_utf8(path)) writer.member("path_bytes", base64url(bytes_of(path)));
}

void add_path(JsonObjectText& object, const std::string& path) {
    object.add("\"path\"", in_quotes(utf8_text(path)));
    if (!is_utf8(path)) object.add("\"path_bytes\"", in_quotes(base64url(bytes_of(path))));
}

std::string in_quotes(std::string_view text) {
    std::string json;
    JsonWriter(json).value(text);
    return json;
}

void write_photograph(JsonWriter& writer, const image::Photograph& photograph) {
    if (photograph == image::Photograph()) return;
    const auto text = [&](std::string_view name, const std::string& value) {
        if (!value.empty()) writer.member(name, value);
    };
    const auto number = [&](std::string_view name, const auto& value) {
        if (value) writer.member(name, *value);
    };
    writer.key("exif").begin_object();
    text("make", photograph.make);
    text("model", photograph.model);
    text("lens", photograph.lens);
    text("taken", photograph.taken);
    number("exposure_s", photograph.exposure_s);
    number("f_number", photograph.f_number);
    number("iso", photograph.iso);
    number("focal_length_mm", photograph.focal_length_mm);
    number("latitude", photograph.latitude);
    number("longitude", photograph.longitude);
    number("altitude_m", photograph.altitude_m);
    text("artist", photograph.artist);
    text("description", photograph.description);
    writer.end_object();
}

void write_preview(JsonWriter& writer, const image::Picture& preview) {
    writer.key("preview").begin_object();
    writer.member("width", preview.size.width);
    writer.member("height", preview.size.height);
    writer.member("rgb", base64url(std::as_bytes(std::span(preview.rgb))));
    writer.end_object();
}

/// "2026-11-21T14:33:49.123456789Z"; all nine digits, so that equal times are equal texts.
std::string rfc3339(std::int64_t nanoseconds) {
    using std::chrono::floor;
    const std::chrono::sys_time<std::chrono::nanoseconds> time{
        std::chrono::nanoseconds(nanoseconds)};
    const auto day = floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(time - day);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:09}Z", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                       clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                       clock.subseconds().count());
}

Result<JsonValue> parse_document(std::string_view json) {
    auto document = parse_json(json);
    if (!document) return tl::unexpected(not_ours(document.error().message()));
    if (!document->is_object()) return tl::unexpected(not_ours("it is no object"));
    return document;
}

Result<std::string> read_path(const JsonValue& document) {
    if (const JsonValue* bytes = document.find("path_bytes")) {
        const auto parsed = parse_base64url(bytes->text());
        if (!parsed) return tl::unexpected(not_ours(parsed.error().message()));
        return std::string(reinterpret_cast<const char*>(parsed->data()), parsed->size());
    }
    const JsonValue* path = document.find("path");
    return path == nullptr ? std::string() : std::string(path->text());
}

Result<std::optional<Hash128>> read_content(const JsonValue& document) {
    const JsonValue* value = document.find("content");
    if (value == nullptr) return std::nullopt;
    const std::string_view text = value->text();
    Hash128 content;
    if (text.size() != 2 * content.size())
        return tl::unexpected(not_ours("content: not 32 digits"));
    for (std::size_t i = 0; i < content.size(); ++i) {
        unsigned byte = 0;
        for (const char digit : text.substr(2 * i, 2)) {
            const std::size_t value_of_digit = std::string_view("0123456789abcdef").find(digit);
            if (value_of_digit == std::string_view::npos) {
                return tl::unexpected(not_ours("content: not hexadecimal"));
            }
            byte = byte * 16 + static_cast<unsigned>(value_of_digit);
        }
        content[i] = static_cast<std::byte>(byte);
    }
    return content;
}

Error not_ours(std::string_view reason) {
    return Error(ErrorCode::kCorruption, fmt::format("document of a picture: {}", reason));
}

}  // namespace
}  // namespace sokkuri::service
