// Items as JSON (schemas Item and ItemList). Pure.
#pragma once

#include "service/items.h"

#include <span>
#include <string>
#include <string_view>

namespace sokkuri::http {

std::string item_json(const service::Item& item);

/// `next`: empty when there is no next page.
std::string item_list_json(std::span<const service::Item> items, std::string_view next);

}  // namespace sokkuri::http
