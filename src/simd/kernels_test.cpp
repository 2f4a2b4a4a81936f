// Every table this CPU can run against a float64 sum: all dimensions 1–130 and real ones,
// unaligned, and with a page that must not be read right behind the row.
#include "simd/kernels.h"

#include "simd/dispatch.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <random>
#include <sys/mman.h>
#include <vector>

namespace sokkuri::simd {
namespace {

constexpr double kRounding = 1.0 / (1 << 24);

std::vector<std::size_t> dimensions() {
    std::vector<std::size_t> all;
    for (std::size_t d = 1; d <= 130; ++d) {
        all.push_back(d);
    }
    for (const std::size_t d : {512U, 768U, 1280U, 2048U, 4096U}) {
        all.push_back(d);
    }
    return all;
}

std::vector<float> random_row(std::size_t size, std::mt19937& random) {
    std::normal_distribution<float> normal;
    std::vector<float> row(size);
    for (float& value : row) {
        value = normal(random);
    }
    return row;
}

/// Two adjoining pages, the second unreadable.
class GuardedPage {
 public:
    static constexpr std::size_t kBytes = 5 * 4096;
    GuardedPage()
        : base_(static_cast<char*>(mmap(nullptr, kBytes + 4096, PROT_READ | PROT_WRITE,
                                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))) {
        mprotect(base_ + kBytes, 4096, PROT_NONE);
    }
    ~GuardedPage() { munmap(base_, kBytes + 4096); }
    GuardedPage(const GuardedPage&) = delete;
    GuardedPage& operator=(const GuardedPage&) = delete;

    float* row_that_ends_at_the_edge(std::size_t dimension) {
        return reinterpret_cast<float*>(base_ + kBytes) - dimension;
    }

 private:
    char* base_;
};

class EveryTable : public testing::TestWithParam<const Kernels*> {};

TEST_P(EveryTable, SumsWithinTheStatedRoundingsOfFloat64) {
    std::mt19937 random(7);
    GuardedPage page;
    for (const std::size_t dimension : dimensions()) {
        const std::vector<float> query_storage = random_row(dimension + 1, random);
        const float* query = query_storage.data() + 1;  // unaligned
        const std::vector<float> values = random_row(dimension, random);
        float* row = page.row_that_ends_at_the_edge(dimension);
        std::copy(values.begin(), values.end(), row);

        double dot = 0, magnitude = 0, norm = 0, squared = 0;
        for (std::size_t i = 0; i < dimension; ++i) {
            const double q = query[i];
            const double x = row[i];
            dot += q * x;
            magnitude += std::abs(q * x);
            norm += x * x;
            squared += (q - x) * (q - x);
        }
        const double slack = (static_cast<double>(dimension) + 16) * kRounding;
        const DotAndNorm sums = GetParam()->dot_and_norm(query, row, dimension);
        EXPECT_NEAR(sums.dot, dot, slack * magnitude) << "dimension " << dimension;
        EXPECT_NEAR(sums.norm_squared, norm, slack * norm) << "dimension " << dimension;
        EXPECT_NEAR(GetParam()->squared_l2(query, row, dimension), squared,
                    (slack + 2 * kRounding) * squared)
            << "dimension " << dimension;
    }
}

INSTANTIATE_TEST_SUITE_P(Kernels, EveryTable,
                         testing::ValuesIn(runnable_kernels().begin(), runnable_kernels().end()),
                         [](const auto& table) { return std::string(table.param->name); });

TEST(Dispatch, TheScalarTableIsAlwaysThereAndLast) {
    ASSERT_FALSE(runnable_kernels().empty());
    EXPECT_STREQ(runnable_kernels().back()->name, "scalar");
}

TEST(Dispatch, AnUnknownNameIsRefusedWithTheKnownOnes) {
    const auto table = kernels_named("mmx");
    ASSERT_FALSE(table);
    EXPECT_EQ(table.error().code(), ErrorCode::kUnsupported);
    EXPECT_NE(table.error().message().find("scalar"), std::string::npos);
}

TEST(Dispatch, TheForcedTableIsTheOneThatRuns) {
    // chosen_kernels() keeps its first answer, so each choice is made in a process of its own.
    for (const Kernels* table : runnable_kernels()) {
        EXPECT_EXIT(
            {
                setenv("SOKKURI_SIMD", table->name, 1);
                const auto chosen = chosen_kernels();
                std::_Exit(chosen && *chosen == table ? 0 : 1);
            },
            testing::ExitedWithCode(0), "");
    }
}

}  // namespace
}  // namespace sokkuri::simd
