// Collections that come and go over HTTP, and what can be done with one that has vectors and no
// pictures. Every answer is held against openapi.json (testing/native_server.h).
#include "http/testing/native_server.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace sokkuri::http {
namespace {

class RoutesCollections : public ::testing::Test {
 protected:
    void SetUp() override {
        if (service::testing::models_folder().empty()) {
            GTEST_SKIP() << service::testing::missing_data();
        }
        server = std::make_unique<NativeServer>(2);
    }
    CheckedAnswer make(const std::string& name, const std::string& body = "{}") {
        return server->send("PUT", "/v1/collections/" + name, body);
    }
    void make_shapes() {
        const auto made =
            make("shapes", R"({"fields":[{"name":"shape","dimension":2,"metric":"l2"}]})");
        ASSERT_EQ(made.status(), 201U) << made.detail();
        for (int i = 0; i < 5; ++i) {
            const auto put =
                server->send("PUT", fmt::format("/v1/collections/shapes/items/s{}", i),
                             fmt::format(R"({{"vector":[{},0],"document":{{"n":{}}}}})", i, i));
            ASSERT_EQ(put.status(), 201U) << put.detail();
        }
    }

    std::unique_ptr<NativeServer> server;
};

TEST_F(RoutesCollections, AreMadeAsAskedForAndNamedByTheirLocation) {
    const auto made = make("shoes", R"({"fields":[{"dimension":3}],"keep_pictures":false})");
    EXPECT_EQ(made.status(), 201U);
    EXPECT_EQ(made.raw.header("location"), "/v1/collections/shoes");
    EXPECT_TRUE(made.at("folder").is_null());
    EXPECT_EQ(made.text("field"), "picture");
    EXPECT_EQ(made.integer("fields.0.dimension"), 3U);
    EXPECT_FALSE(made.at("keep_pictures").as_bool().value());
    EXPECT_EQ(make("shoes", R"({"fields":[{"dimension":3}],"keep_pictures":false})").status(),
              200U);
    const auto other = make("shoes", R"({"fields":[{"dimension":4}],"keep_pictures":false})");
    EXPECT_EQ(other.status(), 409U);
    EXPECT_NE(other.detail().find("dimension 3"), std::string::npos);
    EXPECT_EQ(server->get("/v1/collections").at("collections").items().size(), 2U);
    EXPECT_EQ(server->ask("PUT", "/v1/collections/bare").status(), 201U) << "a body is not needed";
}

TEST_F(RoutesCollections, WhatIsWrongIsNamed) {
    for (const char* name :
         {"Shoes", "_a", "a%20b", "a%2Fb", "..%2Fa", "a,b", ".sokkuri", "a%00"}) {
        const auto refused = make(name);
        EXPECT_EQ(refused.status(), 400U) << name;
    }
    const std::pair<const char*, const char*> bodies[] = {
        {R"({"field":[]})", "field"},
        {R"({"fields":{}})", "fields"},
        {R"({"fields":[{}]})", "dimension"},
        {R"({"fields":[{"dimension":0}]})", "dimension = 0"},
        {R"({"fields":[{"dimension":16001}]})", "16000"},
        {R"({"fields":[{"dimension":2,"metric":"cos"}]})", "metric"},
        {R"({"fields":[{"dimension":2,"size":1}]})", "size"},
        {R"({"fields":[{"name":"a b","dimension":2}]})", "a b"},
        {R"({"fields":[{"name":"a","name":"b","dimension":2}]})", "twice"},
        {R"({"keep_pictures":1})", "keep_pictures"},
        {R"({"fields":[{"dimension":2},{"dimension":2}]})", "twice"}};
    for (const auto& [body, word] : bodies) {
        const auto refused = make("shoes", body);
        EXPECT_EQ(refused.status(), 400U) << body;
        EXPECT_NE(refused.detail().find(word), std::string::npos) << refused.detail();
    }
    EXPECT_EQ(make("shoes", R"({"fields":[{"model":"no-such"}]})").status(), 404U);
    EXPECT_EQ(server->get("/v1/collections/shoes").status(), 404U);
}

TEST_F(RoutesCollections, VectorsAloneAreFoundByVectorAndByItem) {
    make_shapes();
    const auto found =
        server->send("POST", "/v1/collections/shapes/search", R"({"vector":[2.2,0],"k":2})");
    ASSERT_EQ(found.status(), 200U) << found.detail();
    EXPECT_EQ(found.text("hits.0.id"), "s2");
    EXPECT_EQ(found.text("hits.1.id"), "s3");
    EXPECT_TRUE(found.at("hits.0.path").is_null());
    const auto similar = server->get("/v1/collections/shapes/items/s0/similar?k=3");
    EXPECT_EQ(similar.text("hits.0.id"), "s1");
    EXPECT_EQ(server->get("/v1/collections/shapes/items?sample=3").at("items").items().size(), 3U);
    EXPECT_EQ(server->get("/v1/collections/shapes/items?name=s3").text("items.0.id"), "s3");
    EXPECT_EQ(server->get("/v1/collections/shapes/items?name=s9").at("items").items().size(), 0U);
    const auto named = server->get("/v1/collections/shapes");
    EXPECT_EQ(named.integer("items"), 5U);
    EXPECT_TRUE(named.at("model").is_null());
    EXPECT_EQ(server->get("/v1/collections/shapes/items/s0/thumbnail").status(), 404U);
    const auto picture =
        server->send_picture("/v1/collections/shapes/search", server->bytes_of("0.jpg"));
    EXPECT_EQ(picture.status(), 415U);
    EXPECT_NE(picture.detail().find("vectors that were given"), std::string::npos);
    EXPECT_EQ(server->ask("POST", "/v1/collections/shapes/index").status(), 422U);
    EXPECT_EQ(server->get("/v1/collections/shapes/failures").status(), 200U);
    const auto short_one =
        server->send("PUT", "/v1/collections/shapes/items/x", R"({"vector":[1]})");
    EXPECT_EQ(short_one.status(), 400U);
}

TEST_F(RoutesCollections, PicturesComeToOneWithAModelAndOnlyThumbnailsStay) {
    const std::string model = std::string(server->get(server->target("")).text("model"));
    ASSERT_EQ(
        make("shop", R"({"fields":[{"model":")" + model + R"("}],"keep_pictures":false})").status(),
        201U);
    for (const char* name : {"0.jpg", "1.jpg"}) {
        const std::string form =
            "--b\r\nContent-Disposition: form-data; name=\"picture\"; "
            "filename=\"p\"\r\n\r\n" +
            server->bytes_of(name) + "\r\n--b--\r\n";
        const auto put = server->ask("PUT", fmt::format("/v1/collections/shop/items/{}", name),
                                     form, "Content-Type: multipart/form-data; boundary=b\r\n");
        ASSERT_EQ(put.status(), 201U) << put.detail();
    }
    EXPECT_EQ(server->get("/v1/collections/shop/items/0.jpg/thumbnail").status(), 200U);
    EXPECT_EQ(server->get("/v1/collections/shop/items/0.jpg/image").status(), 200U);
    const auto original = server->get("/v1/collections/shop/items/0.jpg/original");
    EXPECT_EQ(original.status(), 404U);
    EXPECT_NE(original.detail().find("only a thumbnail"), std::string::npos);
    const auto found =
        server->send_picture("/v1/collections/shop/search?k=1", server->bytes_of("1.jpg"));
    EXPECT_EQ(found.text("hits.0.id"), "1.jpg");
}

TEST_F(RoutesCollections, AreDroppedForGood) {
    make_shapes();
    const std::string home = server->get("/v1/collections/shapes").text("home");
    EXPECT_TRUE(std::filesystem::exists(home));
    EXPECT_EQ(server->ask("DELETE", "/v1/collections/shapes").status(), 204U);
    EXPECT_FALSE(std::filesystem::exists(home));
    EXPECT_EQ(server->ask("DELETE", "/v1/collections/shapes").status(), 404U);
    EXPECT_EQ(server->get("/v1/collections/shapes/items/s0").status(), 404U);
    make_shapes();
    EXPECT_EQ(server->get("/v1/collections/shapes").integer("items"), 5U);
    EXPECT_EQ(server->ask("DELETE", server->target("")).status(), 204U);
    EXPECT_TRUE(std::filesystem::exists(server->folder().path("0.jpg"))) << "a folder's files stay";
}

}  // namespace
}  // namespace sokkuri::http
