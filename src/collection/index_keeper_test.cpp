// What befalls the keeper itself. Goal: memory that runs out in its thread is an answer like
// another one, and the next time it goes on. Method: a small collection on a file system of which
// one operation finds no memory, for each.
#include "collection/index_keeper.h"

#include "base/testing/faulty_file_system.h"
#include "base/testing/memory_file_system.h"
#include "collection/local_writer.h"
#include "collection/testing/small_collection.h"
#include "simd/dispatch.h"

#include <gtest/gtest.h>

namespace sokkuri::collection {
namespace {

using sokkuri::testing::FaultEffect;
using sokkuri::testing::FaultyFileSystem;
using sokkuri::testing::MemoryFileSystem;

const std::string kDirectory = "/pictures/.sokkuri";

TEST(IndexKeeper, AnswersWhenMemoryRunsOutAndGoesOn) {
    const simd::Kernels& kernels = *simd::chosen_kernels().value();
    KeeperOptions options;
    options.limits.tail_rows_min = 16;
    options.threads = 1;
    std::size_t failures = 0;
    for (std::uint64_t at = 0;; ++at) {
        SCOPED_TRACE(at);
        MemoryFileSystem memory;
        testing::make_small(memory, kDirectory);
        FaultyFileSystem files(memory);
        const auto catalog =
            store::Catalog::open(files, kDirectory + "/catalog.db", store::CatalogAccess::kWrite)
                .value();
        LocalWriter writer(files, kDirectory, *catalog);
        SegmentShelf shelf(files, kDirectory, kernels);
        TailCodes tails;
        Snapshots snapshots(files, kDirectory, shelf, tails);
        const auto commit = [&](std::span<const store::SegmentNumber> replaced,
                                const store::SegmentRow& added) {
            return writer.replace_segments(replaced, added);
        };
        const auto is_in_place = [] { return Result<void>(); };
        IndexKeeper keeper(
            {files, kDirectory, kernels, *catalog, snapshots, shelf, tails, is_in_place, commit},
            options);
        files.set_fault({.at = at, .effect = FaultEffect::kNoMemory});
        const auto optimized = keeper.optimize({});
        const bool is_through = !files.has_failed();
        files.set_fault({});
        if (!optimized) {
            ++failures;
            EXPECT_EQ(optimized.error().code(), ErrorCode::kExhausted);
        }
        ASSERT_TRUE(keeper.optimize({}));
        const auto snapshot = snapshots.of(*catalog->begin_read().value()).value();
        EXPECT_EQ(snapshot->fields.at(0).tail_live, 0U);
        if (is_through) break;
    }
    EXPECT_GT(failures, 10U);
}

}  // namespace
}  // namespace sokkuri::collection
