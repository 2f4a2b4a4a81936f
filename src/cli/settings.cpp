#include "cli/settings.h"

#include "base/check.h"

#include <algorithm>
#include <charconv>

namespace sokkuri::cli {
namespace {

Result<Setting> from_variable(const Option& option, const std::string& variable,
                              std::string_view value);
std::vector<std::string> parts_of(std::string_view text, char separator);
/// "~/x" in the user's home, whatever the shell did with it.
std::string expand_home(const Option& option, std::string text, ReadVariable variable);

}  // namespace

Result<Settings> Settings::resolve(const std::string& table, const std::vector<Option>& options,
                                   const FlagValues& flags, ReadVariable variable,
                                   const ConfigFile& file) {
    Settings resolved;
    for (const Option& option : options) {
        const std::string name(option.name);
        Setting setting{.text = std::string(option.fallback)};
        const char* value = variable(option.variable().c_str());
        const ConfigValue* in_file = option.is_in_file ? file.find(table, name) : nullptr;
        if (const auto flag = flags.find(name); flag != flags.end()) {
            setting = {flag->second, Origin::kFlag, option.flag()};
        } else if (value != nullptr && *value != '\0') {
            setting = TRY(from_variable(option, option.variable(), value));
            setting.text = expand_home(option, std::move(setting.text), variable);
        } else if (in_file != nullptr) {
            const auto parsed = option.parse(in_file->text);
            if (!parsed)
                return fail(ErrorCode::kInvalidArgument, "{}: {} = {}", in_file->place, name,
                            parsed.error().message());
            setting = {expand_home(option, *parsed, variable), Origin::kFile, in_file->place};
            const bool is_path =
                option.kind == ValueKind::kFile || option.kind == ValueKind::kFolder;
            if (is_path && !setting.text.starts_with('/')) {
                setting.text = join_path(file.directory(), setting.text);
            }
        }
        resolved.settings_.emplace(name, std::move(setting));
    }
    return resolved;
}

const Setting& Settings::at(std::string_view name) const {
    const auto found = settings_.find(name);
    CHECK(found != settings_.end());
    return found->second;
}

std::uint64_t Settings::integer(std::string_view name) const {
    const std::string& text = at(name).text;
    std::uint64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

double Settings::number(std::string_view name) const {
    const std::string& text = at(name).text;
    double value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

std::vector<std::string> Settings::texts(std::string_view name) const {
    return parts_of(text(name), ',');
}

std::vector<std::string> Settings::lines(std::string_view name) const {
    return parts_of(text(name), '\n');
}

namespace {

Result<Setting> from_variable(const Option& option, const std::string& variable,
                              std::string_view value) {
    const std::string text = TRY(in_context(variable, option.parse(value)));
    return Setting{text, Origin::kVariable, variable};
}

std::vector<std::string> parts_of(std::string_view text, char separator) {
    std::vector<std::string> parts;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(separator), text.size());
        parts.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return parts;
}

std::string expand_home(const Option& option, std::string text, ReadVariable variable) {
    const bool is_path = option.kind == ValueKind::kFile || option.kind == ValueKind::kFolder;
    const char* home = variable("HOME");
    if (!is_path || home == nullptr || !text.starts_with("~/")) return text;
    return join_path(home, text.substr(2));
}

}  // namespace
}  // namespace sokkuri::cli
