// The web page's files as they lie in the program: made from web/ by web/embed.mjs. Read by
// page_assets.h, which answers them. Constant data; safe in any thread.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace sokkuri::http {

struct EmbeddedFile {
    std::string_view path;        // "index.html", "assets/index-B7dfk2.js": never a leading slash
    std::string_view media_type;  // with the charset of texts
    std::string_view etag;        // quoted; of the identity bytes
    std::span<const std::byte> bytes;
    std::span<const std::byte> gzip;  // empty where compression saves nothing
    std::span<const std::byte> brotli;
};

/// Every file of the page, by path; "index.html" is one of them. Defined in the target
/// sokkuri_page.
std::span<const EmbeddedFile> embedded_page();

}  // namespace sokkuri::http
