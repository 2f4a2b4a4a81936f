// Bytes to a segment: what was written comes back, and what a disk or an attacker makes of it is
// refused, or at least harmless.
#include "index/segment.h"

#include "index/balls.h"
#include "index/segment_image.h"
#include "index/segment_search.h"
#include "index/segment_sections.h"
#include "index/slot_ordinals.h"
#include "index/testing/small_segment.h"
#include "simd/dispatch.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>

namespace sokkuri::index {
namespace {

using testing::kSmallNodes;
using testing::OwnedSections;
using testing::small_segment;
using testing::SmallSegment;

const simd::Kernels& kernels() {
    return *simd::runnable_kernels().front();
}

Result<std::shared_ptr<const Segment>> open(const OwnedSections& sections,
                                            Check check = Check::kEverything) {
    return Segment::open(sections.views(), nullptr, kernels(), {.check = check, .slots_end = 102});
}

void expect_refused(const OwnedSections& sections, const std::string& what,
                    Check check = Check::kEverything) {
    const auto segment = open(sections, check);
    ASSERT_FALSE(segment) << what;
    EXPECT_EQ(segment.error().code(), ErrorCode::kCorruption) << segment.error().message();
    EXPECT_NE(segment.error().message().find(what), std::string::npos)
        << what << " is not in: " << segment.error().message();
}

/// The value at byte `at` of a section.
template <typename T>
void put(std::vector<std::byte>& bytes, std::size_t at, T value) {
    std::memcpy(bytes.data() + at, &value, sizeof value);
}

TEST(Segment, HasAllPartsThatWereWritten) {
    SmallSegment small = small_segment(kernels());
    const auto segment = open(small.sections);
    ASSERT_TRUE(segment) << segment.error().message();
    const SegmentParts& parts = (*segment)->parts();
    EXPECT_EQ(parts.nodes, kSmallNodes);
    EXPECT_EQ(parts.slots_end, 102);
    EXPECT_EQ((*segment)->rows(), 102);
    EXPECT_TRUE(parts.has_graph());
    EXPECT_EQ(parts.space.metric, Metric::kCosine);
    EXPECT_EQ(parts.space.raw_dimension, small.dimension);
    EXPECT_EQ(parts.model.components, 12);
    EXPECT_FLOAT_EQ(parts.model.tail_slack, 1e-3F);
    EXPECT_EQ((*segment)->landmark_heads().size(), 3 * parts.model.layout.row_bytes());
    EXPECT_EQ((*segment)->slot_ordinals()[97], (*segment)->slot_ordinals()[1]);
    EXPECT_EQ((*segment)->slot_ordinals()[100], SlotOrdinals::kLoose);
    const auto meta = encode_meta(parts);
    for (const Section& section : sections_of(parts, meta)) {
        EXPECT_TRUE(std::ranges::equal(section.bytes, small.sections[section.name]))
            << section.name;
    }
}

TEST(Segment, ComesInAnyOrderOfSections) {
    SmallSegment small = small_segment(kernels());
    std::shuffle(small.sections.sections.begin(), small.sections.sections.end(), std::mt19937(1));
    EXPECT_TRUE(open(small.sections));
}

TEST(Segment, OfTheFirstVersionHasNoBallsAndAnswersAlike) {
    const SmallSegment small = small_segment(kernels());
    OwnedSections first = small.sections;
    put(first["meta"], 8, std::uint32_t{1});
    put(first["meta"], 120, std::uint32_t{0});
    std::erase_if(first.sections, [](const auto& one) { return one.first.starts_with("ball_"); });
    const auto older = open(first);
    const auto newer = open(small.sections);
    ASSERT_TRUE(older) << older.error().message();
    EXPECT_EQ((*older)->parts().balls(), 0U);
    EXPECT_EQ((*newer)->parts().balls(), (kSmallNodes + kBallNodes - 1) / kBallNodes);
    const RawRows rows = small.raw_rows();
    for (Slot slot = 0; slot < 20; ++slot) {
        const SegmentQuery query{.vector = rows.row(slot),
                                 .effort = {.kind = Effort::Kind::kExact}};
        EXPECT_EQ(search_segment(**older, rows, query, nullptr).neighbors,
                  search_segment(**newer, rows, query, nullptr).neighbors);
    }
    put(first["meta"], 120, kBallNodes);
    expect_refused(first, "nodes a ball", Check::kLengths);
}

TEST(Segment, RefusesMissingDoubledAndUnknownSections) {
    const SmallSegment small = small_segment(kernels());
    for (std::size_t i = 0; i < kSectionNames.size(); ++i) {
        OwnedSections missing = small.sections;
        missing.sections.erase(missing.sections.begin() + static_cast<std::ptrdiff_t>(i));
        expect_refused(missing, std::string(kSectionNames[i]) + ": missing");
        OwnedSections doubled = small.sections;
        doubled.sections.push_back(doubled.sections[i]);
        expect_refused(doubled, std::string(kSectionNames[i]) + ": there twice");
        OwnedSections renamed = small.sections;
        renamed.sections[i].first = "hats";
        expect_refused(renamed, "a section that no segment has");
    }
}

TEST(Segment, RefusesSectionsThatAreCutOffOrTooLong) {
    const SmallSegment small = small_segment(kernels());
    for (std::size_t i = 0; i < kSectionNames.size(); ++i) {
        const std::size_t size = small.sections.sections[i].second.size();
        for (const std::size_t wrong : {std::size_t{0}, size / 2, size - 1, size + 1, size + 64}) {
            if (wrong == size) continue;
            OwnedSections sections = small.sections;
            sections.sections[i].second.resize(wrong);
            expect_refused(sections, std::string(kSectionNames[i]), Check::kLengths);
        }
    }
}

TEST(Segment, RefusesNumbersThatNoBuilderWrites) {
    const SmallSegment small = small_segment(kernels());
    const auto refused = [&](std::size_t at, auto value) {
        OwnedSections sections = small.sections;
        put(sections["meta"], at, value);
        expect_refused(sections, "", Check::kLengths);
    };
    const double nan = std::numeric_limits<double>::quiet_NaN();
    refused(0, 'S');                                       // magic
    refused(12, std::uint32_t{0});                         // metric
    refused(12, std::uint32_t{4});                         // metric
    refused(16, std::uint32_t{0});                         // dimension
    refused(16, std::uint32_t{0xFFFFFFFF});                // dimension
    refused(20, std::uint32_t{47});                        // degree
    refused(24, nan);                                      // scale
    refused(24, 0.0);                                      // scale
    refused(32, std::numeric_limits<double>::infinity());  // largest norm
    refused(40, std::uint32_t{5});                         // bits
    refused(44, std::uint32_t{0});                         // lines
    refused(44, std::uint32_t{9});                         // lines
    refused(48, std::uint32_t{0});                         // components
    refused(48, std::uint32_t{21});                        // components
    refused(52, 0.0F);                                     // step
    refused(56, 1.5F);                                     // kappa
    refused(60, std::uint32_t{0x80000000});                // nodes
    refused(64, -1.0);                                     // orthogonality
    refused(88, std::uint64_t{103});                       // slots: more than exist
    refused(88, std::uint64_t{101});                       // slots: fewer than rows
    refused(96, std::uint32_t{0});                         // postings
    refused(104, std::uint32_t{0});                        // landmarks
    refused(108, std::uint32_t{5'000});                    // calibration
    refused(112, std::uint32_t{2});                        // graph
    refused(116, nan);                                     // tail slack
    refused(120, std::uint32_t{1});                        // nodes of a ball
    refused(124, std::uint32_t{1});                        // zero
}

TEST(Segment, SaysThatANewerVersionIsNotForThisProgram) {
    SmallSegment small = small_segment(kernels());
    put(small.sections["meta"], 8, kSegmentContentVersion + 1);
    EXPECT_EQ(open(small.sections).error().code(), ErrorCode::kUnsupported);
    put(small.sections["meta"], 8, std::uint32_t{0});
    EXPECT_EQ(open(small.sections).error().code(), ErrorCode::kUnsupported);
}

TEST(Segment, FindsWhatIsWrongWithinSectionsWhenAskedToLookAtEverything) {
    const SmallSegment small = small_segment(kernels());
    const float nan = std::numeric_limits<float>::quiet_NaN();
    const auto refused = [&](const std::string& name, std::size_t at, auto value) {
        OwnedSections sections = small.sections;
        put(sections[name], at, value);
        expect_refused(sections, name);
    };
    refused("mean", 4, nan);
    refused("matrix", 4, nan);
    refused("offset", 4, nan);
    refused("heads", 60, nan);
    refused("head_norms", 8, nan);
    refused("head_errors", 8, -1.0F);
    refused("head_tails", 8, -1.0F);
    refused("full", full_meta_at(20), nan);
    refused("ball_norms", 0, nan);
    refused("ball_tails", 4, -1.0F);
    refused("ball_radii", 4, nan);
    refused("links", 0, std::uint32_t{kSmallNodes});
    refused("links", 0, std::uint32_t{0});  // itself
    refused("links", 0, kNoOrdinal);        // a hole
    refused("landmarks", 0, std::uint32_t{kSmallNodes});
    refused("posting_ends", 8, std::uint32_t{1});
    refused("posting_ends", 0, std::uint32_t{1'000});
    refused("postings", 0, std::uint32_t{102});
    refused("postings", 0, std::uint32_t{99});  // there twice
    refused("loose", 0, std::uint32_t{101});    // there twice
    refused("calibration", 4, std::uint32_t{0});
    refused("calibration", 8, 2.0F);
    OwnedSections sections = small.sections;
    put(sections["head_tails"], 8, nan);  // not known: allowed
    EXPECT_TRUE(open(sections));
}

TEST(Segment, KeepsPostingsInBoundsWhateverTheirEndsSay) {
    const SmallSegment small = small_segment(kernels());
    std::mt19937 random(3);
    for (int round = 0; round < 200; ++round) {
        OwnedSections sections = small.sections;
        for (std::size_t i = 0; i < kSmallNodes; ++i) {
            if (random() % 4 == 0) put(sections["posting_ends"], 4 * i, std::uint32_t(random()));
        }
        const auto segment = open(sections, Check::kLengths);
        ASSERT_TRUE(segment);
        std::uint64_t sum = 0;
        for (Ordinal i = 0; i < kSmallNodes; ++i) {
            for (const Slot slot : (*segment)->parts().slots_of(i)) {
                sum += slot;
            }
        }
        EXPECT_LT(sum, UINT64_MAX);
    }
}

TEST(Segment, RefusesOrSurvivesFlippedBits) {
    const SmallSegment small = small_segment(kernels());
    std::mt19937 random(17);
    for (int round = 0; round < 2'000; ++round) {
        OwnedSections sections = small.sections;
        auto& bytes =
            sections.sections[round % 2 == 0 ? 0 : random() % kSectionNames.size()].second;
        for (auto flips = random() % 3 + 1; flips > 0; --flips) {
            bytes[random() % bytes.size()] ^= std::byte(std::uint8_t(1U << (random() % 8)));
        }
        for (const Check check : {Check::kLengths, Check::kEverything}) {
            const auto segment = open(sections, check);
            EXPECT_TRUE(!segment || (*segment)->parts().nodes == kSmallNodes);
        }
    }
}

/// Damage that only checksums can tell: answers may be wrong, but stay within what there is.
TEST(Segment, IsSearchedWithinItsBoundsWhateverItsBytesSay) {
    const SmallSegment small = small_segment(kernels());
    const RawRows rows = small.raw_rows();
    std::mt19937 random(23);
    for (int round = 0; round < 300; ++round) {
        OwnedSections sections = small.sections;
        for (std::size_t i = 4; i < kSectionNames.size(); ++i) {
            if (kSectionNames[i] == "landmarks" || kSectionNames[i] == "calibration") continue;
            auto& bytes = sections.sections[i].second;
            for (int flip = 0; flip < 20; ++flip) {
                bytes[random() % bytes.size()] = std::byte(std::uint8_t(random() % 256));
            }
        }
        const auto segment = open(sections, Check::kLengths);
        ASSERT_TRUE(segment);  // landmarks and calibration, always looked at, are whole
        for (const Effort::Kind kind : {Effort::Kind::kEf, Effort::Kind::kExact}) {
            const SegmentAnswer answer = search_segment(
                **segment, rows,
                {.vector = rows.row(random() % 96), .k = 10, .effort = {.kind = kind, .ef = 30}},
                nullptr);
            for (const Neighbor& neighbor : answer.neighbors) {
                EXPECT_LT(neighbor.slot, rows.count());
            }
        }
    }
}

TEST(SegmentImage, OwnsTheBytesOfTheSegmentThatItOpens) {
    const SmallSegment small = small_segment(kernels());
    std::shared_ptr<const Segment> segment;
    {
        SegmentImage image;
        for (const auto& [name, bytes] : small.sections.sections) {
            ASSERT_TRUE(image.add(name, bytes));
        }
        segment = image.open(kernels()).value();
        EXPECT_EQ(segment->size_bytes(), image.size_bytes());
    }
    EXPECT_EQ(segment->parts().heads.size(), kSmallNodes * 64);
    EXPECT_EQ(segment->parts().landmarks[1], 40);
}

TEST(Arena, GivesZeroedMemoryOfAnySize) {
    for (const std::size_t size : {0UL, 1UL, 4'096UL, 4'097UL, (4UL << 20) - 1, (4UL << 20) + 5}) {
        Result<Arena> arena = Arena::create(size);
        ASSERT_TRUE(arena);
        EXPECT_EQ(arena->bytes().size(), size);
        EXPECT_TRUE(
            std::ranges::all_of(arena->bytes(), [](std::byte b) { return b == std::byte(0); }));
        std::ranges::fill(arena->bytes(), std::byte(7));
        const Arena moved = std::move(*arena);
        EXPECT_TRUE(size == 0 || moved.bytes().back() == std::byte(7));
    }
    EXPECT_EQ(Arena::create(std::size_t{1} << 60).error().code(), ErrorCode::kExhausted);
}

}  // namespace
}  // namespace sokkuri::index
