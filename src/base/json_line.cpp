#include "base/json_line.h"

namespace sokkuri {

std::string json_on_one_line(std::string_view json) {
    std::string line(json);
    for (char& character : line) {
        if (character == '\n' || character == '\r') character = ' ';
    }
    return line;
}

}  // namespace sokkuri
