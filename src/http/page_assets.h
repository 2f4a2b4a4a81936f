// The files of the web page, as the build put them into the program, and the routes that serve
// them. Used by whoever puts a listener's table together; knows no sockets. Immutable.
#pragma once

#include "http/embedded_page.h"
#include "http/route.h"

#include <span>
#include <string_view>

namespace sokkuri::http {

/// What the page may load and do, for its Content-Security-Policy.
inline constexpr std::string_view kPagePolicy =
    "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'";

/// Rows for "/", "/c/{path...}" (index.html, asked for anew each time), "/assets/{path...}" (named
/// by their content, kept for a year) and "/{file}" for the others of the top level. `files` lives
/// as long as the program; without "index.html" is a bug (CHECK).
RouteTable page_routes(std::span<const EmbeddedFile> files);

}  // namespace sokkuri::http
