#include "http/item_condition.h"

#include "http/etag.h"
#include "http/header_text.h"

#include <fmt/format.h>

#include <charconv>

namespace sokkuri::http {
namespace {

constexpr std::uint64_t kNoSeq = 0;  // seqs count from 1: a tag that is none of ours never matches

/// Of its 32 digits: tags are short, and a name is used again by few.
constexpr std::size_t kIdentityDigits = 8;

std::uint64_t seq_of(std::string_view start, std::string_view tag);

}  // namespace

Result<std::string> tag_start(const service::Library& library) {
    const std::string identity = TRY(library.collection().identity());
    return identity.empty() ? "" : identity.substr(0, kIdentityDigits) + "-";
}

std::string item_tag(std::string_view start, const service::Item& item) {
    return fmt::format("{}{}", start, item.seq);
}

Result<service::ItemCondition> item_condition(std::string_view start, const Request& request) {
    service::ItemCondition condition;
    if (const auto absent = request.header("if-none-match")) {
        if (trimmed(*absent) != "*") {
            return fail(ErrorCode::kInvalidArgument,
                        "If-None-Match: only * can be the condition of a write, not {:?}",
                        absent->substr(0, 100));
        }
        condition.exists = false;
    }
    const auto match = request.header("if-match");
    if (!match) return condition;
    if (condition.exists) {
        return fail(ErrorCode::kInvalidArgument, "If-Match and If-None-Match exclude each other");
    }
    condition.exists = true;
    bool is_any = false;
    for_each_in_list(*match, [&](std::string_view tag) {
        is_any = is_any || tag == "*";
        condition.seqs.push_back(seq_of(start, tag));
    });
    if (is_any) condition.seqs.clear();
    if (!is_any && condition.seqs.empty()) condition.seqs.push_back(kNoSeq);
    return condition;
}

Result<void> refuse_condition(const Request& request) {
    for (const char* name : {"if-match", "if-none-match"}) {
        if (!request.header(name)) continue;
        return fail(ErrorCode::kInvalidArgument,
                    "{}: of many items at once there is no condition; put or patch them one by one",
                    name);
    }
    return {};
}

Response refused_write(std::string_view start, const std::string& id,
                       const service::Item& current) {
    if (current.id.empty()) {
        return problem(412, "precondition_failed", fmt::format("item {:?}: there is none", id));
    }
    const std::string tag = quoted_tag(item_tag(start, current));
    Response response = problem(
        412, "precondition_failed",
        fmt::format("item {:?}: is there, version {}, with the ETag {}", id, current.version, tag));
    response.headers.emplace_back("ETag", tag);
    return response;
}

namespace {

/// A weak tag promises less than a write must know (RFC 9110 §13.1.1).
std::uint64_t seq_of(std::string_view start, std::string_view tag) {
    if (tag.size() < 3 || !tag.starts_with('"') || !tag.ends_with('"')) return kNoSeq;
    std::string_view digits = tag.substr(1, tag.size() - 2);
    if (!digits.starts_with(start)) return kNoSeq;
    digits.remove_prefix(start.size());
    std::uint64_t seq = kNoSeq;
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), seq);
    const bool is_whole = parsed.ec == std::errc() && parsed.ptr == digits.data() + digits.size();
    return is_whole && fmt::format("{}", seq) == digits ? seq : kNoSeq;
}

}  // namespace
}  // namespace sokkuri::http
