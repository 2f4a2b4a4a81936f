// Goal: a writer whose memory ran out anywhere in a write loses nothing and takes the next one.
// Method: every file operation of a put and of a load throws once.
#include "collection/local_writer.h"

#include "base/testing/faulty_file_system.h"
#include "base/testing/memory_file_system.h"
#include "collection/testing/small_collection.h"
#include "collection/verify.h"

#include <gtest/gtest.h>

#include <functional>
#include <new>

namespace sokkuri::collection {
namespace {

using sokkuri::testing::FaultEffect;
using sokkuri::testing::FaultyFileSystem;
using sokkuri::testing::MemoryFileSystem;
using testing::small_record;

constexpr const char* kDirectory = "/pictures/.sokkuri";

void expect_to_go_on(const std::function<void(LocalWriter& writer)>& write) {
    for (std::uint64_t at = 0;; ++at) {
        SCOPED_TRACE(at);
        MemoryFileSystem memory;
        testing::make_small(memory, kDirectory);
        FaultyFileSystem files(memory);
        const auto catalog = store::Catalog::open(files, join_path(kDirectory, "catalog.db"),
                                                  store::CatalogAccess::kWrite)
                                 .value();
        LocalWriter writer(files, kDirectory, *catalog);
        const PutRecord first = small_record(60);
        ASSERT_TRUE(writer.put({&first, 1}, VectorsOfPut::kReplace));
        files.set_fault({.at = at, .effect = FaultEffect::kNoMemory});
        try {
            write(writer);
        } catch (const std::bad_alloc&) {
            EXPECT_TRUE(files.has_failed());
        }
        const bool is_done = !files.has_failed();
        files.set_fault({});
        const PutRecord next = small_record(70);
        const auto put = writer.put({&next, 1}, VectorsOfPut::kReplace);
        ASSERT_TRUE(put) << put.error().message();
        const auto report = verify_local_collection(memory, kDirectory, {});
        ASSERT_TRUE(report && report->is_whole());
        if (is_done) return;
    }
}

TEST(LocalWriter, GoesOnWhenMemoryRanOutInAPut) {
    expect_to_go_on([](LocalWriter& writer) {
        const PutRecord record = small_record(61);
        static_cast<void>(writer.put({&record, 1}, VectorsOfPut::kReplace));
    });
}

TEST(LocalWriter, GoesOnWhenMemoryRanOutInAPutOfVectors) {
    expect_to_go_on([](LocalWriter& writer) {
        const PutVectors put{.id = small_record(60).id, .vectors = small_record(61).vectors};
        static_cast<void>(writer.put_vectors({&put, 1}));
    });
}

TEST(LocalWriter, GoesOnWhenMemoryRanOutInAPatch) {
    expect_to_go_on([](LocalWriter& writer) {
        const PatchRecord patch{.id = small_record(60).id,
                                .patch = R"({"patched":true})",
                                .if_version = {},
                                .vectors = small_record(61).vectors};
        static_cast<void>(writer.patch({&patch, 1}));
    });
}

TEST(LocalWriter, GoesOnWhenMemoryRanOutInALoad) {
    expect_to_go_on([](LocalWriter& writer) {
        const std::vector<std::string> ids{"a", "b"};
        const std::vector<float> vectors(ids.size() * testing::kSmallDimension, 0.5F);
        static_cast<void>(writer.load({.field = "picture", .ids = ids, .vectors = vectors}));
    });
}

}  // namespace
}  // namespace sokkuri::collection
