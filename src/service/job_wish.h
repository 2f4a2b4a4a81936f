// JobWish: what somebody wants a job to do. Used by jobs.cpp alone. Plain values.
#pragma once

#include "service/ingest.h"
#include "service/model_switch.h"
#include "service/upkeep.h"

#include <string>
#include <string_view>
#include <variant>

namespace sokkuri::service {

struct CompactWish {};
struct BackupWish {
    std::string target;
};
using JobWish = std::variant<IngestRequest, SwitchRequest, CompactWish, VerifyRequest, BackupWish>;

/// "index", "switch", …
std::string_view kind_of(const JobWish& wish);

/// Whether one job does for both.
bool is_same_wish(const JobWish& one, const JobWish& other);

}  // namespace sokkuri::service
