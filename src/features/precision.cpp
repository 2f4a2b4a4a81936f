#include "features/precision.h"

namespace sokkuri::features {

std::string_view name_of(Precision precision) {
    switch (precision) {
        case Precision::kAuto:
            return "auto";
        case Precision::kF32:
            return "f32";
        case Precision::kBf16:
            return "bf16";
    }
    return "";
}

Result<Precision> parse_precision(std::string_view name) {
    for (const Precision precision : {Precision::kAuto, Precision::kF32, Precision::kBf16}) {
        if (name == name_of(precision)) return precision;
    }
    return fail(ErrorCode::kInvalidArgument, "precision: \"{}\" is none of auto, f32, bf16", name);
}

}  // namespace sokkuri::features
