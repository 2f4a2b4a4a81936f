// Goal: a server's collections are there under their names, come, go, and come back after a kill
// whole or not at all. Method: real folders; threads that make and drop one name; a file system
// that cuts off at every operation.
#include "service/libraries.h"

#include "base/testing/faulty_file_system.h"
#include "base/testing/forwarding_file_system.h"
#include "service/items.h"
#include "service/main_field.h"
#include "service/new_collection.h"
#include "service/testing/picture_folder.h"
#include "store/write_lock.h"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>
#include <unistd.h>

namespace sokkuri::service {
namespace {

namespace fs = std::filesystem;
using sokkuri::testing::FaultEffect;
using sokkuri::testing::FaultyFileSystem;
using sokkuri::testing::TemporaryDirectory;

const NewField kThreeNumbers{.name = "shape", .dimension = 3, .metric = index::Metric::kL2};

std::unique_ptr<Libraries> opened_data(const std::string& data,
                                       FileSystem& files = posix_file_system()) {
    auto libraries = Libraries::open(files, {}, "", data);
    EXPECT_TRUE(libraries) << libraries.error().message();
    return libraries ? std::move(*libraries) : nullptr;
}

std::vector<std::string> names_in(const Libraries& libraries) {
    std::vector<std::string> names;
    for (const auto& entry : libraries.all())
        names.push_back(entry->name);
    return names;
}

std::unique_ptr<Libraries> opened(const std::vector<LibraryPlace>& places,
                                  const std::string& socket = "") {
    auto libraries = Libraries::open(posix_file_system(), places, socket);
    EXPECT_TRUE(libraries) << libraries.error().message();
    return libraries ? std::move(*libraries) : nullptr;
}

TEST(Libraries, FoldersOfOneNameAreToldApart) {
    const TemporaryDirectory directory;
    std::vector<LibraryPlace> places;
    for (const char* name : {"a/Cats", "b/cats", "c/CATS", "d/dogs"}) {
        fs::create_directories(directory.path() + "/" + name);
        places.push_back({.folder = directory.path() + "/" + name});
    }
    const auto libraries = opened(places);
    std::vector<std::string> names;
    for (const auto& entry : libraries->all())
        names.push_back(entry->name);
    EXPECT_EQ(names, (std::vector<std::string>{"cats", "cats-2", "cats-3", "dogs"}));
    const auto library = libraries->find("cats-2").value();
    EXPECT_EQ(library->folder(), fs::canonical(directory.path() + "/b/cats").string());
    const auto missing = libraries->find("birds");
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code(), ErrorCode::kNotFound);
    EXPECT_NE(missing.error().message().find("cats-3, dogs"), std::string::npos);
}

TEST(Libraries, TheLockNamesTheSocket) {
    const TemporaryDirectory directory;
    const auto libraries = opened({{.folder = directory.path()}}, "/run/user/1/sokkuri.sock");
    const auto holder =
        store::WriteLock::holder(posix_file_system(), directory.path() + "/.sokkuri/lock").value();
    ASSERT_TRUE(holder);
    EXPECT_EQ(holder->socket, "/run/user/1/sokkuri.sock");
    EXPECT_EQ(holder->pid, getpid());
}

TEST(Libraries, AFolderThatCannotBeWrittenToIsServedForReading) {
    const TemporaryDirectory directory;
    ASSERT_TRUE(opened({{.folder = directory.path()}}));
    sokkuri::testing::ForwardingFileSystem files(posix_file_system());
    files.on_write([](const std::string& path) -> Result<void> {
        return fail(ErrorCode::kIo, "{}: Read-only file system", path);
    });
    const auto libraries = Libraries::open(files, {{.folder = directory.path()}}, "");
    ASSERT_TRUE(libraries) << libraries.error().message();
    const auto entry = (*libraries)->all().front();
    EXPECT_EQ(entry->library.access(), LibraryAccess::kRead);
    EXPECT_EQ(put_item(entry->library, {.id = "a", .document = "{}"}).error().code(),
              ErrorCode::kUnsupported);
    EXPECT_EQ((*libraries)->drop(entry->name, [] {}).error().code(), ErrorCode::kUnsupported);
    EXPECT_TRUE((*libraries)->find(entry->name)) << "and it is still there";
    const TemporaryDirectory empty;
    EXPECT_EQ(Libraries::open(files, {{.folder = empty.path()}}, "").error().code(), ErrorCode::kIo)
        << "there is nothing to read";
}

TEST(Libraries, AFolderIsServedOnce) {
    const TemporaryDirectory directory;
    const auto twice =
        Libraries::open(posix_file_system(),
                        {{.folder = directory.path()}, {.folder = directory.path() + "/."}}, "");
    ASSERT_FALSE(twice);
    EXPECT_EQ(twice.error().code(), ErrorCode::kInvalidArgument);
    const auto libraries = opened({{.folder = directory.path()}});
    const auto second = Libraries::open(posix_file_system(), {{.folder = directory.path()}}, "");
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code(), ErrorCode::kConflict);
}

TEST(Libraries, TheirLocksNameTheProcessAndItsSocket) {
    const TemporaryDirectory directory;
    const LibraryPlace place{.folder = directory.path()};
    EXPECT_FALSE(Library::writer(posix_file_system(), place).value());
    {
        const auto libraries = Libraries::open(posix_file_system(), {place}, "/run/a.sock");
        const auto writer = Library::writer(posix_file_system(), place).value();
        ASSERT_TRUE(writer);
        EXPECT_EQ(writer->pid, getpid());
        EXPECT_EQ(writer->socket, "/run/a.sock");
    }
    EXPECT_FALSE(Library::writer(posix_file_system(), place).value());
}

TEST(Libraries, WarmingUpLoadsTheModelThatQueriesThenUse) {
    if (testing::models_folder().empty()) GTEST_SKIP() << testing::missing_data();
    const testing::PictureFolder folder;
    folder.draw("a.jpg", 1);
    folder.index();
    const ModelChoice choice = folder.request().model;
    const auto libraries = opened({{.folder = folder.path()}});
    libraries->warm_up(choice);
    const Library& library = libraries->all().front()->library;
    const auto model = choose_model(library.files(), choice, std::nullopt).value();
    const auto one = library.extractors().get(model, choice, features::Urgency::kInteractive);
    EXPECT_EQ(one.value(),
              library.extractors().get(model, choice, features::Urgency::kBulk).value());
}

TEST(Libraries, WhatIsMadeInTheDataFolderIsThereAfterwardsAndAfterReopening) {
    const TemporaryDirectory directory;
    const std::string data = directory.path() + "/deep/data";
    {
        const auto libraries = opened_data(data);
        EXPECT_TRUE(libraries->all().empty());
        for (const char* name : {"shoes", "写真", "bags"}) {
            const auto made = make_collection(
                *libraries,
                {.name = name, .fields = {kThreeNumbers}, .keeping = PictureKeeping::kThumbnails});
            ASSERT_TRUE(made) << made.error().message();
            EXPECT_TRUE(made->was_created);
        }
        Library& shoes = *libraries->find("shoes").value();
        EXPECT_EQ(shoes.folder(), "");
        EXPECT_EQ(shoes.home(), fs::canonical(data + "/shoes").string());
        ASSERT_TRUE(put_item(shoes, {.id = "a", .source = std::vector<float>{1, 2, 3}}));
    }
    const auto libraries = opened_data(data);
    EXPECT_EQ(names_in(*libraries), (std::vector<std::string>{"bags", "shoes", "写真"}));
    const auto shoes = libraries->find("shoes").value();
    EXPECT_EQ(shoes->collection().count().value(), 1U);
    EXPECT_EQ(shoes->keeping(), PictureKeeping::kThumbnails);
    const auto field = main_field(shoes->collection()).value();
    ASSERT_TRUE(field);
    EXPECT_EQ(field->name, "shape");
    EXPECT_EQ(field->metric, index::Metric::kL2);
    EXPECT_EQ(shoes->collection().vector_of("a", "shape").value(), (std::vector<float>{1, 2, 3}));
}

TEST(Libraries, MakingOneThatIsThereSaysInWhatItDiffers) {
    const TemporaryDirectory directory;
    const auto libraries = opened_data(directory.path());
    NewCollection wanted{.name = "shoes", .fields = {kThreeNumbers}};
    ASSERT_TRUE(make_collection(*libraries, wanted)->was_created);
    EXPECT_FALSE(make_collection(*libraries, wanted)->was_created);
    EXPECT_FALSE(make_collection(*libraries, {.name = "shoes"})->was_created);
    wanted.fields[0].dimension = 4;
    auto refused = make_collection(*libraries, wanted);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::kAlreadyExists);
    EXPECT_NE(refused.error().message().find("dimension 3"), std::string::npos);
    wanted.fields = {kThreeNumbers};
    wanted.keeping = PictureKeeping::kThumbnails;
    EXPECT_EQ(make_collection(*libraries, wanted).error().code(), ErrorCode::kAlreadyExists);
    ASSERT_TRUE(make_collection(*libraries, {.name = "small", .keeping = wanted.keeping}));
    EXPECT_FALSE(make_collection(*libraries, {.name = "small"})->was_created)
        << "none is asked for";
    ASSERT_TRUE(libraries->drop("small", [] {}));
    wanted = {.name = "other", .fields = {kThreeNumbers, kThreeNumbers}};
    EXPECT_EQ(make_collection(*libraries, wanted).error().code(), ErrorCode::kInvalidArgument);
    wanted.fields = {{.name = "shape-next", .dimension = 3}};
    EXPECT_EQ(make_collection(*libraries, wanted).error().code(), ErrorCode::kInvalidArgument);
    wanted.fields = {{.name = "no dimension"}};
    EXPECT_EQ(make_collection(*libraries, wanted).error().code(), ErrorCode::kInvalidArgument);
    EXPECT_EQ(names_in(*libraries), std::vector<std::string>{"shoes"})
        << "and nothing is half made";
    EXPECT_FALSE(fs::exists(directory.path() + "/other"));
}

TEST(Libraries, MakingOneWhoseModelIsBeingSwitchedFindsItAsAskedFor) {
    const TemporaryDirectory directory;
    const auto libraries = opened_data(directory.path());
    const NewCollection wanted{.name = "shoes", .fields = {kThreeNumbers}};
    const auto made = make_collection(*libraries, wanted);
    ASSERT_TRUE(made->library->collection().add_field({.name = "shape-next", .dimension = 3}));
    const auto again = make_collection(*libraries, wanted);
    ASSERT_TRUE(again) << again.error().message();
    EXPECT_FALSE(again->was_created);
}

TEST(Libraries, WithoutADataFolderNothingIsMade) {
    const TemporaryDirectory directory;
    const auto libraries = opened({{.folder = directory.path()}});
    const auto refused = make_collection(*libraries, {.name = "shoes"});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::kUnsupported);
    EXPECT_NE(refused.error().message().find("--data"), std::string::npos);
}

TEST(Libraries, AFolderOfSomebodysOwnIsNotTakenOver) {
    const TemporaryDirectory directory;
    fs::create_directories(directory.path() + "/shoes");
    fs::create_directories(directory.path() + "/empty");
    std::ofstream(directory.path() + "/shoes/letter.txt") << "mine";
    const auto libraries = opened_data(directory.path());
    EXPECT_TRUE(libraries->all().empty());
    const auto refused = make_collection(*libraries, {.name = "shoes"});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::kConflict);
    EXPECT_NE(refused.error().message().find("/shoes"), std::string::npos);
    EXPECT_TRUE(fs::exists(directory.path() + "/shoes/letter.txt"));
    EXPECT_TRUE(make_collection(*libraries, {.name = "empty"}));
}

TEST(Libraries, DroppingWaitsForThoseWhoHaveItAndLeavesNothing) {
    const TemporaryDirectory directory;
    const auto libraries = opened_data(directory.path());
    ASSERT_TRUE(make_collection(*libraries, {.name = "shoes", .fields = {kThreeNumbers}}));
    auto held = libraries->find("shoes").value();
    std::atomic<bool> is_hidden = false;
    std::atomic<bool> is_dropped = false;
    std::jthread dropper([&] {
        EXPECT_TRUE(libraries->drop("shoes", [&] { is_hidden = true; }));
        is_dropped = true;
    });
    while (!is_hidden)
        std::this_thread::yield();
    EXPECT_FALSE(libraries->find("shoes"));
    EXPECT_EQ(make_collection(*libraries, {.name = "shoes"}).error().code(), ErrorCode::kConflict);
    EXPECT_TRUE(put_item(*held, {.id = "late", .source = std::vector<float>{1, 2, 3}}))
        << "who has it can use it";
    EXPECT_FALSE(is_dropped);
    held.reset();
    dropper.join();
    EXPECT_TRUE(is_dropped);
    EXPECT_FALSE(fs::exists(directory.path() + "/shoes"));
    EXPECT_EQ(libraries->drop("shoes", [] {}).error().code(), ErrorCode::kNotFound);
    EXPECT_TRUE(make_collection(*libraries, {.name = "shoes"})->was_created);
    EXPECT_EQ(libraries->find("shoes").value()->collection().count().value(), 0U);
}

TEST(Libraries, DroppingAFolderForgetsItsIndexAndLeavesItsFiles) {
    const TemporaryDirectory directory;
    std::ofstream(directory.path() + "/a.jpg") << "not really";
    const auto libraries = opened({{.folder = directory.path()}});
    const std::string name = libraries->all().front()->name;
    ASSERT_TRUE(libraries->drop(name, [] {}));
    EXPECT_TRUE(fs::exists(directory.path() + "/a.jpg"));
    EXPECT_FALSE(fs::exists(directory.path() + "/.sokkuri"));
    EXPECT_TRUE(opened({{.folder = directory.path()}}));
}

TEST(Libraries, ANamedFolderThatIsAnotherOneByNowIsNotAnsweredFor) {
    const TemporaryDirectory directory;
    const TemporaryDirectory elsewhere;
    const std::string home = directory.path() + "/.sokkuri";
    const auto libraries = opened({{.folder = directory.path()}});
    const std::string name = libraries->all().front()->name;
    fs::rename(home, elsewhere.path() + "/first");
    const auto refused = libraries->find(name);
    ASSERT_FALSE(refused) << "what would be put now would be lost";
    EXPECT_EQ(refused.error().code(), ErrorCode::kUnavailable);
    ASSERT_TRUE(opened({{.folder = directory.path()}}));
    EXPECT_EQ(libraries->find(name).error().code(), ErrorCode::kUnavailable);
    fs::rename(home, elsewhere.path() + "/second");
    fs::rename(elsewhere.path() + "/first", home);
    EXPECT_TRUE(libraries->find(name)) << "as if nothing had been";
}

TEST(Libraries, ManyWhoMakeAndDropOneNameGetItOrAreRefused) {
    const TemporaryDirectory directory;
    const auto libraries = opened_data(directory.path());
    std::atomic<int> made = 0;
    std::atomic<int> dropped = 0;
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 4; ++t) {
            threads.emplace_back([&, t] {
                for (int i = 0; i < 6; ++i) {
                    const bool is_mine = [&] {
                        const auto one = make_collection(*libraries, {.name = "one"});
                        return one && one->was_created;  // and is held no longer
                    }();
                    if (is_mine) ++made;
                    if (t % 2 == 1 && libraries->drop("one", [] {})) ++dropped;
                }
            });
        }
    }
    const int left = libraries->find("one") ? 1 : 0;
    EXPECT_EQ(made - dropped, left);
    EXPECT_GT(made, 0);
    EXPECT_EQ(fs::exists(directory.path() + "/one"), left == 1);
}

TEST(Libraries, ADropThatFailsAnywhereLeavesNoEmptyCollection) {
    for (std::uint64_t at = 0;; ++at) {
        SCOPED_TRACE(at);
        const TemporaryDirectory directory;
        FaultyFileSystem files(posix_file_system());
        const auto libraries = opened_data(directory.path(), files);
        ASSERT_TRUE(make_collection(*libraries, {.name = "one", .fields = {kThreeNumbers}}));
        ASSERT_TRUE(put_item(*libraries->find("one").value(),
                             {.id = "a", .source = std::vector<float>{1, 2, 3}}));
        files.set_fault({.at = at, .effect = FaultEffect::kFailOnce});
        static_cast<void>(libraries->drop("one", [] {}));
        const bool has_failed = files.has_failed();
        files.set_fault({});
        const auto one = libraries->find("one");
        if (one) {
            EXPECT_EQ((*one)->collection().count().value(), 1U);
        }
        if (!has_failed) return;
    }
}

TEST(Libraries, CutOffAnywhereACollectionIsAsItWasAskedForOrNotThere) {
    for (std::uint64_t at = 0;; at += 37) {
        SCOPED_TRACE(at);
        const TemporaryDirectory directory;
        FaultyFileSystem files(posix_file_system());
        const auto libraries = opened_data(directory.path(), files);
        files.set_fault({.at = at, .effect = FaultEffect::kCutOff});
        const bool was_made =
            make_collection(*libraries, {.name = "one", .fields = {kThreeNumbers}}).has_value();
        const bool was_dropped = was_made && libraries->drop("one", [] {}).has_value();
        const bool has_failed = files.has_failed();
        // As a new process would find it; the old one's locks are its own.
        const std::string copy = directory.path() + "-copy";
        fs::copy(directory.path(), copy, fs::copy_options::recursive);
        {
            const auto again = opened_data(copy);
            ASSERT_TRUE(again);
            const auto one = again->find("one");
            if (one) {
                EXPECT_EQ((*one)->collection().fields().value().size(), 1U);
            }
            EXPECT_FALSE(was_dropped && one);
            for (const auto& entry : fs::directory_iterator(copy)) {
                const std::string left = entry.path().filename().string();
                EXPECT_TRUE(left == "one" || left.ends_with("-lock")) << left << " is left";
            }
            EXPECT_TRUE(make_collection(*again, {.name = "one", .fields = {kThreeNumbers}}));
        }
        fs::remove_all(copy);
        if (!has_failed) return;
    }
}

}  // namespace
}  // namespace sokkuri::service
