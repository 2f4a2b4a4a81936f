// Goal: what is put into a server's data folder is served when all of it is there, what is taken
// out is served no longer, and one server at a time has the folder. Method: collections made
// elsewhere, copied piece by piece between looks.
#include "service/data_folder.h"

#include "base/testing/forwarding_file_system.h"
#include "base/testing/temporary_directory.h"
#include "service/data_watch.h"
#include "service/items.h"
#include "service/jobs.h"
#include "service/libraries.h"
#include "service/new_collection.h"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <map>
#include <new>
#include <thread>
#include <unistd.h>
#include <utility>

namespace sokkuri::service {
namespace {

namespace fs = std::filesystem;
using sokkuri::testing::TemporaryDirectory;

constexpr const char* kCatalog = "/.sokkuri/catalog.db";

class DataFolderTest : public ::testing::Test {
 protected:
    void SetUp() override {
        const auto elsewhere =
            Libraries::open(posix_file_system(), {}, "", elsewhere_.path()).value();
        const auto made = make_collection(
            *elsewhere,
            {.name = "shoes",
             .fields = {{.name = "shape", .dimension = 3, .metric = index::Metric::kL2}}});
        ASSERT_TRUE(made) << made.error().message();
        for (const char* id : {"a", "b"}) {
            ASSERT_TRUE(
                put_item(*made->library, {.id = id, .source = std::vector<float>{1, 2, 3}}));
        }
    }
    std::string source() const { return elsewhere_.path() + "/shoes"; }
    std::string target(const std::string& name) const { return data_.path() + "/" + name; }
    std::unique_ptr<Libraries> serve() const {
        return Libraries::open(posix_file_system(), {}, "/run/a.sock", data_.path()).value();
    }
    void copy_to(const std::string& name) const {
        fs::copy(source(), target(name), fs::copy_options::recursive);
    }
    static std::vector<std::string> look(Libraries& libraries) {
        std::vector<std::string> gone;
        EXPECT_TRUE(libraries.look([&](const std::string& name) { gone.push_back(name); }));
        return gone;
    }
    static std::size_t count(const Libraries& libraries) { return libraries.all().size(); }

    TemporaryDirectory elsewhere_;
    TemporaryDirectory data_;
};

TEST_F(DataFolderTest, WhatIsCopiedThereIsServedAtTheSecondLook) {
    const auto libraries = serve();
    look(*libraries);
    copy_to("Shoes");
    look(*libraries);
    EXPECT_EQ(count(*libraries), 0U) << "it may be still on its way";
    look(*libraries);
    ASSERT_EQ(count(*libraries), 1U);
    const auto shoes = libraries->find("shoes").value();
    EXPECT_EQ(shoes->collection().count().value(), 2U);
    EXPECT_TRUE(put_item(*shoes, {.id = "c", .source = std::vector<float>{1, 2, 4}}));
    look(*libraries);
    EXPECT_EQ(count(*libraries), 1U) << "once";
    EXPECT_TRUE(libraries->all().front()->is_in_data);
}

/// Not claimed for good by an attempt that found no memory.
TEST_F(DataFolderTest, WhatFindsNoMemoryIsServedAtALaterLook) {
    sokkuri::testing::ForwardingFileSystem files(posix_file_system());
    bool has_struck = false;
    files.on_write([&](const std::string& path) -> Result<void> {
        if (!path.ends_with("/shoes/.sokkuri/lock") || std::exchange(has_struck, true)) return {};
        throw std::bad_alloc();
    });
    const auto libraries = Libraries::open(files, {}, "/run/a.sock", data_.path()).value();
    copy_to("shoes");
    for (int looks = 0; looks < 8; ++looks)
        look(*libraries);
    EXPECT_TRUE(has_struck);
    EXPECT_EQ(count(*libraries), 1U);
}

TEST_F(DataFolderTest, IsWatchedOnAfterALookThatFindsNoMemory) {
    sokkuri::testing::ForwardingFileSystem files(posix_file_system());
    const auto libraries = Libraries::open(files, {}, "/run/a.sock", data_.path()).value();
    const auto jobs = Jobs::create(*libraries);
    copy_to("shoes");
    std::atomic<bool> has_struck = false;
    files.on_list([&](const std::string& path) -> Result<void> {
        const bool is_it = fs::path(path).filename() == fs::path(data_.path()).filename();
        if (!is_it || has_struck.exchange(true)) return {};
        throw std::bad_alloc();
    });
    const DataWatch watch(*libraries, *jobs, nullptr);
    while (count(*libraries) == 0)
        std::this_thread::yield();
    EXPECT_TRUE(has_struck);
}

TEST_F(DataFolderTest, WhatGrowsBetweenLooksWaits) {
    const auto libraries = serve();
    copy_to("shoes");
    const std::string late = target("shoes") + "/.sokkuri/fields/0/late";
    for (int i = 0; i < 5; ++i) {
        std::ofstream(late, std::ios::app) << "more";
        look(*libraries);
        EXPECT_EQ(count(*libraries), 0U);
    }
    look(*libraries);
    EXPECT_EQ(count(*libraries), 1U);
}

TEST_F(DataFolderTest, WhatIsNotAllThereIsNotTouched) {
    const auto libraries = serve();
    copy_to("shoes");
    const std::string vectors = target("shoes") + "/.sokkuri/fields/0/vectors";
    fs::rename(vectors, data_.path() + "/vectors");
    for (int i = 0; i < 3; ++i)
        look(*libraries);
    EXPECT_EQ(count(*libraries), 0U);
    fs::rename(data_.path() + "/vectors", vectors);
    for (int i = 0; i < 12 && count(*libraries) == 0; ++i)
        look(*libraries);
    EXPECT_EQ(libraries->find("shoes").value()->collection().count().value(), 2U);
}

TEST_F(DataFolderTest, WhatSomebodyWritesIsServedWhenHeHasLetGo) {
    const auto libraries = serve();
    copy_to("shoes");
    {
        const auto writer = Library::open(
            posix_file_system(), {.folder = target("shoes"), .pictures = PictureSource::kAsMade},
            {.access = LibraryAccess::kWrite});
        ASSERT_TRUE(writer);
        for (int i = 0; i < 4; ++i)
            look(*libraries);
        EXPECT_EQ(count(*libraries), 0U);
    }
    for (int i = 0; i < 3; ++i)
        look(*libraries);
    EXPECT_EQ(count(*libraries), 1U);
}

TEST_F(DataFolderTest, WhatIsTakenOutOrRenamedIsFollowed) {
    copy_to("shoes");
    copy_to("bags");
    const auto libraries = serve();
    ASSERT_EQ(count(*libraries), 2U);
    fs::rename(target("shoes"), target("boots"));
    fs::remove_all(target("bags"));
    EXPECT_EQ(look(*libraries), (std::vector<std::string>{"bags", "shoes"}));
    EXPECT_FALSE(libraries->find("shoes"));
    for (int i = 0; i < 3; ++i)
        look(*libraries);
    ASSERT_EQ(count(*libraries), 1U);
    EXPECT_EQ(libraries->find("boots").value()->collection().count().value(), 2U);
}

TEST_F(DataFolderTest, OfTwoWithOneNameBothAreServed) {
    const auto libraries = serve();
    copy_to("Shoes");
    copy_to("shoes");
    for (int i = 0; i < 3; ++i)
        look(*libraries);
    EXPECT_TRUE(libraries->find("shoes"));
    EXPECT_TRUE(libraries->find("shoes-2"));
}

TEST_F(DataFolderTest, NobodyChangesPlacesAtARestart) {
    const auto homes = [](const Libraries& libraries) {
        std::map<std::string, std::string> by_name;
        for (const auto& entry : libraries.all())
            by_name.emplace(entry->name, entry->library.home());
        return by_name;
    };
    auto libraries = serve();
    ASSERT_TRUE(make_collection(*libraries, {.name = "shoes"}));
    for (const char* name : {"Shoes", "SHOES", "shoes-2", "Bags"})
        copy_to(name);
    for (int i = 0; i < 3; ++i)
        look(*libraries);
    const auto before = homes(*libraries);
    EXPECT_EQ(before.size(), 5U);
    EXPECT_TRUE(before.at("shoes").ends_with("/shoes"));
    EXPECT_TRUE(before.at("shoes-2").ends_with("/shoes-2"));
    libraries.reset();
    EXPECT_EQ(homes(*serve()), before);
}

TEST_F(DataFolderTest, WhatTakesTheirPlaceIsServedInstead) {
    copy_to("shoes");
    const auto libraries = serve();
    ASSERT_TRUE(put_item(*libraries->find("shoes").value(),
                         {.id = "c", .source = std::vector<float>{1, 2, 4}}));
    const auto held = libraries->find("shoes").value();
    fs::remove_all(target("shoes"));
    EXPECT_EQ(libraries->find("shoes").error().code(), ErrorCode::kNotFound);
    copy_to("shoes");
    EXPECT_EQ(libraries->find("shoes").error().code(), ErrorCode::kUnavailable)
        << "what would be put now would be lost";
    EXPECT_EQ(libraries->drop("shoes", [] {}).error().code(), ErrorCode::kUnavailable);
    EXPECT_TRUE(fs::exists(target("shoes") + kCatalog));
    EXPECT_EQ(look(*libraries), (std::vector<std::string>{"shoes"}));
    look(*libraries);
    const auto shoes = libraries->find("shoes").value();
    EXPECT_EQ(shoes->collection().count().value(), 2U);
    ASSERT_TRUE(put_item(*shoes, {.id = "d", .source = std::vector<float>{1, 2, 4}}));
    const auto reader =
        Library::open(posix_file_system(), target("shoes"), "", LibraryAccess::kRead);
    EXPECT_EQ(reader->collection().count().value(), 3U) << "and what is put is put there";
}

TEST_F(DataFolderTest, WhatTakesTheirPlaceKeepsItsVectors) {
    copy_to("shoes");
    const auto libraries = serve();
    {
        const auto shoes = libraries->find("shoes").value();
        const std::string gone = "a";
        ASSERT_TRUE(shoes->collection().remove({&gone, 1}));
        ASSERT_TRUE(shoes->collection().compact({}));  // its vectors lie elsewhere from now on
    }
    fs::remove_all(target("shoes"));
    copy_to("shoes");
    look(*libraries);
    look(*libraries);
    const auto shoes = libraries->find("shoes").value();
    EXPECT_EQ(shoes->collection().vector_of("a", "shape").value(), (std::vector<float>{1, 2, 3}));
}

TEST_F(DataFolderTest, DroppingStopsWhereAnotherHasTakenItsPlaceMeanwhile) {
    copy_to("shoes");
    const auto libraries = serve();
    const auto replace = [&] {
        fs::remove_all(target("shoes"));
        copy_to("shoes");
    };
    EXPECT_EQ(libraries->drop("shoes", replace).error().code(), ErrorCode::kConflict);
    EXPECT_TRUE(fs::exists(target("shoes") + kCatalog));
    for (int i = 0; i < 3; ++i)
        look(*libraries);
    const auto remove = [&] { fs::remove_all(target("shoes")); };
    EXPECT_EQ(libraries->drop("shoes", remove).error().code(), ErrorCode::kConflict);
    EXPECT_FALSE(fs::exists(target("shoes"))) << "and no empty one is made in its place";
    EXPECT_EQ(count(*libraries), 0U);
}

TEST_F(DataFolderTest, OneThatCannotBeOpenedKeepsNoOtherFromBeingServed) {
    for (const char* name : {"bags", "busy", "shoes"})
        copy_to(name);
    fs::resize_file(target("bags") + kCatalog, 13);
    auto writer = Library::open(posix_file_system(),
                                {.folder = target("busy"), .pictures = PictureSource::kAsMade},
                                {.access = LibraryAccess::kWrite});
    ASSERT_TRUE(writer);
    const auto libraries = serve();
    ASSERT_TRUE(libraries);
    EXPECT_TRUE(libraries->find("shoes"));
    EXPECT_EQ(count(*libraries), 1U);
    { const Library closed = std::move(*writer); }
    for (int i = 0; i < 12 && count(*libraries) == 1; ++i)
        look(*libraries);
    EXPECT_TRUE(libraries->find("busy"));
    EXPECT_EQ(count(*libraries), 2U);
}

TEST_F(DataFolderTest, AFolderWithoutACollectionIsLeftAlone) {
    const auto libraries = serve();
    fs::create_directories(target("letters"));
    fs::create_directories(target("broken/.sokkuri"));
    std::ofstream(target("broken") + kCatalog) << "not a catalog";
    for (int i = 0; i < 5; ++i)
        look(*libraries);
    EXPECT_EQ(count(*libraries), 0U);
    EXPECT_EQ(fs::file_size(target("broken") + kCatalog), 13U);
    EXPECT_TRUE(fs::is_empty(target("letters")));
}

TEST_F(DataFolderTest, OneServerAtATimeHasIt) {
    {
        const auto libraries = serve();
        const auto second = Libraries::open(posix_file_system(), {}, "", data_.path() + "/.");
        ASSERT_FALSE(second);
        EXPECT_EQ(second.error().code(), ErrorCode::kConflict);
        const std::string& message = second.error().message();
        EXPECT_NE(message.find(fmt::format("held by pid {} since 20", getpid())), std::string::npos)
            << message;
    }
    EXPECT_EQ(count(*serve()), 0U);
}

}  // namespace
}  // namespace sokkuri::service
