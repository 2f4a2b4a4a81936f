// SqlValue: a value of a column whose class is not known beforehand (ANY). Part of
// store/database.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace sokkuri::store {

struct SqlValue {
    std::variant<std::int64_t, double, std::string, std::vector<std::byte>> held;
};

}  // namespace sokkuri::store
