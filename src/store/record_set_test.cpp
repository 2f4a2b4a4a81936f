// Goal: a set does as a std::set of numbers does, and takes memory for what is in it, however high
// the numbers are. Method: random sets beside their models.
#include "store/record_set.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <random>
#include <set>

namespace sokkuri::store {
namespace {

using Model = std::set<RecordNumber>;

constexpr std::uint64_t kEnd = 3 * RecordSet::kBlockRecords + 1'000;

class RecordSets : public ::testing::Test {
 protected:
    /// Of some blocks only, and in these some runs.
    Model random_model() {
        Model model;
        for (int run = 0; run < 6; ++run) {
            const std::uint64_t first = random_() % kEnd;
            const std::uint64_t end = std::min<std::uint64_t>(kEnd, first + random_() % 300);
            for (std::uint64_t record = first; record < end; ++record)
                model.insert(static_cast<RecordNumber>(record));
        }
        return model;
    }
    static RecordSet set_of(const Model& model) {
        RecordSet records(kEnd);
        for (const RecordNumber record : model)
            records.set(record);
        return records;
    }
    static Model model_of(const RecordSet& records) {
        const std::vector<RecordNumber> numbers = records.numbers();
        EXPECT_TRUE(std::ranges::is_sorted(numbers));
        EXPECT_EQ(numbers.size(), records.count());
        return {numbers.begin(), numbers.end()};
    }

    std::mt19937 random_{29};
};

TEST_F(RecordSets, DoWhatSetsOfNumbersDo) {
    for (int round = 0; round < 50; ++round) {
        const Model a = random_model();
        Model b = random_model();
        b.insert(a.begin(), std::next(a.begin(), static_cast<std::ptrdiff_t>(a.size() / 2)));
        Model both;
        Model either;
        Model rest;
        std::ranges::set_intersection(a, b, std::inserter(both, both.end()));
        std::ranges::set_union(a, b, std::inserter(either, either.end()));
        std::ranges::set_difference(a, b, std::inserter(rest, rest.end()));
        EXPECT_EQ(model_of(set_of(a)), a);
        EXPECT_EQ(model_of(set_of(a) &= set_of(b)), both);
        EXPECT_EQ(model_of(set_of(a) |= set_of(b)), either);
        EXPECT_EQ(model_of(set_of(a) -= set_of(b)), rest);
        EXPECT_EQ(set_of(a) == set_of(b), a == b);
        RecordSet without = set_of(either);
        for (const RecordNumber record : b)
            without.reset(record);
        EXPECT_EQ(without, set_of(rest)) << "blocks whose last record went are as those without";
        const RecordSet set = set_of(a);
        const auto first = static_cast<RecordNumber>(random_() % kEnd);
        for (RecordNumber i = 0; i < 64; ++i) {
            EXPECT_EQ((set.bits_from(first) >> i & 1U) != 0, a.contains(first + i)) << first + i;
            EXPECT_EQ(set.test(first + i), a.contains(first + i)) << first + i;
        }
    }
}

TEST_F(RecordSets, GrowAndKeepWhatIsInThem) {
    RecordSet records(100);
    records.set(99);
    records.set(200);
    for (const std::uint64_t end : {std::uint64_t{150}, std::uint64_t{300}, kEnd}) {
        records.grow(end);
        EXPECT_EQ(model_of(records), Model{99}) << "numbers behind the end are passed over";
    }
    records.set(200);
    records.set(static_cast<RecordNumber>(kEnd - 1));
    EXPECT_EQ(model_of(records), (Model{99, 200, static_cast<RecordNumber>(kEnd - 1)}));
    RecordSet same(kEnd);
    same |= records;
    EXPECT_EQ(same, records);
    EXPECT_EQ(same.size_bytes(), records.size_bytes());
}

TEST_F(RecordSets, TakeMemoryForWhatIsInThem) {
    constexpr std::size_t kFewBytes = 2U << 20;
    RecordSet records(kRecordNumbersMax);
    EXPECT_LT(records.size_bytes(), kFewBytes);
    records.set(0);
    records.set(static_cast<RecordNumber>(kRecordNumbersMax - 1));
    EXPECT_LT(records.size_bytes(), kFewBytes);
    EXPECT_EQ(records.count(), 2U);
    records &= RecordSet(kRecordNumbersMax);
    EXPECT_EQ(records.size_bytes(), RecordSet(kRecordNumbersMax).size_bytes());
}

}  // namespace
}  // namespace sokkuri::store
