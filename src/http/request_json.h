// JSON that a request carries: one object whose members are known beforehand. Refuses what is not
// listed, what is there twice and what is too large or too deep. Belongs to one request.
#pragma once

#include "base/json.h"
#include "base/result.h"
#include "collection/record_changes.h"
#include "http/limits.h"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sokkuri::http {

class RequestJson {
 public:
    /// `text` outlives this. kExhausted for more than json_bytes_max; kInvalidArgument for anything
    /// else that is wrong, naming the member.
    static Result<RequestJson> parse(std::string_view text, const Limits& limits,
                                     std::span<const std::string_view> known_members);

    /// Of an object inside a body; without texts. kInvalidArgument likewise.
    static Result<RequestJson> of(const JsonValue& object,
                                  std::span<const std::string_view> known_members);

    /// Null when it was not sent.
    const JsonValue* find(std::string_view name) const { return tree_.find(name); }
    /// The text of a member's value as it was sent; empty when it was not.
    std::string_view text_of(std::string_view name) const;

    /// Members of these kinds; empty when not sent. kInvalidArgument names the member.
    Result<std::optional<std::string>> string(std::string_view name) const;
    Result<std::optional<std::uint64_t>> integer(std::string_view name) const;
    Result<std::optional<double>> number(std::string_view name) const;
    Result<std::optional<bool>> boolean(std::string_view name) const;
    /// Of an array of texts, none of them empty; none when not sent. kInvalidArgument also beyond
    /// `count_max`.
    Result<std::vector<std::string>> strings(std::string_view name, std::size_t count_max) const;
    /// Finite float32 numbers.
    Result<std::optional<std::vector<float>>> vector(std::string_view name) const;
    /// Likewise of each member of an object: vectors by their fields. Empty when not sent.
    Result<std::vector<collection::FieldVector>> vectors(std::string_view name) const;
    /// What base64 stands for.
    Result<std::optional<std::vector<std::byte>>> bytes(std::string_view name) const;

 private:
    JsonValue tree_;
    std::vector<std::string_view> texts_;  // of the values, in the order of the members
};

/// Text of somebody's own as part of a message: one line, not long.
std::string shown_value(std::string_view text);

}  // namespace sokkuri::http
