#include "http/item_json.h"

#include "base/json.h"
#include "http/nullable_json.h"

namespace sokkuri::http {
namespace {

void write_item(JsonWriter& json, const service::Item& item);

}  // namespace

std::string item_json(const service::Item& item) {
    std::string text;
    JsonWriter json(text);
    write_item(json, item);
    return text;
}

std::string item_list_json(std::span<const service::Item> items, std::string_view next) {
    std::string text;
    JsonWriter json(text);
    json.begin_object().key("items").begin_array();
    for (const service::Item& item : items) {
        write_item(json, item);
    }
    json.end_array();
    write_text_or_null(json, "next", next);
    json.end_object();
    return text;
}

namespace {

void write_item(JsonWriter& json, const service::Item& item) {
    json.begin_object().member("id", item.id).member("version", item.version);
    json.member("seq", item.seq).key("document").raw(item.document).end_object();
}

}  // namespace
}  // namespace sokkuri::http
