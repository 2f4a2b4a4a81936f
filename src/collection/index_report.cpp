#include "collection/index_report.h"

#include "index/memory_plan.h"

#include <algorithm>

namespace sokkuri::collection {

namespace {

IndexStats index_stats_of(const FieldSnapshot& field, const IndexKeeper* keeper);
IndexStats::Segment segment_stats_of(const SegmentSnapshot& segment);
/// The layout that the field's largest segment has chosen, else what is usual.
index::HeadLayout layout_of(const FieldSnapshot& field);

}  // namespace

std::vector<CollectionStats::Field> field_stats_of(const Snapshot& snapshot,
                                                   const IndexKeeper* keeper) {
    std::vector<CollectionStats::Field> fields;
    for (const FieldSnapshot& field : snapshot.fields) {
        fields.push_back(
            {field.spec, field.live(), field.tombstones, index_stats_of(field, keeper)});
    }
    for (const DamagedField& field : snapshot.damaged) {
        fields.push_back({field.spec,
                          field.committed - field.tombstones,
                          field.tombstones,
                          {.is_readable = false, .state = field.reason.message()}});
    }
    return fields;
}

namespace {

IndexStats index_stats_of(const FieldSnapshot& field, const IndexKeeper* keeper) {
    IndexStats stats{.segments = {},
                     .tail_rows = field.tail_live,
                     .coded_rows = field.coded_live,
                     .plan = {},
                     .state = {}};
    for (const SegmentSnapshot& run : field.coded) {
        stats.coded_bytes += run.opened.segment->size_bytes();
    }
    for (const SegmentSnapshot& segment : field.segments) {
        IndexStats::Segment shown = segment_stats_of(segment);
        stats.resident_bytes += shown.bytes;
        stats.segments.push_back(std::move(shown));
    }
    if (index::has_segments(field.spec.metric)) {
        stats.plan = index::describe(
            index::plan_memory(field.live(), field.spec.dimension, layout_of(field)));
    }
    if (keeper == nullptr) return stats;
    stats.state = keeper->state_of(field.number);
    for (std::size_t i = 0; i < field.segments.size(); ++i) {
        const auto reading = keeper->recall_of(field.segments[i].row.file);
        if (reading) stats.segments[i].measured = reading->measured;
    }
    return stats;
}

IndexStats::Segment segment_stats_of(const SegmentSnapshot& segment) {
    IndexStats::Segment shown;
    shown.rows = segment.live;
    shown.is_readable = segment.is_usable();
    if (!segment.is_usable()) return shown;
    const index::Segment& opened = *segment.opened.segment;
    shown.dead = opened.rows() - std::min(opened.rows(), segment.live);
    shown.bytes = opened.size_bytes();
    shown.is_in_memory = segment.opened.is_in_memory;
    for (const index::CalibrationPoint& point : opened.parts().calibration) {
        shown.calibration.push_back({point.k, point.ef, static_cast<double>(point.recall),
                                     static_cast<double>(point.recall_low)});
    }
    return shown;
}

index::HeadLayout layout_of(const FieldSnapshot& field) {
    index::HeadLayout layout;
    std::uint64_t rows = 0;
    for (const SegmentSnapshot& segment : field.segments) {
        if (!segment.is_usable() || segment.live < rows) continue;
        layout = segment.opened.segment->parts().model.layout;
        rows = segment.live;
    }
    return layout;
}

}  // namespace

}  // namespace sokkuri::collection
