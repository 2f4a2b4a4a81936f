// Text inside addresses and headers. Pure.
#pragma once

#include <string>
#include <string_view>

namespace sokkuri::http {

/// Every byte but RFC 3986's unreserved ones as %XX: one segment of a path, whatever is in it.
std::string percent_encoded(std::string_view bytes);

/// Content-Disposition of a file that is shown and, when it is saved, has this name (RFC 6266; the
/// name also as RFC 8187 writes it when it is not plain ASCII). Bytes that are not UTF-8, control
/// characters and separators of paths become "_".
std::string inline_disposition(std::string_view file_name);

}  // namespace sokkuri::http
