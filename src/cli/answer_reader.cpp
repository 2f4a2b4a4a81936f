#include "cli/answer_reader.h"

#include "cli/answer_members.h"

#include <cmath>
#include <utility>

namespace sokkuri::cli {
namespace {

using service::SearchHit;

Result<SearchHit> read_hit(const JsonValue& hit);
Result<service::Band> read_band(const JsonValue& hit);
Result<collection::SearchMethod> read_method(const JsonValue& method);
Result<collection::SearchMethod::Path> read_way(const JsonValue& method);
Result<service::SearchTimings> read_timings(const JsonValue& timings);
Result<collection::IndexStats> read_index(const JsonValue& index);
Result<collection::IndexStats::Segment> read_segment(const JsonValue& segment);
Result<collection::IndexStats::MeasuredRecall> read_measured(const JsonValue& measured);
Result<collection::IndexStats::Calibration> read_point(const JsonValue& point);

Result<service::FailedFile> read_failure(const JsonValue& failure);
Result<collection::Facet> read_facet(const JsonValue& facet);
Result<collection::FacetCount> read_facet_count(const JsonValue& count);

}  // namespace

Result<service::SearchAnswer> read_search_answer(const JsonValue& answer) {
    service::SearchAnswer read_back;
    read_back.hits = TRY(read_all<SearchHit>(answer, "hits", read_hit));
    const JsonValue* query = TRY(answer.at("query"));
    read_back.query_id = text_of(*query, "item");
    read_back.query_handle = text_of(*query, "query_id");
    read_back.field = text_of(answer, "field");
    read_back.model = text_of(answer, "model");
    read_back.items = TRY(read_count(answer, "items"));
    const JsonValue* method = TRY(answer.at("search"));
    read_back.method = TRY(in_context("search", read_method(*method)));
    const JsonValue* timings = TRY(answer.at("timings_ms"));
    read_back.timings = TRY(in_context("timings_ms", read_timings(*timings)));
    return read_back;
}

Result<service::LibraryStats> read_stats(const JsonValue& collection) {
    service::LibraryStats stats;
    stats.folder = TRY(read_path(collection, "folder"));
    stats.home = TRY(read_path(collection, "home"));
    stats.items = TRY(read_count(collection, "items"));
    stats.failed = TRY(read_count(collection, "failed"));
    stats.field = text_of(collection, "field");
    stats.model = text_of(collection, "model");
    stats.fingerprint = text_of(collection, "fingerprint");
    const std::uint64_t dimension = TRY(read_count(collection, "dimension"));
    stats.dimension = static_cast<std::uint32_t>(dimension);
    stats.metric = text_of(collection, "metric");
    stats.bytes = TRY(read_count(collection, "bytes"));
    stats.tombstones = TRY(read_count(collection, "tombstones"));
    stats.generation = TRY(read_count(collection, "generation"));
    const JsonValue* index = TRY(collection.at("index"));
    stats.index = TRY(in_context("index", read_index(*index)));
    return stats;
}

Result<collection::Summary> read_summary(const JsonValue& answer) {
    collection::Summary summary;
    summary.records = TRY(read_count(answer, "items"));
    summary.facets = TRY(read_all<collection::Facet>(answer, "facets", read_facet));
    return summary;
}

Result<std::vector<service::FailedFile>> read_failures(const JsonValue& answer) {
    return read_all<service::FailedFile>(answer, "failures", read_failure);
}

namespace {

Result<SearchHit> read_hit(const JsonValue& hit) {
    SearchHit read_back;
    const std::uint64_t rank = TRY(read_count(hit, "rank"));
    read_back.rank = static_cast<std::uint32_t>(rank);
    read_back.id = TRY(read(hit, "id", &JsonValue::as_string));
    read_back.path = TRY(read_path(hit, "path"));
    read_back.score = TRY(read_number(hit, "score"));
    const double distance = TRY(read_number(hit, "distance"));
    read_back.distance = static_cast<float>(distance);
    read_back.band = TRY(read_band(hit));
    const JsonValue* document = TRY(hit.at("document"));
    JsonWriter(read_back.document).value(*document);
    return read_back;
}

Result<service::Band> read_band(const JsonValue& hit) {
    using service::Band;
    const std::string name = TRY(read(hit, "band", &JsonValue::as_string));
    for (const Band band : {Band::kIdentical, Band::kNear, Band::kSimilar, Band::kWeak}) {
        if (service::name_of(band) == name) return band;
    }
    return fail(ErrorCode::kInvalidArgument, "band: \"{}\" is none that is known", name);
}

Result<collection::SearchMethod> read_method(const JsonValue& method) {
    collection::SearchMethod read_back;
    read_back.path = TRY(read_way(method));
    const auto number = [&](std::string_view member) -> std::optional<double> {
        const JsonValue* value = method.find(member);
        const auto read_value = value == nullptr ? Result<double>(0) : value->as_double();
        return value == nullptr || !read_value ? std::nullopt : std::optional(*read_value);
    };
    read_back.ef = static_cast<std::size_t>(number("ef").value_or(0));
    read_back.recall_asked = number("recall_asked");
    read_back.recall_expected = number("recall_expected");
    return read_back;
}

Result<collection::SearchMethod::Path> read_way(const JsonValue& method) {
    using Path = collection::SearchMethod::Path;
    const std::string name = TRY(read(method, "path", &JsonValue::as_string));
    for (const Path path :
         {Path::kExact, Path::kFilteredScan, Path::kGraph, Path::kFilteredGraph}) {
        if (collection::name_of(path) == name) return path;
    }
    return fail(ErrorCode::kInvalidArgument, "path: \"{}\" is none that is known", name);
}

Result<service::SearchTimings> read_timings(const JsonValue& timings) {
    service::SearchTimings read_back;
    read_back.load_ms = TRY(read_number(timings, "load"));
    read_back.decode_ms = TRY(read_number(timings, "decode"));
    read_back.infer_ms = TRY(read_number(timings, "infer"));
    read_back.search_ms = TRY(read_number(timings, "search"));
    read_back.total_ms = TRY(read_number(timings, "total"));
    return read_back;
}

Result<collection::IndexStats> read_index(const JsonValue& index) {
    using Segment = collection::IndexStats::Segment;
    collection::IndexStats stats;
    stats.segments = TRY(read_all<Segment>(index, "segments", read_segment));
    stats.tail_rows = TRY(read_count(index, "tail_rows"));
    stats.coded_rows = TRY(read_count(index, "coded_rows"));
    stats.coded_bytes = TRY(read_count(index, "coded_bytes"));
    stats.resident_bytes = TRY(read_count(index, "resident_bytes"));
    stats.plan = text_of(index, "plan");
    if (index.find("readable") != nullptr) {  // a server of an earlier version does not say it
        stats.is_readable = TRY(read(index, "readable", &JsonValue::as_bool));
    }
    stats.state = text_of(index, "state");
    return stats;
}

Result<collection::IndexStats::Segment> read_segment(const JsonValue& segment) {
    using Calibration = collection::IndexStats::Calibration;
    collection::IndexStats::Segment read_back;
    read_back.rows = TRY(read_count(segment, "rows"));
    read_back.dead = TRY(read_count(segment, "dead"));
    read_back.bytes = TRY(read_count(segment, "bytes"));
    read_back.is_readable = TRY(read(segment, "readable", &JsonValue::as_bool));
    read_back.is_in_memory = TRY(read(segment, "in_memory", &JsonValue::as_bool));
    read_back.calibration = TRY(read_all<Calibration>(segment, "calibration", read_point));
    const JsonValue* measured = segment.find("measured");
    if (measured != nullptr && !measured->is_null()) {
        read_back.measured = TRY(in_context("measured", read_measured(*measured)));
    }
    return read_back;
}

Result<collection::IndexStats::MeasuredRecall> read_measured(const JsonValue& measured) {
    const std::uint64_t k = TRY(read_count(measured, "k"));
    const std::uint64_t queries = TRY(read_count(measured, "queries"));
    collection::IndexStats::MeasuredRecall read_back{
        .k = static_cast<std::uint32_t>(k), .queries = static_cast<std::uint32_t>(queries)};
    read_back.asked = TRY(read_number(measured, "asked"));
    read_back.recall = TRY(read_number(measured, "recall"));
    return read_back;
}

Result<collection::IndexStats::Calibration> read_point(const JsonValue& point) {
    const std::uint64_t k = TRY(read_count(point, "k"));
    const std::uint64_t ef = TRY(read_count(point, "ef"));
    collection::IndexStats::Calibration read_back{.k = static_cast<std::uint32_t>(k),
                                                  .ef = static_cast<std::uint32_t>(ef)};
    read_back.recall = TRY(read_number(point, "recall"));
    read_back.recall_low = TRY(read_number(point, "recall_low"));
    return read_back;
}

Result<service::FailedFile> read_failure(const JsonValue& failure) {
    service::FailedFile file{.is_new = false};
    file.path = TRY(read_path(failure, "path"));
    file.reason = TRY(read(failure, "reason", &JsonValue::as_string));
    return file;
}

Result<collection::Facet> read_facet(const JsonValue& facet) {
    collection::Facet read_back;
    read_back.path = TRY(read(facet, "by", &JsonValue::as_string));
    read_back.values = TRY(read_count(facet, "values"));
    read_back.counts = TRY(read_all<collection::FacetCount>(facet, "counts", read_facet_count));
    return read_back;
}

Result<collection::FacetCount> read_facet_count(const JsonValue& count) {
    collection::FacetCount read_back;
    const JsonValue* value = TRY(count.at("value"));
    auto held = store::attribute_value_of(*value);
    if (!held) return fail(ErrorCode::kInvalidArgument, "value: no number, text or truth");
    read_back.value = *std::move(held);
    read_back.records = TRY(read_count(count, "items"));
    return read_back;
}

}  // namespace
}  // namespace sokkuri::cli
