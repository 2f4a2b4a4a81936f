// EventParser: takes a stream of server-sent events (text/event-stream of the HTML standard) apart,
// however its bytes were cut on the way. Used by the HTTP client. Bytes are hostile: an event has a
// limit. One stream each; belongs to one thread.
#pragma once

#include "base/result.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace sokkuri {

struct ServerEvent {
    std::string name = "message";
    std::string data;  // lines joined by '\n'
};

class EventParser {
 public:
    /// `event_bytes_max`: of one event with all its lines, and of one line.
    explicit EventParser(std::size_t event_bytes_max) : event_bytes_max_(event_bytes_max) {}

    /// Appends the events that `bytes` complete. kExhausted for one beyond the limit; the stream is
    /// of no use then.
    Result<void> feed(std::string_view bytes, std::vector<ServerEvent>& events);

 private:
    Result<void> check_size(std::size_t more_bytes) const;
    void take_line(std::vector<ServerEvent>& events);

    std::size_t event_bytes_max_;
    std::string line_;  // without its end, so far
    ServerEvent event_;
    bool has_data_ = false;
    bool is_after_return_ = false;  // a line feed now belongs to the line that has ended
    bool is_first_line_ = true;
};

}  // namespace sokkuri
