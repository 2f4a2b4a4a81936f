#include "simd/testing/guarded_memory.h"
#include "simd/testing/kernel_sweeps.h"

#include <random>

namespace sokkuri::simd::testing {

namespace {

struct Taken {
    std::vector<std::uint32_t> fresh;
    std::vector<std::uint64_t> marks;
};

/// What is said to be done, word for word.
Taken oracle(const std::vector<std::uint32_t>& ordinals, std::uint32_t end,
             std::vector<std::uint64_t> marks) {
    Taken taken;
    for (const std::uint32_t ordinal : ordinals) {
        if (ordinal >= end) continue;
        if ((marks[ordinal / 64] >> (ordinal % 64) & 1U) != 0) continue;
        marks[ordinal / 64] |= std::uint64_t{1} << (ordinal % 64);
        taken.fresh.push_back(ordinal);
    }
    taken.marks = std::move(marks);
    return taken;
}

std::string check(const Kernels& table, const std::vector<std::uint32_t>& ordinals,
                  std::uint32_t end, const std::vector<std::uint64_t>& marks) {
    Guarded<std::uint32_t> asked(ordinals);
    Guarded<std::uint64_t> marked(marks);
    Guarded<std::uint32_t> fresh(ordinals.size());
    const std::size_t found =
        table.take_unmarked(asked.data(), ordinals.size(), end, marked.data(), fresh.data());
    const Taken wanted = oracle(ordinals, end, marks);
    const std::string what =
        "take_unmarked of " + std::to_string(ordinals.size()) + " below " + std::to_string(end);
    if (found != wanted.fresh.size()) {
        return what + ": " + std::to_string(found) + " instead of " +
               std::to_string(wanted.fresh.size());
    }
    if (auto text = difference(what, fresh.values(), wanted.fresh); !text.empty()) return text;
    return difference(what + ", marks", marked.values(), wanted.marks);
}

}  // namespace

std::string sweep_marks(const Kernels& table) {
    std::mt19937 random(12);
    for (const std::size_t count : {0U, 16U, 32U, 48U, 96U}) {
        for (const std::uint32_t end : {0U, 1U, 31U, 33U, 64U, 100U, 1000U, 70'000U}) {
            for (const unsigned marked_share : {0U, 1U, 2U, 3U}) {  // of three
                std::vector<std::uint64_t> marks((end + 63) / 64);
                for (std::uint32_t i = 0; i < end; ++i) {
                    if (random() % 3 >= marked_share) continue;
                    marks[i / 64] |= std::uint64_t{1} << (i % 64);
                }
                // Doubles, what lies beyond the end, and what stands for nothing.
                std::vector<std::uint32_t> ordinals(count);
                for (std::uint32_t& ordinal : ordinals) {
                    ordinal = static_cast<std::uint32_t>(random() % (end + end / 8 + 2));
                    if (random() % 8 == 0)
                        ordinal = UINT32_MAX - static_cast<std::uint32_t>(random() % 2);
                }
                if (auto text = check(table, ordinals, end, marks); !text.empty()) return text;
            }
        }
    }
    return "";
}

}  // namespace sokkuri::simd::testing
