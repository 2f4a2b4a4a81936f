// What an indexing run did: as text for people and as JSON for programs.
#pragma once

#include "cli/terminal.h"
#include "service/apply_metadata.h"
#include "service/ingest.h"

#include <string>

namespace sokkuri::cli {

/// A few lines; failures are listed as far as they fit, with the command that lists them all.
/// `folder` as given.
std::string summary_text(const service::IngestReport& report, const std::string& folder,
                         const Terminal& terminal);

/// `metadata` may be null: none was applied.
std::string report_json(const service::IngestReport& report, const std::string& folder,
                        const service::MetadataReport* metadata);

}  // namespace sokkuri::cli
