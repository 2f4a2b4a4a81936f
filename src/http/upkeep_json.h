// What compactions, verifications and backups did, as JSON: one shape for the HTTP service and the
// command line. Pure.
#pragma once

#include "base/json.h"
#include "collection/backup.h"
#include "collection/compaction.h"
#include "collection/verify.h"

#include <cstddef>

namespace sokkuri::http {

/// Schema CompactReport.
void write_compact_report(JsonWriter& json, const collection::CompactReport& report);

/// Schema VerifyReport; `findings_max` of the findings are listed.
void write_verify_report(JsonWriter& json, const collection::VerifyReport& report,
                         std::size_t findings_max);

/// Schema BackupReport.
void write_backup_report(JsonWriter& json, const collection::BackupReport& report);

}  // namespace sokkuri::http
