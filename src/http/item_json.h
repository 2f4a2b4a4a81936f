// Items as JSON (schemas Item and ItemList). Pure.
#pragma once

#include "base/json.h"
#include "service/items.h"

#include <span>
#include <string>
#include <string_view>

namespace sokkuri::http {

std::string item_json(const service::Item& item);

/// {"field": [numbers]} under "vectors".
void write_vectors(JsonWriter& json, std::span<const collection::FieldVector> vectors);

/// `next`: empty when there is no next page.
std::string item_list_json(std::span<const service::Item> items, std::string_view next);

}  // namespace sokkuri::http
