#include "cli/config_file.h"

#include "base/shown_text.h"
#include "cli/suggestion.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <sstream>
#include <toml++/toml.h>

namespace sokkuri::cli {
namespace {

using Table = std::map<std::string, ConfigValue, std::less<>>;

Result<toml::table> parse_toml(const std::string& text, const std::string& path);
/// One table's values, checked against its options.
Result<Table> read_table(const toml::table& table, const std::string& name, const ConfigKeys& keys,
                         const std::string& path);
Result<void> check_key(const std::string& key, const std::string& table, const ConfigKeys& keys,
                       const std::string& place);
Result<void> check_value(const std::string& key, const ConfigValue& value, const std::string& table,
                         const ConfigKeys& keys);
/// Empty for arrays, dates and tables, which no option takes.
std::optional<std::string> text_of(const toml::node& node);
std::string place_of(const toml::node& node, const std::string& path);

}  // namespace

std::string ConfigFile::standard_path(std::string_view flag) {
    if (!flag.empty()) return std::string(flag);
    if (const char* variable = std::getenv("SOKKURI_CONFIG"); variable != nullptr && *variable) {
        return variable;
    }
    if (const char* xdg = std::getenv("XDG_CONFIG_HOME"); xdg != nullptr && *xdg == '/') {
        return join_path(xdg, "sokkuri/config.toml");
    }
    const char* home = std::getenv("HOME");
    if (home == nullptr || *home == '\0') return {};
    return join_path(home, ".config/sokkuri/config.toml");
}

Result<ConfigFile> ConfigFile::read(const FileSystem& files, const std::string& path,
                                    const ConfigKeys& keys) {
    const auto bytes = TRY(read_file(files, path, kConfigFileBytesMax));
    const std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    const toml::table root = TRY(parse_toml(text, path));
    ConfigFile file;
    const std::string absolute = TRY(files.canonical(path));
    file.directory_ = absolute.substr(0, absolute.rfind('/') + 1);
    file.tables_[""] = TRY(read_table(root, "", keys, path));
    for (const auto& [key, node] : root) {
        const std::string name(key.str());
        if (!node.is_table()) continue;
        if (!keys.contains(name)) {
            return fail(ErrorCode::kInvalidArgument, "{}: there is no table [{}]",
                        place_of(node, path), shown_text(name));
        }
        file.tables_[name] = TRY(read_table(*node.as_table(), name, keys, path));
    }
    return file;
}

const ConfigValue* ConfigFile::find(std::string_view table, std::string_view key) const {
    for (const std::string_view name : {table, std::string_view()}) {
        const auto values = tables_.find(name);
        if (values == tables_.end()) continue;
        const auto value = values->second.find(key);
        if (value != values->second.end()) return &value->second;
    }
    return nullptr;
}

namespace {

Result<toml::table> parse_toml(const std::string& text, const std::string& path) {
    try {
        return toml::parse(text, path);
    } catch (const toml::parse_error& error) {
        return fail(ErrorCode::kInvalidArgument, "{}:{}: {}", shown_text(path),
                    error.source().begin.line, error.description());
    }
}

Result<Table> read_table(const toml::table& table, const std::string& name, const ConfigKeys& keys,
                         const std::string& path) {
    Table values;
    for (const auto& [key_node, node] : table) {
        const std::string key(key_node.str());
        if (name.empty() && node.is_table()) continue;
        const std::string place = place_of(node, path);
        TRY(check_key(key, name, keys, place));
        const auto text = text_of(node);
        if (!text) {
            return fail(ErrorCode::kInvalidArgument,
                        "{}: {}: a string, number or boolean is expected", place, key);
        }
        ConfigValue value{*text, place};
        TRY(check_value(key, value, name, keys));
        values.emplace(key, std::move(value));
    }
    return values;
}

Result<void> check_key(const std::string& key, const std::string& table, const ConfigKeys& keys,
                       const std::string& place) {
    std::vector<std::string_view> known;
    for (const Option& option : keys.find(table)->second) {
        if (option.is_in_file) known.push_back(option.name);
    }
    if (std::ranges::find(known, key) != known.end()) return {};
    const std::string where = table.empty() ? "" : fmt::format(" in [{}]", table);
    return fail(ErrorCode::kInvalidArgument, "{}: there is no key \"{}\"{}{}", place,
                shown_text(key), where, suggestion(key, known));
}

/// At the top several verbs may have the option, with other choices each: one that takes it is
/// enough.
Result<void> check_value(const std::string& key, const ConfigValue& value, const std::string& table,
                         const ConfigKeys& keys) {
    std::string reason;
    for (const Option& option : keys.find(table)->second) {
        if (option.name != key) continue;
        const auto parsed = option.parse(value.text);
        if (parsed) return {};
        reason = parsed.error().message();
    }
    return fail(ErrorCode::kInvalidArgument, "{}: {}{}{} = {}", value.place,
                table.empty() ? "" : table, table.empty() ? "" : ".", key, reason);
}

std::optional<std::string> text_of(const toml::node& node) {
    if (const auto* text = node.as_string()) return text->get();
    if (const auto* flag = node.as_boolean()) return flag->get() ? "true" : "false";
    if (const auto* integer = node.as_integer()) return fmt::format("{}", integer->get());
    if (const auto* number = node.as_floating_point()) return fmt::format("{}", number->get());
    return std::nullopt;
}

std::string place_of(const toml::node& node, const std::string& path) {
    return fmt::format("{}:{}", shown_text(path), node.source().begin.line);
}

}  // namespace
}  // namespace sokkuri::cli
