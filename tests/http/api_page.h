// docs/api.md from the same tables as openapi.json: the rows of the routes and of the schemas.
#pragma once

#include "http/route.h"

#include <span>
#include <string>

/// The whole page, as Markdown.
std::string api_page(std::span<const sokkuri::http::Route> routes);
