// The members of a JSON object as the texts that they were written in: so that a document can be
// kept, joined and changed without rewriting what nobody asked to change (1.50 stays 1.50). Used
// where documents are kept as they were sent. Views into the text; pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace sokkuri {

struct JsonMember {
    std::string name;        // what `key` stands for
    std::string_view key;    // as written, with its quotes
    std::string_view value;  // as written, without the spaces around it
};

/// In the order of the text. `object` is valid JSON (parse_json has read it) and an object. O(its
/// length).
std::vector<JsonMember> json_members(std::string_view object);

/// Null when there is none. Of several with one name the last, as parse_json has it.
const JsonMember* find_member(const std::vector<JsonMember>& members, std::string_view name);

/// Past the closing quote of the string that begins at `start`; the end of the text without one.
std::size_t end_of_json_string(std::string_view text, std::size_t start);

/// An object made of members as they were written.
class JsonObjectText {
 public:
    JsonObjectText& add(const JsonMember& member) { return add(member.key, member.value); }
    /// Both are JSON already: `key` with its quotes.
    JsonObjectText& add(std::string_view key, std::string_view value);
    std::string finish() &&;

 private:
    std::string text_ = "{";
};

}  // namespace sokkuri
