// --metadata of index: a file that says what the items are, applied once they are all there, here
// or through the server that holds the folder.
#pragma once

#include "cli/verb.h"
#include "service/apply_metadata.h"

#include <optional>
#include <stop_token>
#include <string>

namespace sokkuri::cli {

Option metadata_option();

/// The file that --metadata names, its head read; empty without one. So that what cannot be read is
/// told before the work begins.
Result<std::optional<service::MetadataFile>> metadata_of(const Invocation& invocation);

/// "120 items say something new, 3 rows name no item", and the first rows that could not be
/// followed.
std::string summary_text(const service::MetadataReport& report, const std::string& file);

/// As a member of a JSON object: {"changed", "unchanged", "missing", "refused", "failures":
/// [{"line", "reason"}]}.
void write_metadata_report(JsonWriter& json, const service::MetadataReport& report);

}  // namespace sokkuri::cli
