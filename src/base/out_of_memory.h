// What a thread of our own makes of memory that has run out: an Error like any other. Above such a
// thread is nobody whom std::bad_alloc could travel to (a request's handler, main): it would end
// the program. For the threads that look after something beside all requests.
#pragma once

#include "base/result.h"

#include <new>
#include <type_traits>

namespace sokkuri {

/// What `work` returns, a Result; "out of memory" when that has run out in it, with `code`: another
/// one where kExhausted says something else. Takes no memory itself.
template <typename Work>
std::invoke_result_t<Work> or_out_of_memory(Work work, ErrorCode code = ErrorCode::kExhausted) {
    try {
        return work();
    } catch (const std::bad_alloc&) {
        return tl::unexpected(Error(code, "out of memory"));
    }
}

}  // namespace sokkuri
