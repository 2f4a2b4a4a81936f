// Numbers of JSON that neither 64 bits nor a double hold: RFC 8259 sets no bound, and documents are
// kept as they are written. Used by json.cpp, whose parser has no type for them. Texts are hostile.
// Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace sokkuri {

/// Whether `text` is a number as RFC 8259 writes it, an integer that 64 bits do not hold or
/// something that is beyond the largest double.
bool is_large_number(std::string_view text);

/// Of a number as RFC 8259 writes it; an infinity beyond the largest double. O(its length).
double nearest_double(std::string_view number);

/// The numbers of a JSON text, one after the other. Of a text that is no JSON, something: it never
/// ends later than the text.
class NumberTexts {
 public:
    /// `text` outlives this.
    explicit NumberTexts(std::string_view text) : text_(text) {}

    /// A view into the text; empty behind the last number.
    std::optional<std::string_view> next();

 private:
    std::string_view text_;
    std::size_t at_ = 0;
};

/// The same text with 0 and spaces in place of each large number: as long, and JSON if it was.
std::string without_large_numbers(std::string_view text);

}  // namespace sokkuri
