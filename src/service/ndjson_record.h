// NdjsonRecord: one line of JSON lines with vectors, as imports and bulk requests carry them. Pure.
#pragma once

#include "base/json.h"
#include "base/result.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace sokkuri::service {

inline constexpr std::size_t kNdjsonLineBytesMax = 4U << 20;

/// Halfway from the largest float32 to what would be the next one: what is below rounds to a
/// float32 (and the largest one is written as a little more than it is).
inline constexpr double kBeyondFloat = 0x1.ffffffp127;

struct NdjsonRecord {
    std::string id;
    std::vector<float> vector;
    std::string document;  // as written; empty: none
};

/// {"id", "vector", "document" (may be missing)}; an id may be a number. kInvalidArgument names the
/// member that is wrong, unknown or there twice.
Result<NdjsonRecord> parse_ndjson_record(std::string_view line);

/// An array of 1 to kDimensionMax numbers within float32; kInvalidArgument names the component.
Result<std::vector<float>> vector_of_json(const JsonValue& value);

}  // namespace sokkuri::service
