// A restore: a backup that goes on as a collection of its own.
#include "base/testing/faulty_file_system.h"
#include "base/testing/memory_file_system.h"
#include "collection/backup.h"
#include "collection/testing/small_collection.h"

#include <gtest/gtest.h>

namespace sokkuri::collection {
namespace {

using sokkuri::testing::FaultEffect;
using sokkuri::testing::FaultyFileSystem;
using sokkuri::testing::MemoryFileSystem;
using testing::everything_in;
using testing::is_whole;
using testing::make_small;
using testing::open_small;
using testing::small_record;

constexpr const char* kSource = "/pictures/.sokkuri";
constexpr const char* kTarget = "/backup/.sokkuri";
const BackupOptions kRestore{.begins_history = true};

TEST(Restore, HasVersionsOfItsOwn) {
    MemoryFileSystem files;
    make_small(files, kSource);
    ASSERT_TRUE(back_up_local_collection(files, kSource, kTarget, {}));
    const auto identity_of = [&](const char* home) {
        return open_small(files, home)->identity().value();
    };
    EXPECT_EQ(identity_of(kTarget), identity_of(kSource));
    for (const char* home : {"/first/.sokkuri", "/second/.sokkuri"}) {
        const auto report = back_up_local_collection(files, kTarget, home, kRestore);
        ASSERT_TRUE(report) << report.error().message();
        EXPECT_TRUE(is_whole(files, home));
        EXPECT_EQ(everything_in(files, home), everything_in(files, kSource));
        EXPECT_EQ(identity_of(home).size(), 32U);
        EXPECT_NE(identity_of(home), identity_of(kSource));
    }
    const std::string first = identity_of("/first/.sokkuri");
    EXPECT_NE(first, identity_of("/second/.sokkuri"));
    // It stays, also where a field goes.
    {
        const auto writer = open_small(files, "/first/.sokkuri");
        const std::string field = writer->fields()->front().name;
        ASSERT_TRUE(writer->drop_field(field));
    }
    EXPECT_EQ(identity_of("/first/.sokkuri"), first);
    // And the backup that it came from may be made again from it.
    ASSERT_TRUE(back_up_local_collection(files, "/second/.sokkuri", kTarget, {}));
    EXPECT_EQ(identity_of(kTarget), identity_of("/second/.sokkuri"));
}

TEST(Restore, IsWholeAfterOneThatWasCutOffAnywhere) {
    for (std::uint64_t at = 0;; ++at) {
        SCOPED_TRACE(at);
        MemoryFileSystem memory;
        make_small(memory, kSource);
        FaultyFileSystem files(memory);
        files.set_fault({.at = at, .effect = FaultEffect::kCutOff});
        const auto cut = back_up_local_collection(files, kSource, kTarget, kRestore);
        if (!files.has_failed()) {
            EXPECT_TRUE(cut);
            return;
        }
        // What is brought back then is another state, with other versions.
        {
            const auto collection = open_small(memory, kSource);
            const PutRecord record = small_record(60);
            ASSERT_TRUE(collection->put({&record, 1}));
        }
        // Once the catalog has its name the folder is a collection.
        if (memory.status("/backup/.sokkuri/catalog.db")) continue;
        const auto report = back_up_local_collection(memory, kSource, kTarget, kRestore);
        ASSERT_TRUE(report) << report.error().message();
        EXPECT_TRUE(is_whole(memory, kTarget));
        EXPECT_EQ(everything_in(memory, kTarget), everything_in(memory, kSource));
    }
}

}  // namespace
}  // namespace sokkuri::collection
