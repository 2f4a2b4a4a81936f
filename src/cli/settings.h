// Settings: the value of every option of one verb and where it came from: flag, else SOKKURI_*
// variable, else the configuration file (the verb's table, else the top of the file), else the
// default. Immutable once resolved.
#pragma once

#include "base/result.h"
#include "cli/config_file.h"
#include "cli/option.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace sokkuri::cli {

enum class Origin { kDefault, kFile, kVariable, kFlag };

struct Setting {
    std::string text;  // as Option::parse gives it; empty: unset
    Origin origin = Origin::kDefault;
    std::string place = "default";  // for people: "SOKKURI_K", "~/.config/sokkuri/config.toml:3"
};

/// Flags as the command line gave them, checked: by option name.
using FlagValues = std::map<std::string, std::string, std::less<>>;
/// The environment, as getenv: null when unset.
using ReadVariable = const char* (*)(const char* name);

class Settings {
 public:
    /// kInvalidArgument naming variable or file, key, value and bound.
    static Result<Settings> resolve(const std::string& table, const std::vector<Option>& options,
                                    const FlagValues& flags, ReadVariable variable,
                                    const ConfigFile& file);

    /// The name must be one of the verb's options: anything else is a bug.
    const Setting& at(std::string_view name) const;
    bool has(std::string_view name) const { return !at(name).text.empty(); }
    bool on(std::string_view name) const { return at(name).text == "true"; }
    const std::string& text(std::string_view name) const { return at(name).text; }
    std::uint64_t integer(std::string_view name) const;
    double number(std::string_view name) const;
    /// Of kTexts; empty when unset.
    std::vector<std::string> texts(std::string_view name) const;
    /// Of kLines; empty when unset.
    std::vector<std::string> lines(std::string_view name) const;

 private:
    std::map<std::string, Setting, std::less<>> settings_;
};

}  // namespace sokkuri::cli
