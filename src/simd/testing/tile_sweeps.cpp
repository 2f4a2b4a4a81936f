#include "simd/testing/code_rows.h"
#include "simd/testing/kernel_sweeps.h"

namespace sokkuri::simd::testing {

namespace {

constexpr std::size_t kBlockRows = 16;

std::string check_packing(const Kernels& table, std::size_t count, std::size_t size);
std::string check_tile(const Kernels& table, std::size_t query_count, std::size_t count,
                       std::size_t size);
std::string check_against_rows(const Kernels& table, std::size_t size);
std::string words(const char* what, std::size_t count, std::size_t size);

}  // namespace

std::string sweep_tiles(const Kernels& table) {
    for (std::size_t count = 0; count <= 35; ++count) {
        if (auto text = check_packing(table, count, 64); !text.empty()) return text;
        if (auto text = check_packing(table, count, 128); !text.empty()) return text;
    }
    for (std::size_t size = 4; size <= 132; size += 4) {
        if (auto text = check_packing(table, 18, size); !text.empty()) return text;
        if (auto text = check_tile(table, 9, 50, size); !text.empty()) return text;
    }
    for (std::size_t query_count = 0; query_count <= 26; ++query_count) {
        for (const std::size_t count : {0U, 16U, 32U, 80U}) {
            if (auto text = check_tile(table, query_count, count, 36); !text.empty()) return text;
        }
    }
    for (std::size_t query_count = 0; query_count <= 70; ++query_count) {
        for (const std::size_t count : {0U, 16U, 32U, 48U}) {
            if (auto text = check_tile(table, query_count, count, 128); !text.empty()) return text;
        }
    }
    for (const std::size_t size : {64U, 256U, 512U, 1280U, 4096U}) {
        if (auto text = check_packing(table, 20, size); !text.empty()) return text;
        if (auto text = check_tile(table, 17, 20, size); !text.empty()) return text;
        if (auto text = check_against_rows(table, size); !text.empty()) return text;
    }
    return "";
}

namespace {

std::string check_packing(const Kernels& table, std::size_t count, std::size_t size) {
    RowsAndQuery data(count, size, 0, Values::kRandom);
    const std::size_t blocks = (count + kBlockRows - 1) / kBlockRows;
    for (const CodeRows& rows : {data.in_order(), data.shuffled()}) {
        const auto packed = [&](const Kernels& kernels, std::size_t row_bytes, auto pack) {
            Guarded<std::uint8_t> bytes(
                std::vector<std::uint8_t>(blocks * kBlockRows * row_bytes, 99));
            (kernels.*pack)(rows, bytes.data());
            return bytes.values();
        };
        std::string text =
            difference(words("pack_bytes", count, size), packed(table, size, &Kernels::pack_bytes),
                       packed(kScalarKernels, size, &Kernels::pack_bytes));
        if (!text.empty()) return text;
        if (size % 64 != 0) continue;
        text = difference(words("pack_nibbles", count, size),
                          packed(table, 2 * size, &Kernels::pack_nibbles),
                          packed(kScalarKernels, 2 * size, &Kernels::pack_nibbles));
        if (!text.empty()) return text;
    }
    return "";
}

std::string check_tile(const Kernels& table, std::size_t query_count, std::size_t count,
                       std::size_t size) {
    const std::size_t blocks = (count + kBlockRows - 1) / kBlockRows;
    const std::size_t query_stride = size + 3;
    const std::size_t dots_stride = blocks * kBlockRows + 1;
    for (const Values values : kAllValues) {
        const std::size_t query_bytes = query_count == 0 ? 0 : query_count * query_stride - 3;
        RowsAndQuery data(count, size, query_bytes, values);
        Guarded<std::uint8_t> packed(blocks * kBlockRows * size);
        kScalarKernels.pack_bytes(data.in_order(), packed.data());
        const auto dots = [&](const Kernels& kernels) {
            const std::size_t last = query_count == 0 ? 0 : query_count * dots_stride - 1;
            Guarded<std::int32_t> out(std::vector<std::int32_t>(last, 7));
            kernels.dot_tile(data.query(), query_stride, query_count, packed.data(), blocks, size,
                             out.data(), dots_stride);
            return out.values();
        };
        std::string text = difference(
            words("dot_tile", count, size) + " and " + std::to_string(query_count) + " queries",
            dots(table), dots(kScalarKernels));
        if (!text.empty()) return text;
    }
    return "";
}

/// Pack and tile of one table agree with its dots of rows.
std::string check_against_rows(const Kernels& table, std::size_t size) {
    constexpr std::size_t kCount = 48;
    RowsAndQuery bytes(kCount, size, size, Values::kRandom);
    Guarded<std::uint8_t> packed(kCount * size);
    Guarded<std::int32_t> tile(kCount);
    Guarded<std::int32_t> dots(kCount);
    table.pack_bytes(bytes.shuffled(), packed.data());
    table.dot_tile(bytes.query(), size, 1, packed.data(), kCount / kBlockRows, size, tile.data(),
                   kCount);
    table.dot_bytes(bytes.shuffled(), bytes.query(), dots.data());
    std::string text =
        difference(words("tile of bytes", kCount, size), tile.values(), dots.values());
    if (!text.empty()) return text;

    RowsAndQuery nibbles(kCount, size, 2 * size, Values::kRandom);
    std::memset(nibbles.query() + 2 * size - 4, 0, 4);
    std::memset(nibbles.query() + 2 * size - 68, 0, 4);
    Guarded<std::uint8_t> unfolded(kCount * 2 * size);
    table.pack_nibbles(nibbles.shuffled(), unfolded.data());
    table.dot_tile(nibbles.query(), 2 * size, 1, unfolded.data(), kCount / kBlockRows, 2 * size,
                   tile.data(), kCount);
    table.dot_nibbles(nibbles.shuffled(), nibbles.query(), dots.data());
    return difference(words("tile of nibbles", kCount, size), tile.values(), dots.values());
}

std::string words(const char* what, std::size_t count, std::size_t size) {
    return std::string(what) + ", " + std::to_string(count) + " rows of " + std::to_string(size);
}

}  // namespace

}  // namespace sokkuri::simd::testing
