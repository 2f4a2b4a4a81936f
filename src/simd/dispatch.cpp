#include "simd/dispatch.h"

#include <cstdlib>
#include <string>
#include <sys/syscall.h>
#include <unistd.h>
#include <vector>

namespace sokkuri::simd {

namespace {

#if defined(__x86_64__)
/// Tiles are 8 kB of registers: Linux (5.16 and later) saves them only for a process that asked.
bool may_use_amx() {
    constexpr long kAskForComponent = 0x1023;  // ARCH_REQ_XCOMP_PERM
    constexpr long kTileData = 18;             // XFEATURE_XTILEDATA
    return __builtin_cpu_supports("amx-tile") != 0 && __builtin_cpu_supports("amx-int8") != 0 &&
           syscall(SYS_arch_prctl, kAskForComponent, kTileData) == 0;
}
#endif

std::vector<const Kernels*> detect() {
    std::vector<const Kernels*> tables;
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0) {
        if (__builtin_cpu_supports("avx512vnni") != 0) {
            if (may_use_amx()) tables.push_back(&kAmxKernels);
            tables.push_back(&kAvx512VnniKernels);
        }
        tables.push_back(&kAvx512Kernels);
    }
    if (__builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0) {
        tables.push_back(&kAvx2Kernels);
    }
#elif defined(__aarch64__)
    tables.push_back(&kNeonKernels);  // part of the base architecture
#endif
    tables.push_back(&kScalarKernels);
    return tables;
}

Result<const Kernels*> choose() {
    const char* forced = std::getenv("SOKKURI_SIMD");
    if (forced == nullptr || *forced == '\0') return runnable_kernels().front();
    return in_context("SOKKURI_SIMD", kernels_named(forced));
}

}  // namespace

std::span<const Kernels* const> runnable_kernels() {
    static const std::vector<const Kernels*> kTables = detect();
    return kTables;
}

Result<const Kernels*> kernels_named(std::string_view name) {
    std::string runnable;
    for (const Kernels* table : runnable_kernels()) {
        if (name == table->name) return table;
        runnable += runnable.empty() ? "" : ", ";
        runnable += table->name;
    }
    return fail(ErrorCode::kUnsupported, "kernels \"{}\": this CPU can run {}", name, runnable);
}

Result<const Kernels*> chosen_kernels() {
    static const Result<const Kernels*> kChosen = choose();
    return kChosen;
}

}  // namespace sokkuri::simd
