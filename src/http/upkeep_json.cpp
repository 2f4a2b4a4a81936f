#include "http/upkeep_json.h"

#include "base/path_json.h"
#include "base/shown_text.h"
#include "http/nullable_json.h"
#include "service/verify.h"

#include <algorithm>
#include <span>

namespace sokkuri::http {

void write_compact_report(JsonWriter& json, const collection::CompactReport& report) {
    json.begin_object();
    json.member("rows_moved", report.rows_moved).member("rows_dropped", report.rows_dropped);
    json.member("bytes_before", report.bytes_before).member("bytes_after", report.bytes_after);
    write_text_or_null(json, "later_error", utf8_text(report.later_error));
    json.end_object();
}

void write_verify_report(JsonWriter& json, const collection::VerifyReport& report,
                         std::size_t findings_max) {
    const std::size_t listed = std::min(report.findings.size(), findings_max);
    json.begin_object().member("is_whole", report.is_whole());
    json.member("files", report.files).member("bytes", report.bytes);
    json.key("findings").begin_array();
    for (const collection::Finding& finding : std::span(report.findings).first(listed)) {
        json.begin_object().member("kind", service::name_of(finding.kind));
        write_path(json, "file", finding.file);
        json.member("what", utf8_text(finding.what)).end_object();
    }
    json.end_array();
    json.member("findings_left_out", std::uint64_t{report.findings.size() - listed}).end_object();
}

void write_backup_report(JsonWriter& json, const collection::BackupReport& report) {
    json.begin_object();
    json.member("items", report.records).member("generation", report.generation);
    json.member("files_copied", report.files_copied).member("bytes_copied", report.bytes_copied);
    json.member("files_kept", report.files_kept);
    json.member("segments_left_out", report.segments_left_out).end_object();
}

}  // namespace sokkuri::http
