#include "http/hit_json.h"

#include "base/path_json.h"
#include "http/item_json.h"
#include "http/nullable_json.h"

namespace sokkuri::http {
namespace {

constexpr std::size_t kHitBytes = 2'000;  // about, of a picture's hit

void write_hit(JsonWriter& json, const service::SearchHit& hit);

}  // namespace

std::string search_answer_json(const service::SearchAnswer& answer, const HitsWanted& wanted) {
    std::string text;
    text.reserve(answer.hits.size() * kHitBytes);
    JsonWriter json(text);
    json.begin_object().key("hits").begin_array();
    for (const service::SearchHit& hit : answer.hits) {
        write_hit(json, hit);
    }
    json.end_array().key("query").begin_object();
    write_text_or_null(json, "item", answer.query_id);
    write_text_or_null(json, "query_id", answer.query_handle);
    json.end_object();
    json.member("field", answer.field);
    write_text_or_null(json, "model", answer.model);
    json.member("items", answer.items).member("k", std::uint64_t{wanted.k});
    json.member("offset", std::uint64_t{wanted.offset});
    write_facets(json, answer.facets);
    write_method(json, answer.method);
    write_timings(json, answer.timings);
    json.end_object();
    return text;
}

void write_facets(JsonWriter& json, const std::vector<collection::Facet>& facets) {
    json.key("facets").begin_array();
    for (const collection::Facet& facet : facets) {
        json.begin_object().member("by", facet.path).member("values", facet.values);
        json.key("counts").begin_array();
        for (const collection::FacetCount& count : facet.counts) {
            json.begin_object().key("value");
            std::visit([&](const auto& value) { json.value(value); }, count.value);
            json.member("items", count.records).end_object();
        }
        json.end_array().end_object();
    }
    json.end_array();
}

void write_method(JsonWriter& json, const collection::SearchMethod& method) {
    json.key("search").begin_object().member("path", name_of(method.path));
    json.key("ef");
    method.ef == 0 ? json.null() : json.value(std::uint64_t{method.ef});
    json.key("recall_asked");
    method.recall_asked ? json.value(*method.recall_asked) : json.null();
    json.key("recall_expected");
    method.recall_expected ? json.value(*method.recall_expected) : json.null();
    json.end_object();
}

void write_timings(JsonWriter& json, const service::SearchTimings& timings) {
    json.key("timings_ms").begin_object();
    json.member("load", timings.load_ms).member("decode", timings.decode_ms);
    json.member("infer", timings.infer_ms).member("search", timings.search_ms);
    json.member("total", timings.total_ms).end_object();
}

namespace {

void write_hit(JsonWriter& json, const service::SearchHit& hit) {
    json.begin_object().member("rank", hit.rank).member("id", hit.id);
    // Whole, so that a score that was answered is a least score that takes its hit.
    json.member("score", hit.score).member("distance", hit.distance);
    json.member("band", service::name_of(hit.band));
    if (hit.path.empty()) {
        json.key("path").null();
    } else {
        write_path(json, "path", hit.path);
    }
    json.key("document").raw(hit.document);
    if (!hit.vectors.empty()) write_vectors(json, hit.vectors);
    json.end_object();
}

}  // namespace
}  // namespace sokkuri::http
