// Collections and their failures as JSON (schemas Collection and FailureList). Pure.
#pragma once

#include "base/json.h"
#include "service/jobs.h"
#include "service/libraries.h"
#include "service/stats.h"

#include <span>
#include <string>
#include <string_view>

namespace sokkuri::http {

struct ShownCollection {
    std::string_view name;
    const service::LibraryStats& stats;
    const service::Libraries& libraries;       // whose folders the jobs' reports name
    std::span<const service::JobStatus> jobs;  // those that wait or run there
};

void write_collection(JsonWriter& json, const ShownCollection& shown);

/// `next`: empty when these were the last.
std::string failure_list_json(std::span<const service::FailedFile> failures, std::string_view next);

}  // namespace sokkuri::http
