// How fast is each hot kernel of each table? Rows at random from 128 MB and more (what graph search
// and re-ranking read), rows in order (what a scan reads), and work that stays in the caches.
// Best of some rounds, since other work on the machine only ever adds; memory in huge pages.
//
//     bench_kernels [TABLE]      default: every table that this CPU runs
#include "simd/dispatch.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <random>
#include <string_view>
#include <sys/mman.h>
#include <vector>

namespace {

using namespace sokkuri;

constexpr int kRounds = 200;
constexpr double kLeastMilliseconds = 0.5;  // of a round

/// Anonymous memory in huge pages, filled with random bytes.
class Memory {
 public:
    explicit Memory(std::size_t size)
        : size_(size),
          base_(mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)) {
        madvise(base_, size, MADV_HUGEPAGE);
        std::mt19937_64 random(1);
        for (std::uint64_t& word : std::span(static_cast<std::uint64_t*>(base_), size / 8)) {
            word = random();
        }
    }
    ~Memory() { munmap(base_, size_); }
    Memory(const Memory&) = delete;
    Memory& operator=(const Memory&) = delete;

    const std::uint8_t* bytes() const { return static_cast<const std::uint8_t*>(base_); }
    std::size_t size() const { return size_; }

 private:
    std::size_t size_;
    void* base_;
};

/// As the engine's buffers are: on the boundary of a line.
template <class T>
class Aligned {
 public:
    explicit Aligned(std::size_t count, T value = {})
        : values_(static_cast<T*>(std::aligned_alloc(64, (count * sizeof(T) + 63) / 64 * 64))),
          count_(count) {
        std::fill(begin(), end(), value);
    }
    ~Aligned() { std::free(values_); }
    Aligned(const Aligned&) = delete;
    Aligned& operator=(const Aligned&) = delete;

    T* data() { return values_; }
    const T* data() const { return values_; }
    T* begin() { return values_; }
    T* end() { return values_ + count_; }

 private:
    T* values_;
    std::size_t count_;
};

/// What one call of the work does, for the figures beside its time.
struct Amount {
    std::string_view name;
    std::size_t rows;
    std::size_t bytes;
    std::size_t products = 0;
};

double nanoseconds_of(const std::function<void()>& work, std::size_t calls) {
    const auto start = std::chrono::steady_clock::now();
    for (std::size_t call = 0; call < calls; ++call) {
        work();
    }
    const auto passed = std::chrono::steady_clock::now() - start;
    return std::chrono::duration<double, std::nano>(passed).count() / static_cast<double>(calls);
}

void measure(const simd::Kernels& table, const Amount& amount, const std::function<void()>& work) {
    std::size_t calls = 1;
    while (nanoseconds_of(work, calls) * static_cast<double>(calls) < kLeastMilliseconds * 1e6) {
        calls *= 2;
    }
    double time = nanoseconds_of(work, calls);
    for (int round = 1; round < kRounds; ++round) {
        time = std::min(time, nanoseconds_of(work, calls));
    }
    fmt::print("{:10} {:44} {:9.2f} {:9.2f} {:7.1f} {:7.1f}\n", table.name, amount.name,
               time / 1000, time / static_cast<double>(amount.rows),
               static_cast<double>(amount.bytes) / time,
               static_cast<double>(amount.products) / time);
}

std::vector<std::uint32_t> random_ordinals(std::size_t below) {
    std::mt19937 random(2);
    std::vector<std::uint32_t> ordinals(1U << 16);
    for (std::uint32_t& ordinal : ordinals) {
        ordinal = static_cast<std::uint32_t>(random() % below);
    }
    return ordinals;
}

/// Rows at random: each call takes the next `count` ordinals.
void measure_random(const simd::Kernels& table, const Memory& memory) {
    struct Case {
        std::string_view name;
        std::size_t size;
        std::size_t stride;
        std::size_t count;
        std::size_t products_a_byte;
        bool is_scored;
    };
    const Case cases[] = {
        {"score_nibbles, 48 random rows of 128 B", 128, 128, 48, 2, true},
        {"score_nibbles, 9 random rows of 128 B", 128, 128, 9, 2, true},
        {"score_bytes, 48 random rows of 256 B", 256, 256, 48, 1, true},
        {"score_bytes, 9 random rows of 256 B", 256, 256, 9, 1, true},
        {"dot_bytes, 64 random rows of 1280 B in 1296", 1280, 1296, 64, 1, false},
    };
    Aligned<float> scores(64);
    Aligned<std::int32_t> dots(64);
    const auto* query = reinterpret_cast<const std::int8_t*>(memory.bytes());
    for (const Case& each : cases) {
        const auto ordinals = random_ordinals(memory.size() / each.stride);
        std::size_t next = 0;
        const auto work = [&] {
            if (next + each.count > ordinals.size()) next = 0;
            const simd::CodeRows rows{memory.bytes(), each.stride, each.size, &ordinals[next],
                                      each.count};
            next += each.count;
            if (!each.is_scored) return table.dot_bytes(rows, query, dots.data());
            const auto score = each.products_a_byte == 2 ? table.score_nibbles : table.score_bytes;
            score(rows, query, 0.1F, scores.data());
        };
        const std::size_t bytes = each.count * each.size;
        measure(table, {each.name, each.count, bytes, bytes * each.products_a_byte}, work);
    }
}

/// Rows in order: each call takes the next thousand.
void measure_streams(const simd::Kernels& table, const Memory& memory) {
    constexpr std::size_t kRows = 1024;
    Aligned<std::int32_t> dots(kRows);
    Aligned<std::uint32_t> survivors(kRows);
    const auto* query = reinterpret_cast<const std::int8_t*>(memory.bytes());
    for (const std::size_t size : {128U, 256U}) {
        std::size_t at = 0;
        const std::size_t bytes = kRows * size;
        const auto work = [&] {
            if (at + bytes > memory.size()) at = 0;
            const simd::CodeRows rows{memory.bytes() + at, size, size, nullptr, kRows};
            at += bytes;
            (size == 128 ? table.dot_nibbles : table.dot_bytes)(rows, query, dots.data());
        };
        measure(table,
                {size == 128 ? "dot_nibbles, rows of 128 B in order"
                             : "dot_bytes, rows of 256 B in order",
                 kRows, bytes, 256 * kRows},
                work);
    }
    const Aligned<float> norms(kRows, 1.0F);
    const Aligned<float> errors(kRows, 0.01F);
    const Aligned<float> tails(kRows, 0.2F);
    const simd::BoundQuery bound{.constant = 1,
                                 .constant_slack = 1,
                                 .multiplier = -1e-12F,
                                 .slack = 1e-5F,
                                 .error = 0.01F,
                                 .tail = 0.3F,
                                 .limit_squared = 0.1F};
    measure(table, {"rows_within, nothing survives", kRows, 16 * kRows}, [&] {
        table.rows_within(dots.data(), {norms.data(), errors.data(), tails.data()}, kRows, bound,
                          survivors.data());
    });
}

/// Work whose operands stay in the caches.
void measure_blocks(const simd::Kernels& table, const Memory& memory) {
    constexpr std::size_t kRows = 1024;
    constexpr std::size_t kQueries = 256;
    const auto* query = reinterpret_cast<const std::int8_t*>(memory.bytes());
    // A distance of a power of two would put all queries' dots into the same few sets of a cache.
    constexpr std::size_t kStride = kRows + 16;
    Aligned<std::int32_t> dots(kQueries * kStride);
    measure(table, {"dot_bytes, 248 rows of 1280 B in order", 248, 248 * 1280, 248 * 1280}, [&] {
        table.dot_bytes({memory.bytes(), 1280, 1280, nullptr, 248}, query, dots.data());
    });
    Aligned<std::uint8_t> packed(kRows * 256);
    measure(table, {"pack_bytes, 1024 rows of 256 B", kRows, 256 * kRows}, [&] {
        table.pack_bytes({memory.bytes(), 256, 256, nullptr, kRows}, packed.data());
    });
    measure(table, {"pack_nibbles, 1024 rows of 128 B", kRows, 128 * kRows}, [&] {
        table.pack_nibbles({memory.bytes(), 128, 128, nullptr, kRows}, packed.data());
    });
    measure(table,
            {"dot_tile, 256 queries x 1024 rows x 256", kRows, 256 * kRows, kQueries * kRows * 256},
            [&] {
                table.dot_tile(query, 256, kQueries, packed.data(), kRows / 16, 256, dots.data(),
                               kStride);
            });
    measure(table, {"dot_tile, 32 queries x 128 rows x 256", 128, 256 * 128, 32 * 128 * 256},
            [&] { table.dot_tile(query, 256, 32, packed.data(), 8, 256, dots.data(), kStride); });
}

void measure_floats(const simd::Kernels& table, const Memory& memory) {
    constexpr std::size_t kRows = 256;
    constexpr std::size_t kDimension = 1280;
    std::mt19937 random(3);
    std::normal_distribution<float> normal;
    Aligned<float> rows(kRows * kDimension);
    Aligned<float> matrix(kDimension * 512);
    std::generate(rows.begin(), rows.end(), [&] { return normal(random); });
    std::generate(matrix.begin(), matrix.end(), [&] { return normal(random); });
    Aligned<float> out(kRows * 512);
    for (const std::size_t columns : {256U, 512U}) {
        measure(
            table,
            {columns == 256 ? "multiply, 256 rows x 1280 x 256" : "multiply, 256 rows x 1280 x 512",
             kRows, kRows * kDimension * 4, kRows * kDimension * columns},
            [&] {
                table.multiply(rows.data(), kDimension, kRows, kDimension, matrix.data(), columns,
                               out.data());
            });
    }
    measure(table, {"multiply, 1 row x 1280 x 256", 1, kDimension * 4, kDimension * 256}, [&] {
        table.multiply(rows.data(), kDimension, 1, kDimension, matrix.data(), 256, out.data());
    });
    const auto all_rows = [&](std::string_view name, auto kernel) {
        measure(table, {name, kRows, kRows * kDimension * 4, kRows * kDimension}, [&] {
            for (std::size_t row = 0; row < kRows; ++row) {
                const auto result = kernel(rows.data(), rows.data() + row * kDimension, kDimension);
                __asm__ volatile("" : : "m"(result));
            }
        });
    };
    all_rows("dot_and_norm, rows of 1280 in order", table.dot_and_norm);
    all_rows("squared_l2, rows of 1280 in order", table.squared_l2);
    all_rows("decide_dot, rows of 1280 in order", table.decide_dot);
    all_rows("decide_squared_l2, rows of 1280 in order", table.decide_squared_l2);
    measure(table, {"hamming, 1024 rows of 160 B", 1024, 1024 * 160}, [&] {
        std::uint32_t bits = 0;
        for (std::size_t row = 0; row < 1024; ++row) {
            bits += table.hamming(memory.bytes(), memory.bytes() + row * 160, 160);
        }
        __asm__ volatile("" : : "r"(bits));
    });
}

}  // namespace

int main(int argc, char** argv) {
    const Memory memory(std::size_t{256} << 20);
    fmt::print("{:10} {:44} {:>9} {:>9} {:>7} {:>7}\n", "table", "kernel", "us/call", "ns/row",
               "GB/s", "GMAC/s");
    for (const simd::Kernels* table : simd::runnable_kernels()) {
        if (argc > 1 && std::string_view(table->name) != argv[1]) continue;
        measure_random(*table, memory);
        measure_streams(*table, memory);
        measure_blocks(*table, memory);
        measure_floats(*table, memory);
    }
    return 0;
}
