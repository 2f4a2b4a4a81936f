// Dates in documents: ISO 8601 as people and programs write them ("2024-05", "2024-05-31",
// "2024-05-31T12:00:00.5+09:00", also with a space) and EXIF's "2024:05:31 12:00:00". Without a
// zone, UTC. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sokkuri::store {

/// The time that a date names, from its first instant to the first one behind it: a month for
/// "2024-05", a second for "12:00:00". Both as "2024-05-01T00:00:00.000000000Z", so that texts
/// compare like instants; what lies behind year 9999 is "A", behind all of them.
struct DateSpan {
    std::string first;
    std::string end;
};

/// Empty for everything else, years alone and those beyond 0 to 9999 among it.
std::optional<DateSpan> parse_date(std::string_view text);

}  // namespace sokkuri::store
