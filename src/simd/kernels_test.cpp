// Every table this CPU can run against the oracle (testing/kernel_sweeps.h).
#include "simd/kernels.h"

#include "simd/dispatch.h"
#include "simd/testing/kernel_sweeps.h"

#include <gtest/gtest.h>

#include <ostream>

namespace sokkuri::simd {

/// Found by GoogleTest, so that the names of tests hold no address.
static void PrintTo(const Kernels* table, std::ostream* out) {
    *out << table->name;
}

namespace {

class EveryTable : public ::testing::TestWithParam<const Kernels*> {};

TEST_P(EveryTable, SumsFloatsWithinTheStatedRoundingsAndDecidesAsTheOracleDoes) {
    EXPECT_EQ(testing::sweep_floats(*GetParam()), "");
}

TEST_P(EveryTable, MultipliesARowAloneAsInCompany) {
    EXPECT_EQ(testing::sweep_multiply(*GetParam()), "");
}

TEST_P(EveryTable, HasTheDotsAndScoresOfTheOracle) {
    EXPECT_EQ(testing::sweep_codes(*GetParam()), "");
}

TEST_P(EveryTable, PacksAndTilesAsTheOracleDoes) {
    EXPECT_EQ(testing::sweep_tiles(*GetParam()), "");
}

TEST_P(EveryTable, KeepsTheRowsThatTheOracleKeeps) {
    EXPECT_EQ(testing::sweep_bounds(*GetParam()), "");
}

TEST_P(EveryTable, TakesWhatIsNotMarkedOnce) {
    EXPECT_EQ(testing::sweep_marks(*GetParam()), "");
}

TEST_P(EveryTable, CountsBits) {
    EXPECT_EQ(testing::sweep_hamming(*GetParam()), "");
}

INSTANTIATE_TEST_SUITE_P(Kernels, EveryTable,
                         ::testing::ValuesIn(runnable_kernels().begin(), runnable_kernels().end()),
                         [](const auto& table) { return std::string(table.param->name); });

}  // namespace
}  // namespace sokkuri::simd
