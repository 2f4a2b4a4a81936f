#include "features/openvino/catching.h"

namespace sokkuri::features::openvino {
namespace {

constexpr std::size_t kMessageLengthMax = 300;

bool is_about_source_code(std::string_view line) {
    return line.starts_with("Exception from ") || line.starts_with("Check '") ||
           line.find(".cpp:") != std::string_view::npos ||
           line.find(".hpp:") != std::string_view::npos;
}

}  // namespace

std::string readable(std::string_view message) {
    std::string kept;
    std::string last;
    while (!message.empty() && kept.size() < kMessageLengthMax) {
        const std::size_t end = std::min(message.find('\n'), message.size());
        const std::string_view line = message.substr(0, end);
        message.remove_prefix(std::min(end + 1, message.size()));
        if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
        last = line;
        if (is_about_source_code(line) || kept.find(line) != std::string::npos) continue;
        if (!kept.empty()) kept += ' ';
        kept += line;
    }
    if (kept.empty()) kept = last;
    if (kept.size() > kMessageLengthMax) {
        // Not inside a UTF-8 character.
        std::size_t length = kMessageLengthMax;
        while (length > 0 && (static_cast<unsigned char>(kept[length]) & 0xC0) == 0x80) {
            --length;
        }
        kept.resize(length);
        kept += "…";
    }
    return kept;
}

}  // namespace sokkuri::features::openvino
