#include "base/json_merge.h"

#include "base/json.h"
#include "base/json_members.h"

#include <utility>

namespace sokkuri {
namespace {

using Members = std::vector<JsonMember>;

Result<void> require_object(std::string_view what, std::string_view text);
std::string merged(std::string_view target, std::string_view patch);
std::string merged_value(std::string_view former, std::string_view value);
bool is_object(std::string_view value);
bool is_last(const Members& members, std::size_t position);

}  // namespace

Result<std::string> merge_json(std::string_view target, std::string_view patch) {
    TRY(require_object("target", target));
    TRY(require_object("patch", patch));
    return merged(target, patch);
}

namespace {

Result<void> require_object(std::string_view what, std::string_view text) {
    const JsonValue value = TRY(in_context(what, parse_json(text)));
    if (value.is_object()) return {};
    return fail(ErrorCode::kInvalidArgument, "{}: an object is expected, not {}", what,
                name_of(value.kind()));
}

/// As deep as the deeper of the two, which parse_json has bounded.
std::string merged(std::string_view target, std::string_view patch) {
    const Members old_members = json_members(target);
    const Members new_members = json_members(patch);
    JsonObjectText object;
    bool has_changed = false;
    for (std::size_t i = 0; i < old_members.size(); ++i) {
        const JsonMember& old = old_members[i];
        const JsonMember* wanted = find_member(new_members, old.name);
        if (wanted == nullptr) {
            object.add(old);
            continue;
        }
        // Of several with one name the last one counts; the others would come to light again.
        const bool is_kept = wanted->value != "null" && is_last(old_members, i);
        const std::string value = is_kept ? merged_value(old.value, wanted->value) : "";
        has_changed = has_changed || value != old.value;
        if (is_kept) object.add(old.key, value);
    }
    for (std::size_t i = 0; i < new_members.size(); ++i) {
        const JsonMember& wanted = new_members[i];
        const bool is_new = find_member(old_members, wanted.name) == nullptr;
        if (!is_new || wanted.value == "null" || !is_last(new_members, i)) continue;
        object.add(wanted.key, merged_value("", wanted.value));
        has_changed = true;
    }
    return has_changed ? std::move(object).finish() : std::string(target);
}

std::string merged_value(std::string_view former, std::string_view value) {
    if (!is_object(value)) return std::string(value);
    return merged(is_object(former) ? former : "{}", value);
}

bool is_object(std::string_view value) {
    return value.starts_with('{');
}

bool is_last(const Members& members, std::size_t position) {
    return find_member(members, members[position].name) == &members[position];
}

}  // namespace
}  // namespace sokkuri
