// CHECK and DCHECK: for what only a bug can cause. CHECK is always on; DCHECK is for hot loops and
// debug builds. A failed check prints the condition and its place and aborts: nothing after it can
// be trusted.
#pragma once

namespace sokkuri {

[[noreturn]] void check_failed(const char* condition, const char* file, int line);

}  // namespace sokkuri

#define CHECK(condition) \
    ((condition) ? static_cast<void>(0) : ::sokkuri::check_failed(#condition, __FILE__, __LINE__))

#ifdef NDEBUG
#define DCHECK(condition) static_cast<void>(sizeof((condition) ? 1 : 0))
#else
#define DCHECK(condition) CHECK(condition)
#endif
