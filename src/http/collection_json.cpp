#include "http/collection_json.h"

#include "base/path_json.h"
#include "base/shown_text.h"
#include "http/index_stats_json.h"
#include "http/job_json.h"
#include "http/nullable_json.h"

namespace sokkuri::http {
namespace {

void write_fields(JsonWriter& json, const service::LibraryStats& stats);
void write_bands(JsonWriter& json, const service::LibraryStats& stats);

}  // namespace

void write_collection(JsonWriter& json, const ShownCollection& shown) {
    const service::LibraryStats& stats = shown.stats;
    json.begin_object().member("name", shown.name);
    if (stats.folder.empty()) {
        json.key("folder").null();
    } else {
        write_path(json, "folder", stats.folder);
    }
    write_path(json, "home", stats.home);
    json.member("keep_pictures", stats.keeping == service::PictureKeeping::kOriginals);
    json.member("items", stats.items).member("failed", stats.failed);
    write_text_or_null(json, "model", stats.model);
    write_text_or_null(json, "fingerprint", stats.fingerprint);
    json.member("dimension", stats.dimension);
    write_text_or_null(json, "metric", stats.metric);
    write_fields(json, stats);
    json.member("bytes", stats.bytes).member("tombstones", stats.tombstones);
    json.member("generation", stats.generation);
    write_bands(json, stats);
    write_index(json, stats.index);
    json.key("jobs").begin_array();
    for (const service::JobStatus& job : shown.jobs) {
        write_job(json, shown.libraries, job);
    }
    json.end_array().end_object();
}

std::string failure_list_json(std::span<const service::FailedFile> failures,
                              std::string_view next) {
    std::string text;
    JsonWriter json(text);
    json.begin_object().key("failures").begin_array();
    for (const service::FailedFile& failure : failures) {
        json.begin_object();
        write_path(json, "path", failure.path);
        json.member("reason", utf8_text(failure.reason)).end_object();
    }
    json.end_array();
    write_text_or_null(json, "next", next);
    json.end_object();
    return text;
}

namespace {

void write_fields(JsonWriter& json, const service::LibraryStats& stats) {
    write_text_or_null(json, "field", stats.field);
    json.key("fields").begin_array();
    for (const service::LibraryStats::Field& field : stats.fields) {
        json.begin_object().member("name", field.name).member("dimension", field.dimension);
        json.member("metric", field.metric);
        write_text_or_null(json, "model", field.model);
        json.member("vectors", field.vectors).end_object();
    }
    json.end_array();
}

void write_bands(JsonWriter& json, const service::LibraryStats& stats) {
    json.key("bands");
    if (!stats.bands) {
        json.null();
        return;
    }
    json.begin_object().member("identical", stats.bands->identical);
    json.member("near", stats.bands->near).member("similar", stats.bands->similar).end_object();
}

}  // namespace
}  // namespace sokkuri::http
