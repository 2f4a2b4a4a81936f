// Result<T>: a value or an Error. What the world can cause is returned in one; what only a bug can
// cause is CHECKed (base/check.h). tl::expected because g++ 12 offers std::expected only to C++23
// (docs/decisions/0001).
#pragma once

#include "base/error.h"

#include <fmt/format.h>
#include <tl/expected.hpp>

#include <string_view>
#include <type_traits>
#include <utility>

namespace sokkuri {

template <typename T>
using Result = tl::expected<T, Error>;

/// `return fail(ErrorCode::kIo, "read {}: {}", path, reason);`
template <typename... Arguments>
tl::unexpected<Error> fail(ErrorCode code, fmt::format_string<Arguments...> format,
                           Arguments&&... arguments) {
    return tl::unexpected(Error(code, fmt::format(format, std::forward<Arguments>(arguments)...)));
}

/// Adds context where a floor is crossed: `TRY(in_context("segment 12", read_header(file)));`
template <typename T>
Result<T> in_context(std::string_view context, Result<T> result) {
    if (result) return result;
    return tl::unexpected(result.error().with_context(context));
}

/// For TRY alone: the value of a result that has one. tl::expected<void> has no `value()` in Debian
/// 12's version.
template <typename T>
T take_value(Result<T>& result) {
    if constexpr (!std::is_void_v<T>) return *std::move(result);
}

}  // namespace sokkuri

/// Yields the value or returns the error from the enclosing function. A whole statement, or the
/// whole initializer of a named variable; never part of a larger expression (an early return from
/// inside one leaks its sibling temporaries).
#define TRY(expression)                                                                \
    __extension__({                                                                    \
        auto try_result_ = (expression);                                               \
        if (!try_result_) [[unlikely]]                                                 \
            return ::tl::unexpected<::sokkuri::Error>(std::move(try_result_).error()); \
        ::sokkuri::take_value(try_result_);                                            \
    })
