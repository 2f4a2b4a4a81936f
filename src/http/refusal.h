// Refusal: why the server itself turned a request away, before any handler saw it.
#pragma once

#include <string>
#include <string_view>

namespace sokkuri::http {

struct Refusal {
    unsigned status = 400;
    std::string_view code;  // of the problem: "foreign_host"
    std::string detail;
    std::string_view limit = "";  // the name in Limits of what was passed; empty: none was
};

}  // namespace sokkuri::http
