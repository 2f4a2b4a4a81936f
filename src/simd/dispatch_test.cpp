// Which table a process uses, and that the one asked for is the one that runs.
#include "simd/dispatch.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <set>

namespace sokkuri::simd {
namespace {

/// All functions of a table, as addresses.
std::set<const void*> functions_of(const Kernels& table) {
    return {reinterpret_cast<const void*>(table.dot_and_norm),
            reinterpret_cast<const void*>(table.squared_l2),
            reinterpret_cast<const void*>(table.decide_dot),
            reinterpret_cast<const void*>(table.decide_squared_l2),
            reinterpret_cast<const void*>(table.multiply),
            reinterpret_cast<const void*>(table.dot_bytes),
            reinterpret_cast<const void*>(table.dot_nibbles),
            reinterpret_cast<const void*>(table.score_bytes),
            reinterpret_cast<const void*>(table.score_nibbles),
            reinterpret_cast<const void*>(table.pack_bytes),
            reinterpret_cast<const void*>(table.pack_nibbles),
            reinterpret_cast<const void*>(table.dot_tile),
            reinterpret_cast<const void*>(table.rows_within),
            reinterpret_cast<const void*>(table.take_unmarked),
            reinterpret_cast<const void*>(table.hamming)};
}

constexpr std::size_t kFunctions = 15;

TEST(Dispatch, TheScalarTableIsAlwaysThereAndLast) {
    ASSERT_FALSE(runnable_kernels().empty());
    EXPECT_STREQ(runnable_kernels().back()->name, "scalar");
}

/// How many functions two tables have in common: one with more instructions brings what these make
/// faster.
std::size_t shared_by(std::string_view one, std::string_view other) {
    const auto is_pair = [&](std::string_view a, std::string_view b) {
        return (one == a && other == b) || (one == b && other == a);
    };
    if (is_pair("amx", "avx512vnni")) return kFunctions - 1;
    return is_pair("amx", "avx512") || is_pair("avx512vnni", "avx512") ? 10 : 0;
}

TEST(Dispatch, EveryTableIsCompleteAndFewBorrow) {
    for (const Kernels* table : runnable_kernels()) {
        const auto functions = functions_of(*table);
        EXPECT_EQ(functions.size(), kFunctions) << table->name;
        EXPECT_FALSE(functions.contains(nullptr)) << table->name;
        for (const Kernels* other : runnable_kernels()) {
            if (other == table) continue;
            std::size_t shared = 0;
            for (const void* function : functions_of(*other)) {
                shared += functions.contains(function);
            }
            EXPECT_EQ(shared, shared_by(table->name, other->name))
                << table->name << " and " << other->name;
        }
    }
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
            ::testing::ExitedWithCode(0), "");
    }
}

TEST(Dispatch, AForcedTableThatCannotRunIsRefused) {
    for (const char* name : {"mmx", "neon512", "AVX2", "scalar "}) {
        EXPECT_EXIT(
            {
                setenv("SOKKURI_SIMD", name, 1);
                std::_Exit(chosen_kernels() ? 0 : 1);
            },
            ::testing::ExitedWithCode(1), "");
    }
}

}  // namespace
}  // namespace sokkuri::simd
