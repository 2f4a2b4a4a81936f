// The native API, version 1: the table of routes under /v1 and what operators ask for (health,
// metrics, the description of all of it). Handlers only translate: requests into the structs of
// service, and back into JSON, files and problems.
#pragma once

#include "http/limits.h"
#include "http/readiness.h"
#include "http/route.h"
#include "image/decode.h"
#include "service/backup_folder.h"
#include "service/ingest.h"
#include "service/jobs.h"
#include "service/libraries.h"
#include "service/model_choice.h"

#include <memory>

namespace sokkuri::http {

class ServerMetrics;

/// What the handlers work with. All of it outlives the table; `metrics` and `readiness` are never
/// null.
struct NativeApi {
    service::Libraries& libraries;
    service::Jobs& jobs;
    service::ModelChoice model;
    image::DecodeLimits decode;
    /// What an indexing job is started with; the request says what becomes of missing files.
    service::IngestRequest ingest;
    Limits limits;
    std::shared_ptr<ServerMetrics> metrics;
    std::shared_ptr<const Readiness> readiness;
    service::BackupFolder backups = {};
};

/// Handlers are safe in any number of threads.
RouteTable native_routes(NativeApi api);

}  // namespace sokkuri::http
