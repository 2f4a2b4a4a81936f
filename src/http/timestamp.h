// Times as answers have them.
#pragma once

#include <cstdint>
#include <string>

namespace sokkuri::http {

/// "2026-11-21T14:33:49Z" (RFC 3339) for seconds since 1970.
std::string timestamp(std::int64_t seconds);

}  // namespace sokkuri::http
