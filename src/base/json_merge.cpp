#include "base/json_merge.h"

#include "base/json.h"
#include "base/json_members.h"

#include <unordered_map>
#include <utility>

namespace sokkuri {
namespace {

using Members = std::vector<JsonMember>;

/// The members of an object by name: of several with one name the last, as parse_json has it.
class NamedMembers {
 public:
    explicit NamedMembers(const Members& members);

    const JsonMember* find(std::string_view name) const;
    bool is_last(const JsonMember& member) const { return find(member.name) == &member; }

 private:
    std::unordered_map<std::string_view, const JsonMember*> by_name_;
};

Result<void> require_object(std::string_view what, std::string_view text);
std::string merged(std::string_view target, std::string_view patch);
std::string merged_value(std::string_view former, std::string_view value);
bool is_object(std::string_view value);

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
    const NamedMembers old_names(old_members);
    const NamedMembers new_names(new_members);
    JsonObjectText object;
    bool has_changed = false;
    for (const JsonMember& old : old_members) {
        const JsonMember* wanted = new_names.find(old.name);
        if (wanted == nullptr) {
            object.add(old);
            continue;
        }
        // Of several with one name the last one counts; the others would come to light again.
        const bool is_kept = wanted->value != "null" && old_names.is_last(old);
        const std::string value = is_kept ? merged_value(old.value, wanted->value) : "";
        has_changed = has_changed || value != old.value;
        if (is_kept) object.add(old.key, value);
    }
    for (const JsonMember& wanted : new_members) {
        const bool is_new = old_names.find(wanted.name) == nullptr;
        if (!is_new || wanted.value == "null" || !new_names.is_last(wanted)) continue;
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

NamedMembers::NamedMembers(const Members& members) {
    by_name_.reserve(members.size());
    for (const JsonMember& member : members)
        by_name_[member.name] = &member;
}

const JsonMember* NamedMembers::find(std::string_view name) const {
    const auto found = by_name_.find(name);
    return found == by_name_.end() ? nullptr : found->second;
}

}  // namespace
}  // namespace sokkuri
