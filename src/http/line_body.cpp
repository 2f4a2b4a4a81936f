#include "http/line_body.h"

#include <fmt/format.h>

#include <algorithm>

namespace sokkuri::http {

Result<void> for_each_line(std::string_view body, const LineReader& read) {
    for (std::size_t line = 1; !body.empty(); ++line) {
        const std::size_t end = std::min(body.find('\n'), body.size());
        const std::string_view text = body.substr(0, end);
        body.remove_prefix(std::min(end + 1, body.size()));
        if (text.find_first_not_of(" \t\r") == std::string_view::npos) continue;
        const bool wants_more = TRY(in_context(fmt::format("line {}", line), read(line, text)));
        if (!wants_more) return {};
    }
    return {};
}

}  // namespace sokkuri::http
