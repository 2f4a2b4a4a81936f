#include "simd/testing/code_rows.h"
#include "simd/testing/kernel_sweeps.h"

namespace sokkuri::simd::testing {

namespace {

constexpr std::size_t kLine = 64;
constexpr std::size_t kBiasBytes = 4;

std::string check_bytes(const Kernels& table, std::size_t count, std::size_t size);
std::string check_nibbles(const Kernels& table, std::size_t count, std::size_t size);
template <class Out, class Kernel>
std::string same(const std::string& what, const CodeRows& rows, const Kernel& kernel_of,
                 const Kernels& table);
std::string words(const char* kernel, const CodeRows& rows);

}  // namespace

std::string sweep_codes(const Kernels& table) {
    for (const std::size_t size : lengths()) {
        if (auto text = check_bytes(table, 21, size); !text.empty()) return text;
    }
    for (const std::size_t size : {64U, 128U, 192U, 256U, 320U, 384U, 640U, 2048U}) {
        if (auto text = check_nibbles(table, 21, size); !text.empty()) return text;
    }
    for (std::size_t count = 0; count <= 40; ++count) {
        if (auto text = check_bytes(table, count, 68); !text.empty()) return text;
        if (auto text = check_nibbles(table, count, 128); !text.empty()) return text;
    }
    if (auto text = check_bytes(table, 3, 65'536); !text.empty()) return text;
    if (auto text = check_nibbles(table, 333, 128); !text.empty()) return text;
    return check_bytes(table, 333, 252);
}

namespace {

std::string check_bytes(const Kernels& table, std::size_t count, std::size_t size) {
    for (const Values values : kAllValues) {
        RowsAndQuery data(count, size, size, values);
        for (const CodeRows& rows : {data.in_order(), data.shuffled()}) {
            const auto dots = [&](const Kernels& kernels, std::int32_t* out) {
                kernels.dot_bytes(rows, data.query(), out);
            };
            auto text = same<std::int32_t>(words("dot_bytes", rows), rows, dots, table);
            if (!text.empty()) return text;
        }
        if (size < kBiasBytes) continue;
        data.set_biases();
        std::memset(data.query() + size - kBiasBytes, 0, kBiasBytes);
        for (const CodeRows& rows : {data.in_order(), data.shuffled()}) {
            const auto scores = [&](const Kernels& kernels, float* out) {
                kernels.score_bytes(rows, data.query(), 0.123F, out);
            };
            auto text = same<float>(words("score_bytes", rows), rows, scores, table);
            if (!text.empty()) return text;
        }
    }
    return "";
}

std::string check_nibbles(const Kernels& table, std::size_t count, std::size_t size) {
    for (const Values values : kAllValues) {
        RowsAndQuery data(count, size, 2 * size, values);
        for (const CodeRows& rows : {data.in_order(), data.shuffled()}) {
            const auto dots = [&](const Kernels& kernels, std::int32_t* out) {
                kernels.dot_nibbles(rows, data.query(), out);
            };
            auto text = same<std::int32_t>(words("dot_nibbles", rows), rows, dots, table);
            if (!text.empty()) return text;
        }
        data.set_biases();
        std::int8_t* end = data.query() + 2 * size;
        std::memset(end - kBiasBytes, 0, kBiasBytes);
        std::memset(end - kLine - kBiasBytes, 0, kBiasBytes);
        for (const CodeRows& rows : {data.in_order(), data.shuffled()}) {
            const auto scores = [&](const Kernels& kernels, float* out) {
                kernels.score_nibbles(rows, data.query(), -0.0017F, out);
            };
            auto text = same<float>(words("score_nibbles", rows), rows, scores, table);
            if (!text.empty()) return text;
        }
    }
    return "";
}

/// Both tables write into guarded memory of exactly one value a row.
template <class Out, class Kernel>
std::string same(const std::string& what, const CodeRows& rows, const Kernel& kernel_of,
                 const Kernels& table) {
    Guarded<Out> values(rows.count);
    Guarded<Out> wanted(rows.count);
    kernel_of(table, values.data());
    kernel_of(kScalarKernels, wanted.data());
    return difference(what, values.values(), wanted.values());
}

std::string words(const char* kernel, const CodeRows& rows) {
    return std::string(kernel) + ", " + std::to_string(rows.count) + " rows of " +
           std::to_string(rows.size) + (rows.ordinals == nullptr ? "" : " by ordinal");
}

}  // namespace

}  // namespace sokkuri::simd::testing
