// The precision that a network computes in. Pure.
#pragma once

#include "base/result.h"

#include <string_view>

namespace sokkuri::features {

enum class Precision { kAuto, kF32, kBf16 };

/// "auto", "f32", "bf16".
std::string_view name_of(Precision precision);

/// kInvalidArgument naming the three.
Result<Precision> parse_precision(std::string_view name);

}  // namespace sokkuri::features
