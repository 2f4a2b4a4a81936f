// Upkeep: what a server does for a library that it holds: compaction, verification and repair, and
// backups, while searches and puts go on. The same for libraries that nobody holds: backup.h,
// verify.h. Used by jobs. Safe from any number of threads.
#pragma once

#include "base/result.h"
#include "collection/backup.h"
#include "collection/compaction.h"
#include "collection/verify.h"
#include "service/library.h"

#include <functional>
#include <stop_token>
#include <string>
#include <string_view>

namespace sokkuri::service {

struct VerifyRequest {
    enum class Repair { kNo, kYes };

    collection::VerifyOptions::Depth depth = collection::VerifyOptions::Depth::kChecksums;
    Repair repair = Repair::kNo;
};

/// What goes on: a stage of building, or the file that is read, and how much of that is done (0 to
/// 1; 0 where nobody knows).
using UpkeepSink = std::function<void(std::string_view stage, double share)>;

/// As collection::Collection::compact.
Result<collection::CompactReport> compact(const Library& library, const UpkeepSink& progress,
                                          const std::stop_token& stop);

/// As verify of a place. What can be made anew is, where that is asked for; the report is then that
/// of a second look.
Result<collection::VerifyReport> verify(const Library& library, const VerifyRequest& request,
                                        const UpkeepSink& progress, const std::stop_token& stop);

/// As back_up of a place, into the folder `target`.
Result<collection::BackupReport> back_up(const Library& library, const std::string& target,
                                         const UpkeepSink& progress, const std::stop_token& stop);

}  // namespace sokkuri::service
