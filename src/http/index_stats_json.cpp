#include "http/index_stats_json.h"

#include "http/nullable_json.h"

namespace sokkuri::http {
namespace {

void write_segment(JsonWriter& json, const collection::IndexStats::Segment& segment);

}  // namespace

void write_index(JsonWriter& json, const collection::IndexStats& index) {
    json.key("index").begin_object();
    json.key("segments").begin_array();
    for (const collection::IndexStats::Segment& segment : index.segments) {
        write_segment(json, segment);
    }
    json.end_array().member("tail_rows", index.tail_rows);
    json.member("coded_rows", index.coded_rows).member("coded_bytes", index.coded_bytes);
    json.member("resident_bytes", index.resident_bytes);
    write_text_or_null(json, "plan", index.plan);
    json.member("readable", index.is_readable);
    write_text_or_null(json, "state", index.state);
    json.end_object();
}

namespace {

void write_segment(JsonWriter& json, const collection::IndexStats::Segment& segment) {
    json.begin_object().member("rows", segment.rows).member("dead", segment.dead);
    json.member("bytes", segment.bytes).member("readable", segment.is_readable);
    json.member("in_memory", segment.is_in_memory);
    json.key("calibration").begin_array();
    for (const collection::IndexStats::Calibration& point : segment.calibration) {
        json.begin_object().member("k", point.k).member("ef", point.ef);
        json.member("recall", point.recall).member("recall_low", point.recall_low).end_object();
    }
    json.end_array().key("measured");
    if (!segment.measured) {
        json.null().end_object();
        return;
    }
    json.begin_object().member("k", segment.measured->k).member("asked", segment.measured->asked);
    json.member("recall", segment.measured->recall);
    json.member("queries", segment.measured->queries).end_object();
    json.end_object();
}

}  // namespace
}  // namespace sokkuri::http
