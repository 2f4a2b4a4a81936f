#include "library/outcome.h"

namespace sokkuri::library {

Failure failure_of(const Error& error) {
    const auto kind = [&] {
        switch (error.code()) {
            case ErrorCode::kInvalidArgument:
                return Failure::Kind::kInvalid;
            case ErrorCode::kCorruption:
                return Failure::Kind::kCorruption;
            case ErrorCode::kUnsupported:
                return Failure::Kind::kUnsupported;
            case ErrorCode::kExhausted:
            case ErrorCode::kNoSpace:
                return Failure::Kind::kExhausted;
            case ErrorCode::kCancelled:
                return Failure::Kind::kCancelled;
            case ErrorCode::kNotFound:
            case ErrorCode::kAlreadyExists:
            case ErrorCode::kConflict:
            case ErrorCode::kIo:
            case ErrorCode::kUnavailable:
            case ErrorCode::kDeadlineExceeded:
                return Failure::Kind::kIo;
            case ErrorCode::kInternal:
                break;
        }
        return Failure::Kind::kInternal;
    }();
    return {.kind = kind, .message = error.message()};
}

}  // namespace sokkuri::library
