// The sweeps over the NEON table as a program of its own, which knows no test framework: built for
// 64-bit ARM and run emulated (CMakeLists.txt, simd.neon_under_emulation).
#include "simd/testing/kernel_sweeps.h"

#include <cstdio>

int main() {
    using namespace sokkuri::simd;
    bool is_clean = true;
    const auto tell = [&](const char* sweep, const std::string& difference) {
        std::printf("%-10s %s\n", sweep, difference.empty() ? "the same" : difference.c_str());
        is_clean = is_clean && difference.empty();
    };
    for (const Kernels* table : {&kNeonKernels, &kScalarKernels}) {
        std::printf("%s\n", table->name);
        tell("floats", testing::sweep_floats(*table));
        tell("multiply", testing::sweep_multiply(*table));
        tell("codes", testing::sweep_codes(*table));
        tell("tiles", testing::sweep_tiles(*table));
        tell("bounds", testing::sweep_bounds(*table));
        tell("marks", testing::sweep_marks(*table));
        tell("hamming", testing::sweep_hamming(*table));
    }
    return is_clean ? 0 : 1;
}
