// JSON in and out: `parse_json` gives an immutable tree, `JsonWriter` appends text as it goes. Used
// by every floor that keeps or shows JSON. simdjson does the reading and stays in json.cpp; {fmt}
// does the writing. Values are safe to read from any number of threads; a writer belongs to one.
// Deliberately no editing, no comments or trailing commas, no NaN: what RFC 8259 says and nothing
// more.
#pragma once

#include "base/result.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace sokkuri {

struct JsonLimits {
    std::size_t size_bytes_max = 64U << 20;
    std::size_t depth_max = 64;  // arrays and objects inside each other
};

class JsonValue;
using JsonArray = std::vector<JsonValue>;
/// In the order of the text. Keys may repeat; `find` then answers the last one, as JavaScript does.
using JsonObject = std::vector<std::pair<std::string, JsonValue>>;

class JsonValue {
 public:
    enum class Kind { kNull, kBool, kNumber, kString, kArray, kObject };

    JsonValue() = default;
    explicit JsonValue(bool value) : value_(value) {}
    explicit JsonValue(std::int64_t value) : value_(value) {}
    explicit JsonValue(std::uint64_t value) : value_(value) {}
    explicit JsonValue(double value) : value_(value) {}
    /// A number that neither 64 bits nor a double hold, as it is written (base/json_number.h).
    struct LargeNumber {
        std::string text;
    };
    explicit JsonValue(LargeNumber value) : value_(std::move(value)) {}
    explicit JsonValue(std::string value) : value_(std::move(value)) {}
    explicit JsonValue(JsonArray value) : value_(std::move(value)) {}
    explicit JsonValue(JsonObject value) : value_(std::move(value)) {}

    Kind kind() const;
    bool is_null() const { return kind() == Kind::kNull; }
    bool is_bool() const { return kind() == Kind::kBool; }
    bool is_number() const { return kind() == Kind::kNumber; }
    bool is_string() const { return kind() == Kind::kString; }
    bool is_array() const { return kind() == Kind::kArray; }
    bool is_object() const { return kind() == Kind::kObject; }

    /// Each of these is kInvalidArgument ("a number is expected, not a string") for a value of
    /// another kind; the integers also for one with a fraction or out of range. A double is the one
    /// next to the number, and kInvalidArgument beyond the largest. Names of members are the
    /// caller's to add (in_context).
    Result<bool> as_bool() const;
    Result<double> as_double() const;
    Result<std::int64_t> as_int64() const;
    Result<std::uint64_t> as_uint64() const;
    Result<std::string> as_string() const;

    /// Valid UTF-8; may hold U+0000. Empty when this is no string. Lives as long as this value.
    std::string_view text() const;
    /// The text of a LargeNumber; empty for any other value.
    std::string_view large_number() const;
    /// Empty when this is no array.
    const JsonArray& items() const;
    /// Empty when this is no object.
    const JsonObject& members() const;
    /// Null when this is no object or has no such member. Linear in the number of members.
    const JsonValue* find(std::string_view key) const;
    /// The member; kInvalidArgument "missing: <key>" without one.
    Result<const JsonValue*> at(std::string_view key) const;

 private:
    // Integers keep all 64 bits: 2^53 + 1 is not a double.
    std::variant<std::monostate, bool, std::int64_t, std::uint64_t, double, LargeNumber,
                 std::string, JsonArray, JsonObject>
        value_;
};

/// "null", "a number", "an array", …: for messages.
std::string_view name_of(JsonValue::Kind kind);

/// One JSON text, with numbers of any size. kInvalidArgument with line and column of what is wrong;
/// kExhausted when a limit is passed. Memory: about 40 bytes a number.
Result<JsonValue> parse_json(std::string_view text, const JsonLimits& limits = {});

/// Parses many texts one after the other and keeps its memory between them. Not shared between
/// threads.
class JsonReader {
 public:
    explicit JsonReader(const JsonLimits& limits = {});
    JsonReader(const JsonReader&) = delete;
    JsonReader& operator=(const JsonReader&) = delete;
    ~JsonReader();

    /// As parse_json; of an object at the root only the members that are `wanted` by their names:
    /// what is left out is checked, but costs nothing more.
    using NameTest = std::function<bool(std::string_view name)>;
    Result<JsonValue> parse(std::string_view text, const NameTest& wanted);

 private:
    struct State;
    std::unique_ptr<State> state_;
};

enum class JsonStyle {
    kCompact,  // no spaces, no line ends
    kPretty,   // two spaces a level, one member or item a line
};

/// Appends one JSON text (or several, one after another) to a string of the caller, who may take
/// what is there at any time and clear it: the writer never looks back. Calls out of order (a value
/// without its key) are bugs and CHECKed.
class JsonWriter {
 public:
    explicit JsonWriter(std::string& out, JsonStyle style = JsonStyle::kCompact)
        : out_(out), style_(style) {}

    JsonWriter& begin_object();
    JsonWriter& end_object();
    JsonWriter& begin_array();
    JsonWriter& end_array();
    JsonWriter& key(std::string_view name);

    JsonWriter& null();
    JsonWriter& value(bool flag);
    JsonWriter& value(std::int64_t number);
    JsonWriter& value(std::uint64_t number);
    JsonWriter& value(std::int32_t number) { return value(std::int64_t{number}); }
    JsonWriter& value(std::uint32_t number) { return value(std::uint64_t{number}); }
    /// The shortest decimal that reads back as the same float or double; null for NaN and
    /// infinities.
    JsonWriter& value(float number);
    JsonWriter& value(double number);
    /// Bytes that are not UTF-8 become U+FFFD, so that what we write is always JSON; ask is_utf8
    /// first where they matter.
    JsonWriter& value(std::string_view text);
    JsonWriter& value(const char* text) { return value(std::string_view(text)); }
    JsonWriter& value(const std::string& text) { return value(std::string_view(text)); }
    JsonWriter& value(const JsonValue& tree);
    /// A JSON text that is already written; its insides are not looked at.
    JsonWriter& raw(std::string_view json);

    /// `key(name).value(something)`.
    template <typename T>
    JsonWriter& member(std::string_view name, const T& something) {
        return key(name).value(something);
    }

 private:
    struct Level {
        bool is_object = false;
        bool has_items = false;
    };

    void before_value();
    void separate(Level& level);
    void end(bool is_object, char bracket);
    void line_break();
    void write_string(std::string_view text);

    std::string& out_;
    JsonStyle style_;
    std::vector<Level> levels_;
    bool after_key_ = false;
};

bool is_utf8(std::string_view text);

}  // namespace sokkuri
