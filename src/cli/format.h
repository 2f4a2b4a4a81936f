// How results are written: --format and its shortcuts, for verbs that offer several.
#pragma once

#include "cli/option.h"
#include "cli/settings.h"

namespace sokkuri::cli {

enum class Format { kTable, kJson, kJsonl, kCsv, kPaths, kNullPaths };

/// table, json, jsonl, csv, paths, paths0.
Option hits_format_option();
/// table or json.
Option report_format_option();

Format format_of(const Settings& settings);

}  // namespace sokkuri::cli
