// The one place where OpenVINO's exceptions end: every call into it from this folder runs inside
// `catching`.
#pragma once

#include "base/result.h"

#include <algorithm>
#include <exception>
#include <new>
#include <string>
#include <string_view>
#include <type_traits>

namespace sokkuri::features::openvino {

/// OpenVINO's messages name source files and repeat themselves over several lines; this keeps what
/// a person can use.
std::string readable(std::string_view message);

/// Runs `function`, which returns a Result; an exception out of it becomes an Error of the given
/// code.
template <typename Function>
std::invoke_result_t<Function> catching(ErrorCode code, std::string_view doing,
                                        Function&& function) {
    try {
        return function();
    } catch (const std::bad_alloc&) {
        // Of the size that a hostile model asked for, not of ours: the process has memory left.
        return fail(ErrorCode::kExhausted, "{}: not enough memory", doing);
    } catch (const std::exception& exception) {
        return fail(code, "{}: {}", doing, readable(exception.what()));
    } catch (...) {
        return fail(code, "{}: unknown exception", doing);
    }
}

}  // namespace sokkuri::features::openvino
