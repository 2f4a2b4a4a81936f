// How fast is an exact scan? Rows on disk in one mapped file, as the tail of a collection has them;
// cold map and warm, each set of kernels, one thread and all.
//
//     bench_exact_scan [ROWS [DIMENSION]]      default 100000 1280
#include "index/exact_scan.h"

#include "base/file_system.h"
#include "base/testing/temporary_directory.h"
#include "simd/dispatch.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <random>
#include <vector>

namespace {

using namespace sokkuri;

constexpr int kRounds = 9;

struct Rows {
    std::size_t count;
    std::size_t dimension;
    std::string file;

    std::size_t size_bytes() const { return count * dimension * sizeof(float); }
};

double milliseconds_of(const std::function<void()>& work) {
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
        .count();
}

Result<void> write_rows(const Rows& rows) {
    const auto file = TRY(posix_file_system().open(rows.file, OpenMode::kCreateNew));
    std::mt19937 random(1);
    std::normal_distribution<float> normal;
    std::vector<float> row(rows.dimension);
    for (std::size_t i = 0; i < rows.count; ++i) {
        for (float& value : row) {
            value = std::max(0.0F, normal(random));
        }
        const auto bytes = std::as_bytes(std::span(row));
        TRY(file->write_at(i * bytes.size(), bytes));
    }
    return {};
}

Result<void> measure(const Rows& rows, const simd::Kernels& kernels, std::size_t threads) {
    const auto file = TRY(posix_file_system().open(rows.file, OpenMode::kRead));
    ThreadPool pool(threads);
    double cold = 0;
    std::vector<double> warm;
    const auto map = TRY(file->map(0, rows.size_bytes(), MapAccess::kRead));
    const std::span<const float> values(reinterpret_cast<const float*>(map->bytes().data()),
                                        rows.count * rows.dimension);
    const index::RowsView view{values, 0};
    for (int round = 0; round <= kRounds; ++round) {
        const std::size_t query = (rows.count / 3 + 97 * round) % rows.count;
        const index::ExactScan scan{.query = values.subspan(query * rows.dimension, rows.dimension),
                                    .kernels = &kernels,
                                    .threads = &pool};
        const double ms = milliseconds_of([&] { index::nearest_rows(scan, {&view, 1}); });
        round == 0 ? void(cold = ms) : warm.push_back(ms);
    }
    std::sort(warm.begin(), warm.end());
    const double median = warm[warm.size() / 2];
    fmt::print("{:8} {:7} {:10.1f} {:10.1f} {:10.1f} {:10.1f}\n", kernels.name, pool.threads(),
               cold, median, warm.back(), static_cast<double>(rows.size_bytes()) / median / 1e6);
    return {};
}

Result<void> run(std::size_t count, std::size_t dimension) {
    const testing::TemporaryDirectory folder;
    const Rows rows{count, dimension, folder.path() + "/rows"};
    TRY(write_rows(rows));
    fmt::print(
        "{} rows of {} float32, cosine, k 10, {} rounds, file in the page cache; milliseconds\n",
        rows.count, rows.dimension, kRounds);
    fmt::print("{:8} {:>7} {:>10} {:>10} {:>10} {:>10}\n", "kernels", "threads", "first", "median",
               "worst", "GB/s");
    for (const simd::Kernels* kernels : simd::runnable_kernels()) {
        for (const std::size_t threads : {std::size_t{1}, std::size_t{0}}) {
            TRY(measure(rows, *kernels, threads));
        }
    }
    return {};
}

}  // namespace

int main(int argc, char** argv) {
    const std::size_t count = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 100'000;
    const std::size_t dimension = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 1280;
    const auto result = run(count, dimension);
    if (!result) fmt::print(stderr, "{}\n", result.error().message());
    return result ? 0 : 1;
}
