// From Result, which floors speak, to Outcome, which users of the library get; and the border where
// exceptions end.
#pragma once

#include "base/result.h"

#include <exception>
#include <new>
#include <sokkuri/index.h>
#include <utility>

namespace sokkuri::library {

Failure failure_of(const Error& error);

/// What `work` returns, which is a Result<T>. Running out of memory (and a callback that throws)
/// becomes a failure.
template <typename T, typename Work>
Outcome<T> outcome_of(Work&& work) {
    try {
        Result<T> result = work();
        if (!result) return failure_of(result.error());
        return *std::move(result);
    } catch (const std::bad_alloc&) {
        return Failure{.kind = Failure::Kind::kExhausted, .message = "memory: none is left"};
    } catch (const std::exception& exception) {
        return Failure{.kind = Failure::Kind::kInternal, .message = exception.what()};
    }
}

}  // namespace sokkuri::library
