// Goal: what was put is got and found, what was forgotten is gone and stays away, kept pictures are
// there exactly as long as a record refers to them, whatever fails in between. Method: against a
// std::map through random puts and removals; a file system that fails at every operation.
#include "base/json.h"
#include "base/testing/faulty_file_system.h"
#include "base/testing/forwarding_file_system.h"
#include "service/items.h"
#include "service/picture_document.h"
#include "service/picture_files.h"
#include "service/search.h"
#include "service/testing/picture_folder.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <random>
#include <set>

namespace sokkuri::service {
namespace {

namespace fs = std::filesystem;
using sokkuri::testing::Fault;
using sokkuri::testing::FaultEffect;
using sokkuri::testing::FaultyFileSystem;
using sokkuri::testing::ForwardingFileSystem;
using testing::PictureFolder;
using Bytes = std::vector<std::byte>;

class PutItem : public ::testing::Test {
 protected:
    void SetUp() override {
        if (testing::models_folder().empty()) GTEST_SKIP() << testing::missing_data();
    }

    Bytes picture(unsigned seed) {
        const auto known = pictures_.find(seed);
        if (known != pictures_.end()) return known->second;
        const PictureFolder elsewhere;
        elsewhere.draw("p.jpg", seed);
        return pictures_[seed] =
                   read_file(posix_file_system(), elsewhere.path("p.jpg"), 1U << 20).value();
    }
    PutItemRequest request(const std::string& id, ItemSource source,
                           std::optional<std::string> document = std::nullopt) {
        return {.id = id,
                .document = std::move(document),
                .source = std::move(source),
                .model = folder.request().model};
    }
    static std::string member(const std::string& document, std::string_view name) {
        const JsonValue parsed = parse_json(document).value();
        const JsonValue* found = parsed.find(name);
        if (found == nullptr) return "(none)";
        std::string text;
        JsonWriter(text).value(*found);
        return text;
    }
    /// Contents of `.sokkuri/pictures`.
    std::set<std::string> kept() const {
        std::set<std::string> names;
        const std::string root = folder.path(".sokkuri/pictures");
        if (!fs::exists(root)) return names;
        for (const auto& entry : fs::recursive_directory_iterator(root)) {
            if (entry.is_regular_file()) names.insert(entry.path().filename().string());
        }
        return names;
    }

    PictureFolder folder;

 private:
    std::map<unsigned, Bytes> pictures_;
};

TEST_F(PutItem, APictureIsKeptDescribedServedAndFound) {
    Library library = folder.open(LibraryAccess::kWrite);
    const auto put =
        put_item(library, request("shop/1", picture(1), R"({"price": 12, "tag": "x"})"));
    ASSERT_TRUE(put) << put.error().message();
    EXPECT_TRUE(put->was_created);
    EXPECT_EQ(put->item.version, 1U);
    const std::string document = get_item(library, "shop/1").value().document;
    EXPECT_EQ(document, put->item.document);
    EXPECT_EQ(member(document, "width"), "96");
    EXPECT_EQ(member(document, "height"), "72");
    EXPECT_EQ(member(document, "format"), "\"jpeg\"");
    EXPECT_EQ(member(document, "content"), '"' + hex(xxh128(picture(1))) + '"');
    EXPECT_EQ(member(document, "path"), "(none)");
    EXPECT_EQ(member(document, "price"), "12");
    EXPECT_EQ(kept(), (std::set<std::string>{hex(xxh128(picture(1)))}));
    const auto original = original_file(library, "shop/1").value();
    EXPECT_EQ(original.size_bytes, picture(1).size());
    EXPECT_EQ(original.media_type, "image/jpeg");
    ASSERT_TRUE(put_item(library, request("shop/2", picture(2))));
    const auto answer = search(library, {.what = ByItem{.id_or_path = "shop/1"}}).value();
    ASSERT_EQ(answer.hits.size(), 1U);
    EXPECT_EQ(answer.hits.front().id, "shop/2");
    EXPECT_EQ(answer.hits.front().path, "");
}

TEST_F(PutItem, GivesAPictureTheVectorThatIndexingGivesIt) {
    folder.draw("same.jpg", 5);
    folder.index();
    Library library = folder.open(LibraryAccess::kWrite);
    ASSERT_TRUE(put_item(library, request("sent", picture(5))));
    EXPECT_EQ(library.collection().vector_of("sent", kPictureField).value(),
              testing::indexed_pictures(library).at("same.jpg").vector);
}

TEST_F(PutItem, DocumentsChangeAloneAndKeepWhatIsOurs) {
    folder.draw("a.jpg", 1);
    folder.index();
    Library library = folder.open(LibraryAccess::kWrite);
    const std::string file_id = testing::indexed_pictures(library).begin()->second.id;
    ASSERT_TRUE(put_item(library, request("sent", picture(2), R"({"a": 1})")));
    for (const std::string& id : {file_id, std::string("sent")}) {
        const std::string before = get_item(library, id).value().document;
        const auto put =
            put_item(library, request(id, {}, R"({"b": 2, "path": "/etc/passwd", "path_bytes": "eA",
                                         "content": "00", "width": -1})"));
        ASSERT_TRUE(put) << put.error().message();
        EXPECT_FALSE(put->was_created);
        const std::string after = get_item(library, id).value().document;
        for (const char* own : {"path", "width", "content", "preview", "bytes", "modified"})
            EXPECT_EQ(member(after, own), member(before, own)) << own;
        EXPECT_EQ(member(after, "path_bytes"), "(none)");
        EXPECT_EQ(member(after, "a"), "(none)");
        EXPECT_EQ(member(after, "b"), "2");
    }
    EXPECT_TRUE(thumbnail(library, file_id, 160, {}));
    // A new picture keeps what the user said, unless he says something else.
    ASSERT_TRUE(put_item(library, request("sent", picture(3))));
    const std::string sent = get_item(library, "sent").value().document;
    EXPECT_EQ(member(sent, "b"), "2");
    EXPECT_EQ(member(sent, "content"), '"' + hex(xxh128(picture(3))) + '"');
}

TEST_F(PutItem, AVectorOfTheUsersOwnMakesACollectionOfItsOwn) {
    Library library = folder.open(LibraryAccess::kWrite);
    const auto put = put_item(
        library, request("v", std::vector<float>{1, 2, 3}, R"({"path": "secret.txt", "n": 1.50})"));
    ASSERT_TRUE(put) << put.error().message();
    EXPECT_EQ(member(put->item.document, "path"), "(none)");
    EXPECT_FALSE(original_file(library, "v"));
    const auto plain =
        put_item(library, request("w", std::vector<float>{3, 2, 1}, R"({ "n": 1.50 })"));
    EXPECT_EQ(plain->item.document, R"({ "n": 1.50 })") << "as it was given";
    EXPECT_EQ(put_item(library, request("x", std::vector<float>{1, 2})).error().code(),
              ErrorCode::kInvalidArgument);
    EXPECT_FALSE(put_item(library, request("x", std::vector<float>{1, 2, NAN})));
    EXPECT_FALSE(put_item(library, request("x", std::vector<float>{})));
    EXPECT_EQ(put_item(library, request("p", picture(1))).error().code(), ErrorCode::kUnsupported)
        << "no model made these vectors";
    const auto answer = search(library, {.what = ByVector{{1, 2, 3}}}).value();
    EXPECT_EQ(answer.hits.front().id, "v");
}

TEST_F(PutItem, APictureReplacedByAVectorLeavesNothingBehind) {
    Library library = folder.open(LibraryAccess::kWrite);
    ASSERT_TRUE(put_item(library, request("a", picture(1), R"({"name": "n"})")));
    const auto vector = library.collection().vector_of("a", kPictureField).value();
    ASSERT_TRUE(put_item(library, request("a", vector)));
    EXPECT_EQ(get_item(library, "a").value().document, R"({"name":"n"})");
    EXPECT_TRUE(kept().empty());
    EXPECT_EQ(thumbnail(library, "a", 160, {}).error().code(), ErrorCode::kNotFound);
}

TEST_F(PutItem, FilesTakeNoPictureAndNonsenseIsRefused) {
    folder.draw("a.jpg", 1);
    folder.index();
    Library library = folder.open(LibraryAccess::kWrite);
    const std::string id = testing::indexed_pictures(library).begin()->second.id;
    EXPECT_EQ(put_item(library, request(id, picture(2))).error().code(), ErrorCode::kConflict);
    const std::vector<float> vector(512, 1);
    EXPECT_EQ(put_item(library, request(id, vector)).error().code(), ErrorCode::kConflict);
    const auto code_of = [&](const PutItemRequest& bad) {
        const auto put = put_item(library, bad);
        return put ? ErrorCode::kInternal : put.error().code();
    };
    EXPECT_EQ(code_of(request("new", {}, "{}")), ErrorCode::kNotFound);
    EXPECT_EQ(code_of(request(id, {})), ErrorCode::kInvalidArgument);
    EXPECT_EQ(code_of(request("", picture(2))), ErrorCode::kInvalidArgument);
    EXPECT_EQ(code_of(request(std::string(513, 'x'), picture(2))), ErrorCode::kInvalidArgument);
    EXPECT_EQ(code_of(request(id, {}, "[1]")), ErrorCode::kInvalidArgument);
    EXPECT_EQ(code_of(request(id, {}, "{")), ErrorCode::kInvalidArgument);
    EXPECT_EQ(code_of(request("p", Bytes(100, std::byte{1}))), ErrorCode::kUnsupported);
    Bytes broken = picture(2);
    broken.resize(200);
    EXPECT_EQ(code_of(request("p", broken)), ErrorCode::kInvalidArgument);
    EXPECT_TRUE(kept().empty());
}

TEST_F(PutItem, AForgottenFileStaysAndIsPassedByFromThenOn) {
    folder.draw("a.jpg", 1);
    folder.draw("b/c.jpg", 2);
    folder.index();
    {
        Library library = folder.open(LibraryAccess::kWrite);
        ASSERT_TRUE(forget_item(library, testing::indexed_pictures(library).at("b/c.jpg").id));
        EXPECT_EQ(forget_item(library, "nobody").error().code(), ErrorCode::kNotFound);
    }
    EXPECT_TRUE(fs::exists(folder.path("b/c.jpg")));
    EXPECT_EQ(folder.pictures().size(), 1U);
    const IngestReport again = folder.index();
    EXPECT_EQ(again.excluded, 1U);
    EXPECT_EQ(again.unchanged, 1U);
    EXPECT_EQ(again.added + again.removed, 0U);
    folder.draw("b/c.jpg", 3, std::chrono::hours(1));
    EXPECT_EQ(folder.index().excluded, 1U) << "also with another content";
    folder.move("b/c.jpg", "d.jpg");
    EXPECT_EQ(folder.index().added, 1U) << "it is the path that is excluded";
}

TEST_F(PutItem, KeptPicturesLiveAsLongAsSomebodyRefersToThem) {
    Library library = folder.open(LibraryAccess::kWrite);
    std::mt19937 random(9);
    std::map<std::string, unsigned> expected;  // seed of each item's picture
    for (int step = 0; step < 60; ++step) {
        const std::string id = fmt::format("i{}", random() % 6);
        if (random() % 3 == 0) {
            EXPECT_EQ(forget_item(library, id).has_value(), expected.erase(id) == 1);
        } else {
            const unsigned seed = random() % 4;
            ASSERT_TRUE(put_item(library, request(id, picture(seed))));
            expected[id] = seed;
        }
        std::set<std::string> contents;
        for (const auto& [item, seed] : expected) {
            contents.insert(hex(xxh128(picture(seed))));
            const auto original = original_file(library, item).value();
            Bytes bytes(original.size_bytes);
            ASSERT_TRUE(original.file->read_at(0, bytes));
            EXPECT_EQ(bytes, picture(seed));
        }
        EXPECT_EQ(kept(), contents) << step;
        EXPECT_EQ(library.collection().count().value(), expected.size());
    }
}

/// Whatever operation is cut off: after opening again the item has its old picture or its new one,
/// whole, and no other file is kept.
TEST_F(PutItem, CutOffAnywhereLeavesTheOldPictureOrTheNewOne) {
    const PutItemRequest first = request("a", picture(1));
    const PutItemRequest second = request("a", picture(2));
    bool is_through = false;
    for (std::uint64_t at = 0; !is_through; at += 5) {
        SCOPED_TRACE(at);
        fs::remove_all(folder.path(".sokkuri"));
        FaultyFileSystem files(posix_file_system());
        bool was_put = false;
        {
            Library library =
                Library::open(files, folder.path(), "", LibraryAccess::kWrite).value();
            ASSERT_TRUE(put_item(library, first));
            files.set_fault({.at = at, .effect = FaultEffect::kCutOff});
            was_put = put_item(library, second).has_value();
            is_through = !files.has_failed();
        }
        const Library library = folder.open(LibraryAccess::kWrite);
        const auto original = original_file(library, "a");
        ASSERT_TRUE(original) << original.error().message();
        Bytes bytes(original->size_bytes);
        ASSERT_TRUE(original->file->read_at(0, bytes));
        const bool is_new = bytes == picture(2);
        EXPECT_TRUE(is_new || bytes == picture(1));
        EXPECT_TRUE(is_new || !was_put) << "acknowledged and lost";
        EXPECT_EQ(kept(), (std::set<std::string>{hex(xxh128(bytes))}));
    }
}

/// An ingest that waits before its last file, with everything else planned and nothing written yet.
class PutItemDuringIngest : public PutItem {
 protected:
    /// Runs `change` at that moment; answers what the run reports.
    IngestReport index_and_meanwhile(const std::function<void(Library&)>& change) {
        ForwardingFileSystem files(posix_file_system());
        Library library = Library::open(files, folder.path(), "", LibraryAccess::kWrite).value();
        bool is_changed = false;
        files.on_read([&](const std::string& path) -> Result<void> {
            if (path.ends_with("/z.jpg") && !is_changed) {
                is_changed = true;
                change(library);
            }
            return {};
        });
        folder.draw("z.jpg", next_seed_++, std::chrono::hours(1));
        IngestRequest request = folder.request();
        request.batch_rows = 100;
        request.batch_age_ms = 600'000;
        const auto report = ingest(library, request, nullptr, {});
        EXPECT_TRUE(report) << report.error().message();
        EXPECT_TRUE(is_changed);
        return report.value_or(IngestReport{});
    }

 private:
    unsigned next_seed_ = 500;
};

TEST_F(PutItemDuringIngest, WhatIsForgottenDoesNotComeBack) {
    folder.draw("a.jpg", 1);
    folder.draw("b.jpg", 2);
    folder.index();
    const auto before = folder.pictures();
    folder.draw("a.jpg", 3, std::chrono::hours(2));  // another content
    folder.draw("b.jpg", 2, std::chrono::hours(3));  // another time
    const IngestReport report = index_and_meanwhile([&](Library& library) {
        EXPECT_TRUE(forget_item(library, before.at("a.jpg").id));
        EXPECT_TRUE(forget_item(library, before.at("b.jpg").id));
    });
    EXPECT_EQ(report.excluded, 2U);
    EXPECT_FALSE(report.was_interrupted);
    const auto after = folder.pictures();
    EXPECT_EQ(after.size(), 1U);
    EXPECT_TRUE(after.contains("z.jpg"));
    EXPECT_EQ(folder.index().excluded, 2U);
}

TEST_F(PutItemDuringIngest, WhatPeopleSayOfAFileIsNotOverwritten) {
    folder.draw("a.jpg", 1);
    folder.index();
    const std::string id = folder.pictures().at("a.jpg").id;
    folder.draw("a.jpg", 1, std::chrono::hours(2));  // touched: its document is to change
    index_and_meanwhile([&](Library& library) {
        EXPECT_TRUE(put_item(library, request(id, {}, R"({"name": "Tama"})")));
    });
    EXPECT_EQ(member(folder.pictures().at("a.jpg").document, "name"), "\"Tama\"");
    folder.index();
    const std::string document = folder.pictures().at("a.jpg").document;
    EXPECT_EQ(member(document, "name"), "\"Tama\"") << "also when the next run sees the new time";
    const Library library = folder.open();
    EXPECT_TRUE(
        file_of(document)->describes(posix_file_system().status(folder.path("a.jpg")).value()));
}

TEST_F(PutItemDuringIngest, OthersArePutBetweenItsBatches) {
    folder.draw("a.jpg", 1);
    index_and_meanwhile([&](Library& library) {
        const auto put = put_item(library, request("sent", picture(2)));
        EXPECT_TRUE(put) << put.error().message();
        EXPECT_TRUE(get_item(library, "sent"));
    });
    const Library library = folder.open();
    EXPECT_EQ(library.collection().count().value(), 3U);
    EXPECT_TRUE(original_file(library, "sent"));
}

TEST_F(PutItem, NothingIsWrittenToALibraryThatIsOnlyRead) {
    folder.draw("a.jpg", 1);
    folder.index();
    Library library = folder.open(LibraryAccess::kRead);
    EXPECT_EQ(put_item(library, request("x", picture(2))).error().code(), ErrorCode::kUnsupported);
    EXPECT_EQ(forget_item(library, "x").error().code(), ErrorCode::kUnsupported);
}

TEST_F(PutItem, AVectorMayComeWithThePictureThatItStandsFor) {
    Library library = folder.open(LibraryAccess::kWrite);
    const auto put = put_item(
        library, request("v", PictureWithVector{picture(1), {3, 4, 0}}, R"({"name": "one"})"));
    ASSERT_TRUE(put) << put.error().message();
    EXPECT_EQ(library.collection().vector_of("v", kPictureField).value(),
              (std::vector<float>{3, 4, 0}))
        << "the user's own, not a model's";
    EXPECT_EQ(member(put->item.document, "content"), '"' + hex(xxh128(picture(1))) + '"');
    EXPECT_EQ(member(put->item.document, "name"), "\"one\"");
    EXPECT_EQ(original_file(library, "v").value().size_bytes, picture(1).size());
    const auto alone = put_item(library, request("p", picture(2)));
    ASSERT_FALSE(alone) << "there is no model to make a vector with";
    EXPECT_EQ(alone.error().code(), ErrorCode::kUnsupported);
    ASSERT_FALSE(put_item(library, request("w", PictureWithVector{picture(2), {1, 2}})));
    EXPECT_EQ(kept(), (std::set<std::string>{hex(xxh128(picture(1)))}));
}

TEST_F(PutItem, WhereOnlyThumbnailsAreKeptTheOriginalIsNot) {
    const std::string name = hex(xxh128(picture(1))) + "-thumbnail";
    {
        Library library = folder.open(LibraryAccess::kWrite);
        ASSERT_TRUE(library.keep(PictureKeeping::kThumbnails));
        ASSERT_TRUE(put_item(library, request("a", picture(1))));
    }
    Library library = folder.open(LibraryAccess::kWrite);
    EXPECT_EQ(kept(), (std::set<std::string>{name}));
    const auto original = original_file(library, "a");
    ASSERT_FALSE(original);
    EXPECT_EQ(original.error().code(), ErrorCode::kNotFound);
    EXPECT_EQ(best_file(library, "a").value().media_type, "image/jpeg");
    EXPECT_NE(best_file(library, "a").value().size_bytes, picture(1).size());
    EXPECT_TRUE(thumbnail(library, "a", 160, {}));
    ASSERT_TRUE(put_item(library, request("b", picture(1))));
    ASSERT_TRUE(forget_item(library, "a"));
    EXPECT_EQ(kept(), (std::set<std::string>{name})) << "another one shows it";
    ASSERT_TRUE(put_item(library, request("b", picture(2))));
    EXPECT_EQ(kept(), (std::set<std::string>{hex(xxh128(picture(2))) + "-thumbnail"}));
}

}  // namespace
}  // namespace sokkuri::service
