#include "base/check.h"
#include "base/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

namespace sokkuri {
namespace {

std::size_t utf8_length(std::string_view rest);

template <typename Number>
void append_number(std::string& out, Number number) {
    // Without a point it would be read as the integer 0.
    if (number == 0 && std::signbit(static_cast<double>(number))) {
        out += "-0.0";
        return;
    }
    fmt::format_to(std::back_inserter(out), "{}", number);
}

}  // namespace

JsonWriter& JsonWriter::begin_object() {
    before_value();
    out_ += '{';
    levels_.push_back({.is_object = true});
    return *this;
}

JsonWriter& JsonWriter::end_object() {
    end(true, '}');
    return *this;
}

JsonWriter& JsonWriter::begin_array() {
    before_value();
    out_ += '[';
    levels_.push_back({.is_object = false});
    return *this;
}

JsonWriter& JsonWriter::end_array() {
    end(false, ']');
    return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
    CHECK(!levels_.empty() && levels_.back().is_object && !after_key_);
    separate(levels_.back());
    write_string(name);
    out_ += style_ == JsonStyle::kPretty ? ": " : ":";
    after_key_ = true;
    return *this;
}

JsonWriter& JsonWriter::null() {
    return raw("null");
}

JsonWriter& JsonWriter::value(bool flag) {
    return raw(flag ? "true" : "false");
}

JsonWriter& JsonWriter::value(std::int64_t number) {
    before_value();
    append_number(out_, number);
    return *this;
}

JsonWriter& JsonWriter::value(std::uint64_t number) {
    before_value();
    append_number(out_, number);
    return *this;
}

JsonWriter& JsonWriter::value(float number) {
    if (!std::isfinite(number)) return null();
    before_value();
    append_number(out_, number);
    return *this;
}

JsonWriter& JsonWriter::value(double number) {
    if (!std::isfinite(number)) return null();
    before_value();
    append_number(out_, number);
    return *this;
}

JsonWriter& JsonWriter::value(std::string_view text) {
    before_value();
    write_string(text);
    return *this;
}

JsonWriter& JsonWriter::value(const JsonValue& tree) {
    switch (tree.kind()) {
        case JsonValue::Kind::kNull:
            return null();
        case JsonValue::Kind::kBool:
            return value(tree.as_bool().value());
        case JsonValue::Kind::kString:
            return value(tree.text());
        case JsonValue::Kind::kNumber:
            if (!tree.large_number().empty()) return raw(tree.large_number());
            if (const auto integer = tree.as_int64()) return value(*integer);
            if (const auto integer = tree.as_uint64()) return value(*integer);
            return value(tree.as_double().value());
        case JsonValue::Kind::kArray:
            begin_array();
            for (const JsonValue& item : tree.items()) {
                value(item);
            }
            return end_array();
        case JsonValue::Kind::kObject:
            begin_object();
            for (const auto& [name, item] : tree.members()) {
                key(name).value(item);
            }
            return end_object();
    }
    return *this;
}

JsonWriter& JsonWriter::raw(std::string_view json) {
    before_value();
    out_ += json;
    return *this;
}

void JsonWriter::before_value() {
    if (after_key_) {
        after_key_ = false;
        return;
    }
    if (levels_.empty()) return;
    CHECK(!levels_.back().is_object);
    separate(levels_.back());
}

void JsonWriter::separate(Level& level) {
    if (level.has_items) out_ += ',';
    level.has_items = true;
    line_break();
}

void JsonWriter::end(bool is_object, char bracket) {
    CHECK(!levels_.empty() && levels_.back().is_object == is_object && !after_key_);
    const bool had_items = levels_.back().has_items;
    levels_.pop_back();
    if (had_items) line_break();
    out_ += bracket;
}

void JsonWriter::line_break() {
    if (style_ == JsonStyle::kCompact) return;
    out_ += '\n';
    out_.append(2 * levels_.size(), ' ');
}

void JsonWriter::write_string(std::string_view text) {
    const bool clean = is_utf8(text);
    out_ += '"';
    while (!text.empty()) {
        const auto byte = static_cast<unsigned char>(text.front());
        if (byte >= 0x80) {
            const std::size_t length = clean ? 1 : utf8_length(text);
            out_ += length == 0 ? std::string_view("\xEF\xBF\xBD") : text.substr(0, length);
            text.remove_prefix(std::max<std::size_t>(length, 1));
            continue;
        }
        switch (byte) {
            case '"':
                out_ += "\\\"";
                break;
            case '\\':
                out_ += "\\\\";
                break;
            case '\n':
                out_ += "\\n";
                break;
            case '\r':
                out_ += "\\r";
                break;
            case '\t':
                out_ += "\\t";
                break;
            default:
                if (byte < 0x20) {
                    fmt::format_to(std::back_inserter(out_), "\\u{:04x}", byte);
                } else {
                    out_ += text.front();
                }
        }
        text.remove_prefix(1);
    }
    out_ += '"';
}

namespace {

/// Bytes of the character at the front; 0 when they are not UTF-8.
std::size_t utf8_length(std::string_view rest) {
    for (std::size_t length = 2; length <= std::min<std::size_t>(4, rest.size()); ++length) {
        if (is_utf8(rest.substr(0, length))) return length;
    }
    return 0;
}

}  // namespace
}  // namespace sokkuri
