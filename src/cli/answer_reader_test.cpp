// Goal: what a server writes is read as it was. Method: structs through the server's own JSON and
// back; members cut out and swapped one at a time.
#include "cli/answer_reader.h"

#include "http/hit_json.h"
#include "http/index_stats_json.h"

#include <gtest/gtest.h>

namespace sokkuri::cli {
namespace {

service::SearchAnswer answer() {
    service::SearchAnswer answer{.query_id = "q",
                                 .query_handle = "h",
                                 .field = "shape",
                                 .model = "m",
                                 .items = 12,
                                 .method = {.path = collection::SearchMethod::Path::kGraph,
                                            .ef = 64,
                                            .recall_asked = 0.99,
                                            .recall_expected = 0.9934}};
    answer.timings = {.load_ms = 1, .decode_ms = 2, .infer_ms = 3, .search_ms = 4, .total_ms = 10};
    answer.hits.push_back({.rank = 3,
                           .id = "a/\xe3\x81\x9d",
                           .path = "\xff.jpg",
                           .score = 0.123456789012,
                           .distance = 0.1F,
                           .band = service::Band::kNear,
                           .document = R"({"b":1,"a":[null,"x"]})"});
    answer.hits.push_back({.rank = 4, .id = "v", .document = "{}"});
    return answer;
}

TEST(AnswerReader, ReadsHitsAsTheyWereWritten) {
    const service::SearchAnswer written = answer();
    const JsonValue json = parse_json(http::search_answer_json(written, {.k = 2})).value();
    const auto read = read_search_answer(json);
    ASSERT_TRUE(read) << read.error().message();
    EXPECT_EQ(read->query_id, written.query_id);
    EXPECT_EQ(read->query_handle, written.query_handle);
    EXPECT_EQ(read->field, written.field);
    EXPECT_EQ(read->model, written.model);
    EXPECT_EQ(read->items, written.items);
    EXPECT_EQ(read->method.path, written.method.path);
    EXPECT_EQ(read->method.ef, written.method.ef);
    EXPECT_EQ(read->method.recall_asked, written.method.recall_asked);
    EXPECT_EQ(read->method.recall_expected, written.method.recall_expected);
    EXPECT_EQ(read->timings.total_ms, written.timings.total_ms);
    ASSERT_EQ(read->hits.size(), written.hits.size());
    for (std::size_t i = 0; i < written.hits.size(); ++i) {
        EXPECT_EQ(read->hits[i].rank, written.hits[i].rank);
        EXPECT_EQ(read->hits[i].id, written.hits[i].id);
        EXPECT_EQ(read->hits[i].path, written.hits[i].path);
        EXPECT_EQ(read->hits[i].score, written.hits[i].score);
        EXPECT_EQ(read->hits[i].distance, written.hits[i].distance);
        EXPECT_EQ(read->hits[i].band, written.hits[i].band);
        EXPECT_EQ(read->hits[i].document, written.hits[i].document);
    }
}

TEST(AnswerReader, ReadsCountsAsTheyWereWritten) {
    const std::vector<collection::Facet> written = {
        {.path = "a.b",
         .counts = {{std::string("x"), 3}, {std::int64_t{-1}, 2}, {0.5, 1}, {true, 1}},
         .values = 9},
        {.path = "none"}};
    std::string text;
    JsonWriter json(text);
    json.begin_object().member("items", std::uint64_t{12});
    http::write_facets(json, written);
    json.end_object();
    const auto read = read_summary(parse_json(text).value());
    ASSERT_TRUE(read) << read.error().message();
    EXPECT_EQ(read->records, 12U);
    ASSERT_EQ(read->facets.size(), 2U);
    EXPECT_EQ(read->facets[0].path, "a.b");
    EXPECT_EQ(read->facets[0].values, 9U);
    ASSERT_EQ(read->facets[0].counts.size(), 4U);
    for (std::size_t i = 0; i < 4; ++i) {
        EXPECT_EQ(read->facets[0].counts[i].value, written[0].counts[i].value);
        EXPECT_EQ(read->facets[0].counts[i].records, written[0].counts[i].records);
    }
    for (const char* bad :
         {R"({"facets":[]})", R"({"items":1})",
          R"({"items":1,"facets":[{"by":"a","values":1,"counts":[{"items":1}]}]})",
          R"({"items":1,"facets":[{"by":"a","values":1,"counts":[)"
          R"({"value":[],"items":1}]}]})"}) {
        EXPECT_FALSE(read_summary(parse_json(bad).value())) << bad;
    }
}

TEST(AnswerReader, ReadsWhatWasMeasuredOfSegments) {
    using Segment = collection::IndexStats::Segment;
    collection::IndexStats written;
    written.segments.push_back({.rows = 5,
                                .measured = collection::IndexStats::MeasuredRecall{
                                    .k = 10, .asked = 0.99, .recall = 0.9912, .queries = 256}});
    written.segments.push_back({.rows = 6});
    const std::string text =
        R"({"items":1,"failed":0,"dimension":2,"bytes":1,"tombstones":0,"generation":1)";
    std::string index;
    JsonWriter json(index);
    json.begin_object();
    http::write_index(json, written);
    json.end_object();
    const auto read = read_stats(parse_json(text + ',' + index.substr(1)).value());
    ASSERT_TRUE(read) << read.error().message();
    ASSERT_EQ(read->index.segments.size(), 2U);
    const Segment& first = read->index.segments.front();
    ASSERT_TRUE(first.measured);
    EXPECT_EQ(first.measured->k, 10U);
    EXPECT_EQ(first.measured->asked, 0.99);
    EXPECT_EQ(first.measured->recall, 0.9912);
    EXPECT_EQ(first.measured->queries, 256U);
    EXPECT_FALSE(read->index.segments.back().measured);
}

TEST(AnswerReader, WhatIsMissingIsNamed) {
    const std::string whole = http::search_answer_json(answer(), {.k = 2});
    for (const char* member : {"hits", "query", "items", "search", "timings_ms", "rank", "score",
                               "distance", "band", "document", "path\":\"graph"}) {
        std::string text = whole;
        const std::size_t at = text.find(std::string("\"") + member);
        ASSERT_NE(at, std::string::npos) << member;
        text[at + 1] = '#';
        const auto read = read_search_answer(parse_json(text).value());
        EXPECT_FALSE(read) << member;
    }
    for (const char* text : {"[]", "{}", "1", "null", R"({"hits":1})"}) {
        EXPECT_FALSE(read_search_answer(parse_json(text).value())) << text;
        EXPECT_FALSE(read_stats(parse_json(text).value())) << text;
        EXPECT_FALSE(read_failures(parse_json(text).value())) << text;
        EXPECT_FALSE(read_summary(parse_json(text).value())) << text;
    }
}

}  // namespace
}  // namespace sokkuri::cli
