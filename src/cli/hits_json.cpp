#include "base/json.h"
#include "base/path_json.h"
#include "base/shown_text.h"
#include "cli/hit_printer.h"
#include "http/hit_json.h"

namespace sokkuri::cli {
namespace {

/// Members of one hit, in the order that is documented and tested.
void write_hit(JsonWriter& json, const service::SearchHit& hit);
void write_timings(JsonWriter& json, const service::SearchTimings& timings);

/// One object; or, for several queries, an array of them.
class JsonPrinter final : public HitPrinter {
 public:
    explicit JsonPrinter(const PrinterPlace& place)
        : place_(place), json_(text_, JsonStyle::kPretty) {
        if (place_.queries == QueryCount::kMany) json_.begin_array();
    }

    Result<void> print(const ShownAnswer& shown) override {
        json_.begin_object();
        write_path(json_, "query", shown.query);
        json_.key("query_id");
        shown.answer.query_id.empty() ? json_.null() : json_.value(shown.answer.query_id);
        json_.member("model", shown.answer.model).member("items", shown.answer.items);
        json_.key("hits").begin_array();
        for (const service::SearchHit& hit : shown.answer.hits) {
            json_.begin_object();
            write_hit(json_, hit);
            json_.end_object();
        }
        json_.end_array();
        http::write_method(json_, shown.answer.method);
        if (place_.with_timings) write_timings(json_, shown.answer.timings);
        json_.end_object();
        hand_over();
        return {};
    }

    void finish() override {
        if (place_.queries == QueryCount::kMany) json_.end_array();
        hand_over();
        place_.out.write("\n");
    }

 private:
    void hand_over() {
        place_.out.write(text_);
        text_.clear();
    }

    PrinterPlace place_;
    std::string text_;
    JsonWriter json_;
};

/// One object a line, one line a hit.
class JsonlPrinter final : public HitPrinter {
 public:
    explicit JsonlPrinter(const PrinterPlace& place) : place_(place) {}

    Result<void> print(const ShownAnswer& shown) override {
        for (const service::SearchHit& hit : shown.answer.hits) {
            std::string line;
            JsonWriter json(line);
            json.begin_object();
            write_hit(json, hit);
            write_path(json, "query", shown.query);
            json.end_object();
            place_.out.write(line + "\n");
        }
        place_.out.flush();
        return {};
    }

 private:
    PrinterPlace place_;
};

}  // namespace

std::unique_ptr<HitPrinter> make_json_printer(const PrinterPlace& place) {
    return std::make_unique<JsonPrinter>(place);
}

std::unique_ptr<HitPrinter> make_jsonl_printer(const PrinterPlace& place) {
    return std::make_unique<JsonlPrinter>(place);
}

namespace {

void write_hit(JsonWriter& json, const service::SearchHit& hit) {
    json.member("id", utf8_text(hit.id));
    write_path(json, "path", hit.path);
    json.member("score", static_cast<float>(hit.score)).member("distance", hit.distance);
    json.member("rank", hit.rank).member("band", service::name_of(hit.band));
}

void write_timings(JsonWriter& json, const service::SearchTimings& timings) {
    json.key("timing_ms").begin_object();
    json.member("load", timings.load_ms).member("decode", timings.decode_ms);
    json.member("infer", timings.infer_ms).member("search", timings.search_ms);
    json.member("total", timings.total_ms).end_object();
}

}  // namespace
}  // namespace sokkuri::cli
