#include "base/error.h"

#include <fmt/format.h>

namespace sokkuri {

std::string_view name_of(ErrorCode code) {
    switch (code) {
        case ErrorCode::kInvalidArgument:
            return "invalid argument";
        case ErrorCode::kNotFound:
            return "not found";
        case ErrorCode::kAlreadyExists:
            return "already exists";
        case ErrorCode::kCorruption:
            return "corruption";
        case ErrorCode::kIo:
            return "input/output";
        case ErrorCode::kUnsupported:
            return "unsupported";
        case ErrorCode::kConflict:
            return "conflict";
        case ErrorCode::kExhausted:
            return "limit reached";
        case ErrorCode::kNoSpace:
            return "no space";
        case ErrorCode::kUnavailable:
            return "unavailable";
        case ErrorCode::kDeadlineExceeded:
            return "deadline exceeded";
        case ErrorCode::kCancelled:
            return "cancelled";
        case ErrorCode::kInternal:
            return "internal";
    }
    return "unknown";
}

Error Error::with_context(std::string_view context) const {
    return Error(code_, fmt::format("{}: {}", context, message_));
}

}  // namespace sokkuri
