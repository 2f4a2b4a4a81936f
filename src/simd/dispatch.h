// Which kernels this process uses: the best that the CPU has, unless SOKKURI_SIMD names another.
#pragma once

#include "base/result.h"
#include "simd/kernels.h"

#include <span>
#include <string_view>

namespace sokkuri::simd {

/// All tables that this CPU can run, best first; the scalar one is always the last.
std::span<const Kernels* const> runnable_kernels();

/// The table of that name; kUnsupported names those that this CPU can run.
Result<const Kernels*> kernels_named(std::string_view name);

/// Chosen at the first call and never again: the environment's SOKKURI_SIMD, else the best. An
/// unknown or unrunnable name is refused: the program must not quietly run something else than what
/// was asked for.
Result<const Kernels*> chosen_kernels();

}  // namespace sokkuri::simd
