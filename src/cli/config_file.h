// ConfigFile: the user's TOML: keys at the top hold for every verb that has the option, those in
// [verb] for that verb.
//     color = "never"
//     [search]
//     k = 20
// Only reads; toml++ stays in config_file.cpp. Immutable once read.
#pragma once

#include "base/file_system.h"
#include "base/result.h"
#include "cli/option.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace sokkuri::cli {

inline constexpr std::size_t kConfigFileBytesMax = 1U << 20;

struct ConfigValue {
    std::string text;   // true, 10, 0.5 or the string
    std::string place;  // "~/.config/sokkuri/config.toml:3"
};

/// The keys that may appear: for each table ("" is the top) its options.
using ConfigKeys = std::map<std::string, std::vector<Option>, std::less<>>;

class ConfigFile {
 public:
    ConfigFile() = default;  // an empty one

    /// --config, else SOKKURI_CONFIG, else sokkuri/config.toml in XDG_CONFIG_HOME or ~/.config.
    /// Empty without any.
    static std::string standard_path(std::string_view flag);

    /// kInvalidArgument for what is not TOML, unknown keys and tables, and values that their
    /// options refuse: names file, line, key, value and bound. kNotFound when there is no such
    /// file.
    static Result<ConfigFile> read(const FileSystem& files, const std::string& path,
                                   const ConfigKeys& keys);

    /// In the verb's table, else at the top; null when in neither.
    const ConfigValue* find(std::string_view table, std::string_view key) const;
    /// That holds the file; paths in it are relative to that.
    const std::string& directory() const { return directory_; }

 private:
    std::string directory_;
    std::map<std::string, std::map<std::string, ConfigValue, std::less<>>, std::less<>> tables_;
};

}  // namespace sokkuri::cli
