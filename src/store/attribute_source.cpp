#include "store/attribute_source.h"

#include "store/date_text.h"
#include "store/words.h"

#include <algorithm>

namespace sokkuri::store {
namespace {

void find_scalars(const JsonValue& value, std::string_view path,
                  std::vector<const JsonValue*>& found);
bool has_value(const JsonValue& value, std::string_view path);
bool has_any(const JsonValue& value);
/// The part of `path` that is left inside a member of that name; false when it leads elsewhere.
bool descend(std::string_view path, std::string_view name, std::string_view& rest);
/// What a scalar adds to an index of that kind, none of presence.
void add_values(const JsonValue& scalar, AttributeKind kind, std::vector<AttributeValue>& values);
void add_words(std::string_view text, AttributeKind kind, std::vector<AttributeValue>& values);

}  // namespace

std::string directory_of(std::string_view path) {
    const std::size_t slash = path.rfind('/');
    return std::string(slash == std::string_view::npos ? kTopDirectory : path.substr(0, slash));
}

bool leads_to(std::string_view path, std::string_view name) {
    return path.starts_with(name) && (path.size() == name.size() || path[name.size()] == '.');
}

std::vector<const JsonValue*> scalars_at(const JsonValue& document, std::string_view path) {
    std::vector<const JsonValue*> found;
    if (!path.empty()) find_scalars(document, path, found);
    return found;
}

std::vector<AttributeValue> values_of(const JsonValue& document, const AttributeSource& source) {
    std::vector<AttributeValue> values;
    if (source.kind == AttributeKind::kPresence) {
        if (source.path.empty() || has_value(document, source.path)) values.emplace_back(true);
        return values;
    }
    for (const JsonValue* scalar : scalars_at(document, source.path))
        add_values(*scalar, source.kind, values);
    const auto is_not_before = [](const auto& a, const auto& b) { return compare(a, b) >= 0; };
    const bool is_ascending =
        std::adjacent_find(values.begin(), values.end(), is_not_before) == values.end();
    if (is_ascending) return values;
    std::sort(values.begin(), values.end(), AttributeLess());
    const auto is_same = [](const auto& a, const auto& b) { return compare(a, b) == 0; };
    values.erase(std::unique(values.begin(), values.end(), is_same), values.end());
    return values;
}

namespace {

void add_values(const JsonValue& scalar, AttributeKind kind, std::vector<AttributeValue>& values) {
    switch (kind) {
        case AttributeKind::kValues:
            if (auto value = attribute_value_of(scalar)) values.push_back(*std::move(value));
            return;
        case AttributeKind::kDates:
            if (auto date = parse_date(scalar.text())) values.emplace_back(std::move(date->first));
            return;
        case AttributeKind::kWords:
        case AttributeKind::kRuns:
            add_words(scalar.text(), kind, values);
            return;
        case AttributeKind::kDirectories:
            if (scalar.is_string()) values.emplace_back(directory_of(scalar.text()));
            return;
        case AttributeKind::kPresence:
            return;
    }
}

void add_words(std::string_view text, AttributeKind kind, std::vector<AttributeValue>& values) {
    FoldedWords words;
    for (const FoldedWords::Part& word : words.of(text)) {
        if (kind == AttributeKind::kRuns) {
            if (is_long_run(word)) values.emplace_back(std::string(word.letters));
            continue;
        }
        visit_tokens(word,
                     [&](std::string_view token) { values.emplace_back(std::string(token)); });
    }
}

void find_scalars(const JsonValue& value, std::string_view path,
                  std::vector<const JsonValue*>& found) {
    if (value.is_array()) {
        for (const JsonValue& item : value.items())
            find_scalars(item, path, found);
        return;
    }
    if (value.is_object()) {
        for (const auto& [name, member] : value.members()) {
            std::string_view rest;
            if (descend(path, name, rest)) find_scalars(member, rest, found);
        }
        return;
    }
    if (path.empty() && !value.is_null()) found.push_back(&value);
}

bool has_value(const JsonValue& value, std::string_view path) {
    if (path.empty()) return has_any(value);
    if (value.is_array()) {
        return std::any_of(value.items().begin(), value.items().end(),
                           [path](const JsonValue& item) { return has_value(item, path); });
    }
    return std::any_of(value.members().begin(), value.members().end(), [path](const auto& member) {
        std::string_view rest;
        return descend(path, member.first, rest) && has_value(member.second, rest);
    });
}

bool has_any(const JsonValue& value) {
    if (value.is_array()) return std::any_of(value.items().begin(), value.items().end(), has_any);
    if (!value.is_object()) return !value.is_null();
    return std::any_of(value.members().begin(), value.members().end(),
                       [](const auto& member) { return has_any(member.second); });
}

bool descend(std::string_view path, std::string_view name, std::string_view& rest) {
    if (name.empty() || !path.starts_with(name)) return false;
    rest = path.substr(name.size());
    if (rest.empty()) return true;
    if (rest.front() != '.') return false;
    rest.remove_prefix(1);
    return !rest.empty();
}

}  // namespace
}  // namespace sokkuri::store
