// Goal: what is put into a server's data folder is served when all of it is there, what is taken
// out is served no longer, and one server at a time has the folder. Method: collections made
// elsewhere, copied piece by piece between looks.
#include "service/data_folder.h"

#include "base/testing/temporary_directory.h"
#include "service/items.h"
#include "service/jobs.h"
#include "service/libraries.h"
#include "service/new_collection.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <unistd.h>

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
