#include "base/event_parser.h"

namespace sokkuri {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

Result<void> EventParser::feed(std::string_view bytes, std::vector<ServerEvent>& events) {
    while (!bytes.empty()) {
        if (std::exchange(is_after_return_, false) && bytes.front() == '\n') {
            bytes.remove_prefix(1);
            continue;
        }
        const std::size_t end = bytes.find_first_of("\r\n");
        const std::string_view part = bytes.substr(0, end);
        TRY(check_size(part.size()));
        line_ += part;
        if (end == std::string_view::npos) return {};
        is_after_return_ = bytes[end] == '\r';
        bytes.remove_prefix(end + 1);
        take_line(events);
    }
    return {};
}

Result<void> EventParser::check_size(std::size_t more_bytes) const {
    const std::size_t size = line_.size() + event_.data.size() + event_.name.size() + more_bytes;
    if (size <= event_bytes_max_) return {};
    return fail(ErrorCode::kExhausted, "an event of the stream is larger than {} bytes",
                event_bytes_max_);
}

void EventParser::take_line(std::vector<ServerEvent>& events) {
    std::string line = std::exchange(line_, {});
    const bool has_mark = std::exchange(is_first_line_, false) && line.starts_with(kByteOrderMark);
    if (has_mark) line.erase(0, kByteOrderMark.size());
    if (line.empty()) {
        if (has_data_) events.push_back(std::move(event_));
        event_ = {};
        has_data_ = false;
        return;
    }
    const std::size_t colon = line.find(':');
    const std::string_view field = std::string_view(line).substr(0, colon);
    std::string_view value;
    if (colon != std::string::npos) value = std::string_view(line).substr(colon + 1);
    if (value.starts_with(' ')) value.remove_prefix(1);
    if (field == "event") event_.name = value.empty() ? "message" : value;
    if (field != "data") return;  // comments, "id", "retry", and what we do not know
    if (has_data_) event_.data += '\n';
    event_.data += value;
    has_data_ = true;
}

}  // namespace sokkuri
