// Goal: pictures come whole, small or as browsers show them, under their names, and are not sent
// twice; nothing outside the folder ever comes. Method: a real server over files with hostile
// names.
#include "http/percent_encoding.h"
#include "http/testing/native_server.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>

namespace sokkuri::http {
namespace {

namespace fs = std::filesystem;

class PictureRoutes : public ::testing::Test {
 protected:
    void SetUp() override {
        if (service::testing::models_folder().empty()) {
            GTEST_SKIP() << service::testing::missing_data();
        }
        server_ = std::make_unique<NativeServer>(2);
    }

    std::string target(const std::string& path, std::string_view rest) {
        return server_->target(
            fmt::format("/items/{}{}", percent_encoded(server_->id_of(path)), rest));
    }
    CheckedAnswer ask_again(const std::string& target, const CheckedAnswer& first) {
        return server_->ask("GET", target, "",
                            "If-None-Match: " + first.raw.header("etag") + "\r\n");
    }
    /// Makes the server index anew; waits for the end.
    void index() {
        const CheckedAnswer job = server_->send("POST", server_->target("/index"), "{}");
        ASSERT_EQ(job.status(), 202U);
        RawClient client = server_->connect();
        client.send("GET /v1/jobs/" + job.text("job.id") +
                    "/events HTTP/1.1\r\nHost: localhost\r\n\r\n");
        client.receive_until("event: done");
    }

    std::unique_ptr<NativeServer> server_;
};

TEST_F(PictureRoutes, GiveTheFileUnderItsName) {
    for (const char* name : {"ねこ \"1\".jpg", "a\r\nb.jpg", "\xff\xfe.jpg", "x%2F..jpg"}) {
        server_->folder().draw(name, 77);
    }
    index();
    for (const char* name :
         {"ねこ \"1\".jpg", "a\r\nb.jpg", "\xff\xfe.jpg", "x%2F..jpg", "0.jpg"}) {
        const CheckedAnswer original = server_->get(target(name, "/original"));
        ASSERT_EQ(original.status(), 200U) << name << original.raw.body;
        EXPECT_EQ(original.raw.body, server_->bytes_of(name));
        EXPECT_EQ(original.raw.header("content-type"), "image/jpeg");
        EXPECT_EQ(original.raw.header("content-disposition"), inline_disposition(name));
        EXPECT_EQ(server_->get(target(name, "/image")).raw.body, original.raw.body);
        EXPECT_EQ(server_->get(target(name, "/similar?k=2")).status(), 200U) << name;
        EXPECT_EQ(server_->get(target(name, "")).status(), 200U) << name;
    }
    EXPECT_EQ(server_->get(server_->target("/items?name=%E3%81%AD")).at("items").items().size(),
              1U);
}

TEST_F(PictureRoutes, AreNotSentTwice) {
    for (const char* rest : {"/original", "/image", "/thumbnail", "/thumbnail?size=160"}) {
        const CheckedAnswer first = server_->get(target("0.jpg", rest));
        ASSERT_EQ(first.status(), 200U) << rest << first.raw.body;
        const CheckedAnswer second = ask_again(target("0.jpg", rest), first);
        EXPECT_EQ(second.status(), 304U) << rest;
        EXPECT_EQ(second.raw.body, "");
        EXPECT_EQ(second.raw.header("etag"), first.raw.header("etag"));
        EXPECT_NE(server_->get(target("1.jpg", rest)).raw.header("etag"), first.raw.header("etag"));
        EXPECT_NE(first.raw.header("cache-control").find("no-cache"), std::string::npos);
    }
    server_->folder().draw("0.jpg", 500, std::chrono::hours(5));
    const CheckedAnswer before = server_->get(target("1.jpg", "/original"));
    index();
    EXPECT_EQ(ask_again(target("1.jpg", "/original"), before).status(), 304U);
}

TEST_F(PictureRoutes, KeepThumbnailsForGoodUnderTheirContent) {
    const std::string content = server_->get(target("0.jpg", "")).text("document.content");
    const std::string versioned = target("0.jpg", "/thumbnail?size=320&v=" + content);
    EXPECT_NE(server_->get(versioned).raw.header("cache-control").find("immutable"),
              std::string::npos);
    const CheckedAnswer other = server_->get(target("0.jpg", "/thumbnail?v=0123"));
    EXPECT_EQ(other.status(), 200U);
    EXPECT_EQ(other.raw.header("cache-control").find("immutable"), std::string::npos);
    // Newer content is not kept under the older name, known to the collection or not.
    server_->folder().draw("0.jpg", 501, std::chrono::hours(5));
    for (int round = 0; round < 2; ++round) {
        EXPECT_EQ(server_->get(versioned).raw.header("cache-control").find("immutable"),
                  std::string::npos);
        index();
    }
}

TEST_F(PictureRoutes, SayThatAFileHasBecomeUnreadable) {
    server_->folder().write("0.jpg", server_->bytes_of("0.jpg").substr(0, 30));
    const CheckedAnswer answer = server_->get(target("0.jpg", "/thumbnail"));
    EXPECT_EQ(answer.status(), 422U) << answer.raw.body;
    EXPECT_EQ(answer.text("code"), "unreadable_picture");
    EXPECT_EQ(server_->get(target("0.jpg", "/original")).raw.body.size(), 30U);
    server_->folder().write("1.jpg", "plain text");
    EXPECT_EQ(server_->get(target("1.jpg", "/thumbnail")).status(), 404U);
    EXPECT_EQ(server_->get(target("1.jpg", "/original")).status(), 404U);
}

TEST_F(PictureRoutes, RefuseSizesThatThumbnailsDoNotComeIn) {
    for (const char* size : {"0", "100", "321", "big", "1281", ""}) {
        const CheckedAnswer answer =
            server_->get(target("0.jpg", fmt::format("/thumbnail?size={}", size)));
        EXPECT_EQ(answer.status(), 400U) << size;
        EXPECT_NE(answer.detail().find("1280"), std::string::npos) << answer.detail();
    }
    EXPECT_EQ(server_->get(server_->target("/items/none/thumbnail")).status(), 404U);
    EXPECT_EQ(server_->get(server_->target("/items/none/image")).status(), 404U);
    EXPECT_EQ(server_->get(server_->target("/items/none/original")).status(), 404U);
}

TEST_F(PictureRoutes, NeverLeaveTheFolder) {
    const sokkuri::testing::TemporaryDirectory outside;
    const std::string secret = outside.path() + "/secret.jpg";
    fs::copy_file(server_->folder().path("1.jpg"), secret);
    const std::string original = target("0.jpg", "/original");
    const std::string image = target("0.jpg", "/image");
    fs::remove(server_->folder().path("0.jpg"));
    EXPECT_EQ(server_->get(original).status(), 404U);
    fs::create_symlink(secret, server_->folder().path("0.jpg"));
    EXPECT_EQ(server_->get(original).status(), 404U);
    EXPECT_EQ(server_->get(image).status(), 404U);
    EXPECT_EQ(server_->get(target("1.jpg", "/original")).status(), 200U);
}

TEST_F(PictureRoutes, ForgetAnItemAndLeaveItsFile) {
    const std::string item = target("0.jpg", "");
    EXPECT_EQ(server_->ask("DELETE", item).status(), 204U);
    EXPECT_EQ(server_->get(item).status(), 404U);
    EXPECT_EQ(server_->get(item + "/original").status(), 404U);
    EXPECT_TRUE(fs::exists(server_->folder().path("0.jpg")));
    index();
    EXPECT_EQ(server_->get(server_->target("")).integer("items"), 1U);
    EXPECT_EQ(server_->ask("DELETE", item).status(), 404U);
}

TEST_F(PictureRoutes, KeepAPictureThatWasPut) {
    const std::string picture = server_->bytes_of("1.jpg");
    const std::string body = fmt::format(
        "--cut\r\nContent-Disposition: form-data; name=\"picture\"; filename=\"shop/1.jpg\"\r\n\r\n"
        "{}\r\n--cut\r\nContent-Disposition: form-data; name=\"document\"\r\n\r\n"
        "{{\"price\" : 1.50}}\r\n--cut--\r\n",
        picture);
    const std::string item = server_->target("/items/" + percent_encoded("棚/1"));
    const CheckedAnswer made =
        server_->ask("PUT", item, body, "Content-Type: multipart/form-data; boundary=cut\r\n");
    ASSERT_EQ(made.status(), 201U) << made.raw.body;
    EXPECT_EQ(made.at("document.price").as_double().value(), 1.5);
    EXPECT_EQ(server_->get(item + "/original").raw.body, picture);
    EXPECT_EQ(server_->get(item + "/thumbnail").status(), 200U);
    const CheckedAnswer similar = server_->get(item + "/similar?k=1");
    EXPECT_EQ(similar.text("hits.0.path"), "1.jpg");
    EXPECT_EQ(server_->get(target("1.jpg", "/similar?k=1")).text("hits.0.id"), "棚/1");
    index();
    EXPECT_EQ(server_->get(item).status(), 200U);
    const CheckedAnswer conflict = server_->ask(
        "PUT", target("1.jpg", ""), body, "Content-Type: multipart/form-data; boundary=cut\r\n");
    EXPECT_EQ(conflict.status(), 409U);
}

}  // namespace
}  // namespace sokkuri::http
