// What went wrong, for programs (a code) and for people (a message that names the thing and the
// value). Used by every floor; carried by Result<T> (base/result.h). Immutable values; safe to copy
// between threads. Deliberately without stack traces, causes or subclasses: context is added to the
// message where a floor is crossed.
#pragma once

#include <string>
#include <string_view>

namespace sokkuri {

enum class ErrorCode {
    kInvalidArgument,  // the caller asked for something that can never work
    kNotFound,
    kAlreadyExists,
    kCorruption,        // bytes on disk are not what was written
    kIo,                // the operating system refused or failed
    kUnsupported,       // valid, but not something this build, backend or file can do
    kConflict,          // somebody else holds it or changed it first
    kExhausted,         // a named limit was reached
    kNoSpace,           // the disk, or what one may use of it, is full
    kUnavailable,       // try again later
    kDeadlineExceeded,  // took longer than its named limit
    kCancelled,         // the caller asked to stop
    kInternal,          // a bug, reported instead of crashing
};

/// "invalid argument", "not found", …: for messages and logs.
std::string_view name_of(ErrorCode code);

class Error {
 public:
    Error(ErrorCode code, std::string message) : code_(code), message_(std::move(message)) {}

    ErrorCode code() const { return code_; }
    const std::string& message() const { return message_; }

    /// The same error as seen from one floor up: "<context>: <message>".
    Error with_context(std::string_view context) const;

 private:
    ErrorCode code_;
    std::string message_;
};

}  // namespace sokkuri
