// Goal: another model takes over whole or not at all, searches are answered all the while, and what
// people say of their pictures stays. Method: one small real network under two cards (another mean
// is another model); interrupting at every picture; pictures put while it goes on.
#include "service/model_switch.h"

#include "features/model_shelf.h"
#include "service/items.h"
#include "service/load_items.h"
#include "service/search.h"
#include "service/testing/picture_folder.h"
#include "service/vector_fields.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <thread>

namespace sokkuri::service {
namespace {

namespace fs = std::filesystem;
using testing::PictureFolder;

class ModelSwitch : public ::testing::Test {
 protected:
    void SetUp() override {
        if (testing::models_folder().empty()) GTEST_SKIP() << testing::missing_data();
        const features::ModelShelf shelf(posix_file_system(), {testing::models_folder()});
        features::Model model = shelf.find("squeezenet1.1").value();
        first_ = model.card.name;
        fs::copy(testing::models_folder(), models_.path(), fs::copy_options::recursive);
        fs::copy(model.directory, models_.path() + "/other", fs::copy_options::recursive);
        model.card.name = "other";
        model.card.mean[0] += 1;
        const std::string card = features::to_json(model.card);
        ASSERT_TRUE(replace_file(posix_file_system(), models_.path() + "/other/card.json",
                                 std::as_bytes(std::span(card))));
        for (unsigned i = 0; i < 5; ++i)
            folder.draw(fmt::format("{}.jpg", i), i);
        folder.index();
    }
    SwitchRequest request(const std::string& model) const {
        SwitchRequest request{.model = folder.request().model, .batch_rows = 2};
        request.model.name = model;
        request.model.models_folder = models_.path();
        return request;
    }
    static std::string model_of_main(const Library& library) {
        return model_of(field_meant(library, "").value()).value().name;
    }
    static std::size_t hits(const Library& library) {
        const auto answer = search(library, {.what = ByItem{.id_or_path = "0.jpg"}});
        return answer ? answer->hits.size() : 0;
    }

    PictureFolder folder;
    std::string first_;

 private:
    sokkuri::testing::TemporaryDirectory models_;
};

TEST_F(ModelSwitch, TakesOverWholeAndKeepsWhatPeopleSay) {
    const auto before = folder.pictures();
    Library library = folder.open(LibraryAccess::kWrite);
    const std::string id = before.at("0.jpg").id;
    ASSERT_TRUE(put_item(library, {.id = id, .document = R"({"tag":1})"}));
    const auto report = switch_model(library, request("other"), nullptr, {});
    ASSERT_TRUE(report) << report.error().message();
    EXPECT_EQ(report->replaced, 5U);
    EXPECT_EQ(model_of_main(library), "other");
    EXPECT_EQ(describe_fields(library).value().size(), 1U);
    const auto after = testing::indexed_pictures(library);
    ASSERT_EQ(after.size(), before.size());
    for (const auto& [path, picture] : after) {
        EXPECT_EQ(picture.id, before.at(path).id);
        EXPECT_NE(picture.vector, before.at(path).vector) << path;
    }
    EXPECT_NE(after.at("0.jpg").document.find("\"tag\":1"), std::string::npos);
    EXPECT_EQ(hits(library), 4U);
    // And again: there is nothing to do.
    EXPECT_EQ(switch_model(library, request("other"), nullptr, {})->replaced, 0U);
    // The old model does not come back by itself.
    const auto refused = ingest(library, folder.request(), nullptr, {});
    EXPECT_FALSE(refused);
}

TEST_F(ModelSwitch, InterruptedAnywhereLeavesTheOldModelAndGoesOnLater) {
    Library library = folder.open(LibraryAccess::kWrite);
    std::uint64_t made = 0;
    for (int round = 0; round < 20 && model_of_main(library) == first_; ++round) {
        std::stop_source stop;
        const auto report = switch_model(
            library, request("other"), [&](const IngestProgress&) { stop.request_stop(); },
            stop.get_token());
        ASSERT_TRUE(report) << report.error().message();
        made += report->replaced;
        EXPECT_EQ(hits(library), 4U) << "searched all the while";
        EXPECT_EQ(report->was_interrupted, model_of_main(library) == first_);
    }
    EXPECT_EQ(model_of_main(library), "other");
    EXPECT_EQ(made, 5U) << "nothing twice";
}

TEST_F(ModelSwitch, SearchesAndPutsGoOnMeanwhile) {
    Library library = folder.open(LibraryAccess::kWrite);
    std::vector<std::size_t> answers;
    unsigned puts = 0;
    const auto report = switch_model(
        library, request("other"),
        [&](const IngestProgress&) {
            answers.push_back(hits(library));
            if (puts == 2) return;
            const PictureFolder elsewhere;
            elsewhere.draw("p.jpg", 100 + puts);
            auto bytes = read_file(posix_file_system(), elsewhere.path("p.jpg"), 1U << 20).value();
            const auto put = put_item(library, {.id = fmt::format("sent {}", puts++),
                                                .source = std::move(bytes),
                                                .model = folder.request().model});
            EXPECT_TRUE(put) << put.error().message();
        },
        {});
    ASSERT_TRUE(report) << report.error().message();
    ASSERT_FALSE(answers.empty());
    EXPECT_EQ(answers.front(), 4U);
    EXPECT_EQ(answers.back(), 6U);
    EXPECT_EQ(model_of_main(library), "other");
    EXPECT_EQ(hits(library), 6U) << "what came meanwhile has the new model's vector too";
}

TEST_F(ModelSwitch, IsRefusedWhereItWouldCostVectors) {
    Library library = folder.open(LibraryAccess::kWrite);
    EXPECT_EQ(switch_model(library, request("nobody"), nullptr, {}).error().code(),
              ErrorCode::kNotFound);
    const auto dimension = field_meant(library, "").value().dimension;
    ASSERT_TRUE(put_item(library, {.id = "given", .source = std::vector<float>(dimension, 1.0F)}));
    const auto refused = switch_model(library, request("other"), nullptr, {});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::kConflict);
    EXPECT_NE(refused.error().message().find("\"given\""), std::string::npos);
}

TEST_F(ModelSwitch, VectorsThatAreGivenMeanwhileKeepTheOldModelInForce) {
    Library library = folder.open(LibraryAccess::kWrite);
    const auto dimension = field_meant(library, "").value().dimension;
    const auto report = switch_model(
        library, request("other"),
        [&](const IngestProgress&) {
            const auto put =
                put_item(library, {.id = "given", .source = std::vector<float>(dimension, 1.0F)});
            EXPECT_TRUE(put) << put.error().message();
        },
        {});
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code(), ErrorCode::kConflict);
    EXPECT_NE(report.error().message().find("\"given\""), std::string::npos);
    EXPECT_EQ(model_of_main(library), first_);
    EXPECT_TRUE(library.collection().vector_of("given", kPictureField));
    ASSERT_TRUE(forget_item(library, "given"));
    ASSERT_TRUE(switch_model(library, request("other"), nullptr, {}));
    EXPECT_EQ(model_of_main(library), "other");
}

TEST_F(ModelSwitch, DocumentsThatOnlySpeakOfAFileAreNoPictures) {
    Library library = folder.open(LibraryAccess::kWrite);
    const auto dimension = field_meant(library, "").value().dimension;
    const std::vector<std::string> ids = {"imported"};
    const std::vector<float> vector(dimension, 1.0F);
    const std::vector<std::string> documents = {
        R"({"path":"gone.jpg","content":"00000000000000000000000000000000"})"};
    ASSERT_TRUE(library.collection().load({.ids = ids, .vectors = vector, .documents = documents}));
    const auto refused = switch_model(library, request("other"), nullptr, {});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::kConflict);
    EXPECT_NE(refused.error().message().find("\"imported\""), std::string::npos);
}

TEST_F(ModelSwitch, DocumentsThatOnlySpeakOfAKeptPictureAreNoPictures) {
    Library library = folder.open(LibraryAccess::kWrite);
    const auto dimension = field_meant(library, "").value().dimension;
    const std::vector<std::string> ids = {"imported"};
    const std::vector<float> vector(dimension, 1.0F);
    const std::vector<std::string> documents = {
        R"({"content":"00112233445566778899aabbccddeeff"})"};
    ASSERT_TRUE(library.collection().load({.ids = ids, .vectors = vector, .documents = documents}));
    const auto refused = switch_model(library, request("other"), nullptr, {});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::kConflict);
    EXPECT_NE(refused.error().message().find("1 items"), std::string::npos);
    EXPECT_NE(refused.error().message().find("\"imported\""), std::string::npos);
    EXPECT_EQ(library.collection().vector_of("imported", kPictureField).value(), vector);
}

TEST_F(ModelSwitch, FilesThatHaveVanishedKeepTheOldModelInForce) {
    Library library = folder.open(LibraryAccess::kWrite);
    folder.move("1.jpg", ".hidden");
    const auto refused = switch_model(library, request("other"), nullptr, {});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::kConflict);
    EXPECT_NE(refused.error().message().find("the first: 1.jpg: its file has vanished"),
              std::string::npos)
        << refused.error().message();
    EXPECT_EQ(model_of_main(library), first_);
    EXPECT_EQ(hits(library), 4U);
    folder.move(".hidden", "1.jpg");
    EXPECT_EQ(switch_model(library, request("other"), nullptr, {})->replaced, 5U);
    EXPECT_EQ(hits(library), 4U);
}

TEST_F(ModelSwitch, FilesThatVanishMeanwhileKeepTheOldModelInForce) {
    Library library = folder.open(LibraryAccess::kWrite);
    const auto before = testing::indexed_pictures(library);
    const std::string next = std::string(kPictureField) + std::string(kNextSuffix);
    std::string hidden;  // one that it has not looked at yet
    const auto hide_one = [&](const IngestProgress&) {
        for (const auto& [path, picture] : before) {
            if (!hidden.empty() || library.collection().vector_of(picture.id, next)) continue;
            hidden = path;
            folder.move(path, ".hidden");
        }
    };
    const auto refused = switch_model(library, request("other"), hide_one, {});
    ASSERT_FALSE(hidden.empty());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::kConflict);
    EXPECT_EQ(testing::indexed_pictures(library), before);
    folder.move(".hidden", hidden);
    EXPECT_EQ(switch_model(library, request("other"), nullptr, {})->replaced, 1U) << "it goes on";
    EXPECT_EQ(testing::indexed_pictures(library).size(), 5U);
}

/// As switches of earlier versions have left them.
void take_vector(const Library& library, const std::string& id) {
    collection::PutRecord without{.id = id, .others = collection::OtherVectors::kKeep};
    without.document = library.collection().get(std::span(&id, 1)).value().front()->document;
    without.vectors.push_back({.field = kPictureField});
    ASSERT_TRUE(library.collection().put(std::span(&without, 1)));
    ASSERT_FALSE(library.collection().vector_of(id, kPictureField));
}

TEST_F(ModelSwitch, IndexingMakesVectorsThatAreMissing) {
    Library library = folder.open(LibraryAccess::kWrite);
    const auto before = testing::indexed_pictures(library);
    for (const char* path : {"0.jpg", "3.jpg"})
        take_vector(library, before.at(path).id);
    const auto report = ingest(library, folder.request(), nullptr, {});
    ASSERT_TRUE(report) << report.error().message();
    EXPECT_EQ(report->replaced, 2U);
    EXPECT_EQ(report->unchanged, 3U);
    EXPECT_TRUE(report->failures.empty());
    EXPECT_EQ(testing::indexed_pictures(library), before);
    EXPECT_EQ(ingest(library, folder.request(), nullptr, {})->unchanged, 5U) << "once";
}

TEST_F(ModelSwitch, ToTheModelInForceMakesVectorsThatAreMissing) {
    Library library = folder.open(LibraryAccess::kWrite);
    const auto before = testing::indexed_pictures(library);
    take_vector(library, before.at("2.jpg").id);
    const auto report = switch_model(library, request(first_), nullptr, {});
    ASSERT_TRUE(report) << report.error().message();
    EXPECT_EQ(report->replaced, 1U);
    EXPECT_EQ(report->unchanged, 4U);
    EXPECT_EQ(testing::indexed_pictures(library), before);
}

TEST_F(ModelSwitch, TakesBatchesOfAnySize) {
    Library library = folder.open(LibraryAccess::kWrite);
    SwitchRequest large = request("other");
    large.batch_rows = collection::kPutRecordsMax;
    const auto report = switch_model(library, large, nullptr, {});
    ASSERT_TRUE(report) << report.error().message();
    EXPECT_EQ(report->replaced, 5U);
}

TEST_F(ModelSwitch, NobodyElseMakesTheFieldThatItWorksIn) {
    Library library = folder.open(LibraryAccess::kWrite);
    for (const char* name : {"true", "*", "a,b"}) {
        EXPECT_EQ(add_vector_field(library, {.name = name, .dimension = 2}).error().code(),
                  ErrorCode::kInvalidArgument)
            << name << " could not be asked for";
    }
    const auto refused = add_vector_field(library, {.name = "picture-next", .dimension = 2});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::kInvalidArgument);
    EXPECT_NE(refused.error().message().find("-next"), std::string::npos);
}

TEST_F(ModelSwitch, NobodyElseWritesToTheFieldThatItWorksIn) {
    Library library = folder.open(LibraryAccess::kWrite);
    std::stop_source stop;
    const auto interrupted = switch_model(
        library, request("other"), [&](const IngestProgress&) { stop.request_stop(); },
        stop.get_token());
    ASSERT_TRUE(interrupted && interrupted->was_interrupted);
    const std::string next = std::string(kPictureField) + std::string(kNextSuffix);
    std::string id;  // of one that it has looked at
    for (const auto& [path, picture] : testing::indexed_pictures(library)) {
        if (library.collection().vector_of(picture.id, next)) id = picture.id;
    }
    ASSERT_FALSE(id.empty());
    const std::vector<float> before = library.collection().vector_of(id, next).value();
    const std::vector<float> vector(before.size(), 1.0F);
    PutItemRequest put{.id = id};
    put.vectors.push_back({.field = next, .values = vector});
    EXPECT_EQ(put_item(library, put).error().code(), ErrorCode::kNotFound);
    const auto dimension = static_cast<std::uint32_t>(vector.size());
    EXPECT_EQ(load_items(library, next, {.dimension = dimension, .ids = {id}, .vectors = vector})
                  .error()
                  .code(),
              ErrorCode::kNotFound);
    ASSERT_TRUE(put_item(library, {.id = id, .document = fmt::format(R"({{"{}":[1,2]}})", next)}));
    EXPECT_EQ(library.collection().vector_of(id, next).value(), before);
    const auto asked = search(library, {.what = ByItem{.id_or_path = "0.jpg"}, .vectors = "*"});
    EXPECT_EQ(asked->hits.front().vectors.size(), 1U) << "nor is it shown";
    ASSERT_TRUE(drop_vector_field(library, next)) << "which ends the switch";
    EXPECT_EQ(switch_model(library, request("other"), nullptr, {})->replaced, 5U);
}

TEST_F(ModelSwitch, AFurtherModelLooksAtEveryPicture) {
    Library library = folder.open(LibraryAccess::kWrite);
    const FieldRequest wanted{
        .name = "second", .model = "other", .models_folder = request("other").model.models_folder};
    ASSERT_TRUE(add_vector_field(library, wanted).value());
    EXPECT_FALSE(add_vector_field(library, wanted).value());
    EXPECT_EQ(add_vector_field(library, {.name = "second", .dimension = 3}).error().code(),
              ErrorCode::kAlreadyExists);
    IngestRequest index = folder.request();
    index.model.models_folder = wanted.models_folder;
    ASSERT_TRUE(ingest(library, index, nullptr, {}));
    const auto answer =
        search(library, {.what = ByItem{.id_or_path = "0.jpg"}, .field = "second", .vectors = "*"});
    ASSERT_TRUE(answer) << answer.error().message();
    EXPECT_EQ(answer->field, "second");
    EXPECT_EQ(answer->model, "other");
    ASSERT_EQ(answer->hits.size(), 4U);
    ASSERT_EQ(answer->hits.front().vectors.size(), 2U);
    EXPECT_NE(answer->hits.front().vectors[0].values, answer->hits.front().vectors[1].values);
    const auto none = search(library, {.what = ByItem{.id_or_path = "0.jpg"}, .field = "third"});
    EXPECT_NE(none.error().message().find("picture, second"), std::string::npos);
    // A vector of a user's own beside them; the picture's stay.
    ASSERT_TRUE(add_vector_field(library, {.name = "own", .dimension = 2}));
    PutItemRequest put{.id = answer->query_id};
    put.vectors.push_back({.field = "own", .values = {1, 2}});
    ASSERT_TRUE(put_item(library, put));
    EXPECT_EQ(library.collection().vector_of(answer->query_id, "own").value(),
              (std::vector<float>{1, 2}));
    EXPECT_TRUE(library.collection().vector_of(answer->query_id, "second"));
    put.vectors.front().field = kPictureField;
    EXPECT_EQ(put_item(library, put).error().code(), ErrorCode::kConflict) << "it is a file";
    EXPECT_EQ(drop_vector_field(library, "picture").error().code(), ErrorCode::kConflict);
    ASSERT_TRUE(drop_vector_field(library, "second"));
    EXPECT_EQ(describe_fields(library).value().size(), 2U);
}

}  // namespace
}  // namespace sokkuri::service
