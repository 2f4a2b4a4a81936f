// Goal: over HTTP a collection is exported in every format, of one moment, and a drop ends it.
// Method: a real server over vectors of our own; every answer is held against openapi.json.
#include "http/testing/native_server.h"
#include "service/export_stream.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <thread>

namespace sokkuri::http {
namespace {

constexpr const char* kShop = "/v1/collections/shop";

class ExportRoutes : public ::testing::Test {
 protected:
    ExportRoutes() {
        const auto made = server_.send("PUT", kShop, R"({"fields":[{"name":"v","dimension":2},
                                                     {"name":"crop","dimension":1}]})");
        EXPECT_EQ(made.status(), 201U) << made.detail();
        for (const std::string id : {"靴 1", "b"}) {
            const collection::PutRecord record{.id = id,
                                               .document = fmt::format(R"({{"name" : "{}"}})", id),
                                               .vectors = {{"v", {1, 2}}, {"crop", {7}}}};
            EXPECT_TRUE(shop()->collection().put({&record, 1}));
        }
        const collection::PutRecord without{.id = "c"};
        EXPECT_TRUE(shop()->collection().put({&without, 1}));
    }

    std::shared_ptr<service::Library> shop() { return server_.libraries().find("shop").value(); }
    CheckedAnswer get(std::string_view query) {
        return server_.get(fmt::format("{}/export{}", kShop, query));
    }

    NativeServer server_{0};
};

TEST_F(ExportRoutes, AnswerEveryFormatWithItsMediaType) {
    std::string tag;
    for (const service::ExportFormat format : service::kExportFormats) {
        SCOPED_TRACE(service::name_of(format));
        const CheckedAnswer answer =
            get(fmt::format("?format={}&field=v", service::name_of(format)));
        EXPECT_EQ(answer.status(), 200U) << answer.raw.body;
        EXPECT_EQ(answer.raw.header("content-type"), service::media_type_of(format));
        EXPECT_FALSE(answer.raw.is_cut);
        if (tag.empty()) tag = answer.raw.header("etag");
        EXPECT_EQ(answer.raw.header("etag"), tag) << "of one moment";
    }
    EXPECT_EQ(get("?format=ids&field=v").raw.body, "靴 1\nb\n");
    EXPECT_EQ(get("?format=f32&field=crop").raw.header("content-length"), "8");
    EXPECT_EQ(get("").raw.body,
              "{\"id\":\"靴 1\",\"vector\":[1,2],\"document\":{\"name\" : \"靴 1\"}}\n"
              "{\"id\":\"b\",\"vector\":[1,2],\"document\":{\"name\" : \"b\"}}\n")
        << "JSON lines of the main field";
    EXPECT_EQ(get("?format=metadata&vectors=true&field=v").raw.body,
              "{\"id\":\"靴 1\",\"name\":\"靴 1\",\"crop\":[7]}\n"
              "{\"id\":\"b\",\"name\":\"b\",\"crop\":[7]}\n");
    const std::string name = get("?format=npy").raw.header("content-disposition");
    EXPECT_EQ(name, "attachment; filename*=UTF-8''shop.npy");
    EXPECT_NE(get("?format=ids").raw.header("etag"), "");
    EXPECT_EQ(server_.ask("DELETE", fmt::format("{}/items/b", kShop)).status(), 204U);
    EXPECT_NE(get("?format=ids").raw.header("etag"), tag) << "another moment";
}

TEST_F(ExportRoutes, HaveAnotherTagOfAnotherFieldAndOfACollectionThatGetsTheName) {
    const auto make = [&](const char* id) {
        EXPECT_EQ(server_
                      .send("PUT", "/v1/collections/e", R"({"fields":[{"name":"v","dimension":1},
                                                             {"name":"w","dimension":1}]})")
                      .status(),
                  201U);
        const collection::PutRecord record{.id = id, .vectors = {{"v", {1}}, {"w", {1}}}};
        const auto library = server_.libraries().find("e").value();
        EXPECT_TRUE(library->collection().put({&record, 1}));
    };
    const auto tag = [&](const char* field) {
        const auto answer =
            server_.get(fmt::format("/v1/collections/e/export?format=ids&field={}", field));
        return answer.raw.header("etag");
    };
    make("x");
    const std::string before = tag("v");
    EXPECT_NE(before, "");
    EXPECT_NE(tag("w"), before);
    ASSERT_EQ(server_.ask("DELETE", "/v1/collections/e").status(), 204U);
    make("y");
    EXPECT_NE(tag("v"), before) << "ids of one and vectors of the other";
}

TEST_F(ExportRoutes, RefuseWhatIsNotThere) {
    EXPECT_EQ(get("?format=zip").status(), 400U);
    EXPECT_NE(get("?field=nothing").detail().find("nothing"), std::string::npos);
    EXPECT_EQ(get("?field=nothing").status(), 404U);
    EXPECT_EQ(get("?format=npy&documents=false").status(), 400U);
    EXPECT_EQ(get("?format=npy&vectors=true").status(), 400U);
    EXPECT_EQ(get("?format=rows&vectors=true&documents=false").status(), 400U);
    const collection::PutRecord half{.id = "half", .vectors = {{"v", {0.5F, 1}}}};
    ASSERT_TRUE(shop()->collection().put({&half, 1}));
    EXPECT_EQ(get("?format=bvecs&field=v").status(), 422U) << "and not half of a file";
    EXPECT_NE(get("?format=bvecs&field=v").detail().find("half"), std::string::npos);
    EXPECT_EQ(server_.get("/v1/collections/nobody/export").status(), 404U);
    EXPECT_EQ(server_.get(server_.target("/export")).status(), 404U) << "no field yet";
}

constexpr std::size_t kManyBytes = 40'000'000;
const std::string kAskForMany =
    fmt::format("GET {}/export?format=npy&field=wide HTTP/1.1\r\nHost: localhost\r\n\r\n", kShop);

/// More than sockets hold, in a field "wide".
void load_many(const service::Library& library) {
    constexpr std::size_t kDimension = 500;
    constexpr std::size_t kRows = kManyBytes / kDimension / sizeof(float);
    ASSERT_TRUE(library.collection().add_field({.name = "wide", .dimension = kDimension}));
    std::vector<std::string> ids;
    for (std::size_t row = 0; row < kRows; ++row)
        ids.push_back(fmt::format("{}", row));
    const std::vector<float> vectors(kRows * kDimension, 1.0F);
    ASSERT_TRUE(library.collection().load({.field = "wide", .ids = ids, .vectors = vectors}));
}

TEST(ExportsUnderADrop, HoldItUpNeitherByTheirClientsNorByItsThread) {
    NativeServer server(0, {.work_threads = 1});
    ASSERT_EQ(server.send("PUT", kShop, "{}").status(), 201U);
    load_many(*server.libraries().find("shop").value());
    std::vector<RawClient> stalled;
    for (int i = 0; i < 2; ++i) {
        stalled.push_back(server.connect());
        stalled.back().send(kAskForMany);
        EXPECT_NE(stalled.back().receive_until("\r\n\r\n"), "");
    }
    EXPECT_EQ(server.ask("DELETE", kShop).status(), 204U);
    EXPECT_EQ(server.get("/v1/collections").status(), 200U) << "and there are threads for others";
}

TEST_F(ExportRoutes, EndWithTheCollectionThatIsDropped) {
    load_many(*shop());
    RawClient client = server_.connect();
    client.send(kAskForMany);
    std::string received = client.receive_until("\r\n\r\n");
    EXPECT_NE(received.find(fmt::format("Content-Length: {}\r\n", 128 + kManyBytes)),
              std::string::npos);
    std::jthread dropping([&] { EXPECT_EQ(server_.ask("DELETE", kShop).status(), 204U); });
    while (server_.libraries().find("shop"))
        std::this_thread::yield();
    received = client.receive_until("something that never comes");
    EXPECT_LT(received.size(), kManyBytes);
}

}  // namespace
}  // namespace sokkuri::http
