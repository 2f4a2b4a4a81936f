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

void write_vectors(JsonWriter& json, std::span<const collection::FieldVector> vectors) {
    json.key("vectors").begin_object();
    for (const collection::FieldVector& vector : vectors) {
        json.key(vector.field).begin_array();
        for (const float component : vector.values)
            json.value(component);
        json.end_array();
    }
    json.end_object();
}

namespace {

void write_item(JsonWriter& json, const service::Item& item) {
    json.begin_object().member("id", item.id).member("version", item.version);
    json.member("seq", item.seq).key("document").raw(item.document);
    if (!item.vectors.empty()) write_vectors(json, item.vectors);
    json.end_object();
}

}  // namespace
}  // namespace sokkuri::http
