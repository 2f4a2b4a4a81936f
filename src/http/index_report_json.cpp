#include "http/index_report_json.h"

#include "base/path_json.h"
#include "base/shown_text.h"

#include <algorithm>

namespace sokkuri::http {

void write_index_report(JsonWriter& json, const service::IngestReport& report,
                        const std::string& folder, std::size_t failures_max) {
    write_path(json, "folder", folder);
    json.member("found", report.found).member("added", report.added);
    json.member("replaced", report.replaced).member("moved", report.moved);
    json.member("unchanged", report.unchanged).member("removed", report.removed);
    json.member("kept_missing", report.kept_missing).member("excluded", report.excluded);
    json.member("links_left_out", report.links_left_out);
    json.member("failed", report.failures.size() + report.failures_forgotten);
    const std::span<const service::FailedFile> failures = report.failures;
    json.key("failures");
    write_failures(json, failures.first(std::min(failures.size(), failures_max)));
    json.member("interrupted", report.was_interrupted).member("seconds", report.seconds);
    json.member("model", report.model).member("precision", report.precision);
}

void write_failures(JsonWriter& json, std::span<const service::FailedFile> failures) {
    json.begin_array();
    for (const service::FailedFile& failure : failures) {
        json.begin_object();
        write_path(json, "path", failure.path);
        json.member("reason", utf8_text(failure.reason)).member("new", failure.is_new).end_object();
    }
    json.end_array();
}

}  // namespace sokkuri::http
