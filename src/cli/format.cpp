#include "cli/format.h"

namespace sokkuri::cli {

Option hits_format_option() {
    return {.name = "format",
            .kind = ValueKind::kChoice,
            .value_name = "FORMAT",
            .help = "How to write the results",
            .fallback = "table",
            .choices = {"table", "json", "jsonl", "csv", "paths", "paths0"},
            .shortcuts = {
                {"json", 0, "json",
                 "One JSON text: an object, or an array of them for several queries"},
                {"jsonl", 0, "jsonl", "One JSON object a line, one line a hit"},
                {"csv", 0, "csv", "Comma-separated values with a header (RFC 4180)"},
                {"paths", 'f', "paths", "Paths alone, one a line, as the file system has them"},
                {"null", '0', "paths0", "Paths alone, each followed by a NUL byte: for `xargs -0`",
                 "paths"}}};
}

Option report_format_option() {
    return {.name = "format",
            .kind = ValueKind::kChoice,
            .value_name = "FORMAT",
            .help = "How to write the results",
            .fallback = "table",
            .choices = {"table", "json"},
            .shortcuts = {{"json", 0, "json", "One JSON object"}}};
}

Format format_of(const Settings& settings) {
    const std::string& name = settings.text("format");
    if (name == "json") return Format::kJson;
    if (name == "jsonl") return Format::kJsonl;
    if (name == "csv") return Format::kCsv;
    if (name == "paths") return Format::kPaths;
    if (name == "paths0") return Format::kNullPaths;
    return Format::kTable;
}

}  // namespace sokkuri::cli
