#include "http/admission.h"

#include "base/json.h"

#include <gtest/gtest.h>

namespace sokkuri::http {
namespace {

class AdmissionTest : public testing::Test {
 protected:
    AdmissionTest() {
        table_.push_back({.pattern = "/items/{id}",
                          .operation = "getItem",
                          .parameters = {{.name = "k", .kind = ParameterKind::kInteger}}});
        table_.push_back({.method = Method::kPost,
                          .pattern = "/items/{id}",
                          .operation = "postItem",
                          .bodies = {{"application/json"}, {"image/*"}}});
        table_.push_back({.method = Method::kPut,
                          .pattern = "/items/{id}",
                          .operation = "putItem",
                          .bodies = {{"multipart/form-data"}},
                          .body_bytes_max = 1'000});
        router_.emplace(table_);
        limits_.json_bytes_max = 100;
    }

    Admission admit_with(std::string method, std::string target, Pairs headers = {}) {
        RequestHead head{.method = std::move(method),
                         .target = std::move(target),
                         .headers = std::move(headers)};
        if (!head.header("host")) head.headers.emplace_back("host", "localhost");
        if (const auto length = head.header("content-length")) {
            head.body_bytes = std::stoull(std::string(*length));
            head.has_body = *head.body_bytes > 0;
        }
        if (head.header("transfer-encoding")) head.has_body = true;
        return admit({access_, *router_, limits_, transport_}, head);
    }

    /// "200" when it is let in, else the status and the code of the problem.
    std::string verdict(std::string method, std::string target, Pairs headers = {}) {
        const Admission admission =
            admit_with(std::move(method), std::move(target), std::move(headers));
        if (!admission.answer) return "200";
        const auto problem = parse_json(std::get<std::string>(admission.answer->body));
        if (!problem) return std::to_string(admission.answer->status);
        return fmt::format("{} {}", admission.answer->status, problem->find("code")->text());
    }

    RouteTable table_;
    std::optional<Router> router_;
    Limits limits_;
    AccessRules access_;
    Transport transport_ = Transport::kTcp;
};

TEST_F(AdmissionTest, LetsInWhatARouteTakes) {
    const Admission admission = admit_with("GET", "/items/a%2Fb?k=3", {{"x-odd", "1"}});
    ASSERT_FALSE(admission.answer);
    EXPECT_EQ(admission.route->operation, "getItem");
    EXPECT_EQ(admission.request.capture("id"), "a/b");
    EXPECT_EQ(admission.request.query_value("k"), "3");
    EXPECT_EQ(admission.request.header("x-odd"), "1");
    EXPECT_EQ(admission.request.target, "/items/a%2Fb?k=3");
    EXPECT_EQ(admission.path, "/items/a%2Fb") << "logs show no query";
}

TEST_F(AdmissionTest, TreatsHeadAsGetWithoutABody) {
    const Admission admission = admit_with("HEAD", "/items/1");
    ASSERT_FALSE(admission.answer);
    EXPECT_TRUE(admission.is_head);
    EXPECT_EQ(admission.request.method, Method::kGet);
}

TEST_F(AdmissionTest, AsksWhoCallsBeforeAnythingElse) {
    EXPECT_EQ(verdict("GET", "/items/1", {{"host", "evil.example"}}), "421 foreign_host");
    EXPECT_EQ(verdict("GET", "/nothing", {{"host", "evil.example"}}), "421 foreign_host");
    EXPECT_EQ(verdict("OPTIONS", "*", {{"host", "evil.example"}}), "421 foreign_host");
    EXPECT_EQ(verdict("POST", "/nothing", {{"origin", "null"}}), "403 foreign_origin");
    EXPECT_EQ(verdict("GET", "http://evil.example/items/1"), "421 foreign_host");
    EXPECT_EQ(verdict("GET", "http://localhost:7171/items/1", {{"host", "evil.example"}}), "200");
}

TEST_F(AdmissionTest, AsksNobodyOnAUnixSocket) {
    transport_ = Transport::kUnix;
    EXPECT_EQ(verdict("GET", "/items/1", {{"host", "anything at all"}}), "200");
    EXPECT_EQ(verdict("POST", "/items/1", {{"origin", "http://evil.example"}}), "200");
}

TEST_F(AdmissionTest, KnowsPathsAndMethods) {
    EXPECT_EQ(verdict("GET", "/nothing"), "404 not_found");
    EXPECT_EQ(verdict("GET", "/items/%zz"), "400 invalid_argument");
    EXPECT_EQ(verdict("GET", "/items/../x"), "400 invalid_argument");
    EXPECT_EQ(verdict("GET", "items"), "400 invalid_argument");
    EXPECT_EQ(verdict("BREW", "/nothing"), "501 method_unknown");
    for (const char* const method : {"DELETE", "PATCH", "BREW", "TRACE", "get"}) {
        const Admission admission = admit_with(method, "/items/1");
        ASSERT_TRUE(admission.answer) << method;
        EXPECT_EQ(admission.answer->status, 405U);
        const Pairs allow = {{"Cache-Control", "no-store"},
                             {"Allow", "GET, HEAD, POST, PUT, OPTIONS"}};
        EXPECT_EQ(admission.answer->headers, allow);
    }
}

TEST_F(AdmissionTest, AnswersOptionsAndGrantsForeignPagesNothing) {
    const Pairs preflight = {{"origin", "https://shop.example"},
                             {"access-control-request-method", "PUT"}};
    const Admission foreign = admit_with("OPTIONS", "/items/1", preflight);
    ASSERT_TRUE(foreign.answer);
    EXPECT_EQ(foreign.answer->status, 204U);
    EXPECT_EQ(foreign.answer->headers, (Pairs{{"Allow", "GET, HEAD, POST, PUT, OPTIONS"}}));
    EXPECT_EQ(foreign.origin, "");
    EXPECT_EQ(verdict("OPTIONS", "*"), "204");
    EXPECT_EQ(verdict("OPTIONS", "/nothing"), "404 not_found");
    access_.origins = {"https://shop.example"};
    const Admission configured = admit_with("OPTIONS", "/items/1", preflight);
    EXPECT_EQ(configured.origin, "https://shop.example");
    EXPECT_EQ(configured.answer->headers.size(), 4U);
    EXPECT_EQ(admit_with("GET", "/items/1", {{"origin", "https://shop.example"}}).origin,
              "https://shop.example");
}

TEST_F(AdmissionTest, ChecksWhatABodyIs) {
    EXPECT_EQ(verdict("POST", "/items/1"), "200") << "no body: the handler says what it misses";
    const auto with = [&](std::string type) {
        return verdict("POST", "/items/1", {{"content-length", "3"}, {"content-type", type}});
    };
    EXPECT_EQ(with("application/json"), "200");
    EXPECT_EQ(with("Application/JSON; charset=utf-8"), "200");
    EXPECT_EQ(with("image/x-anything"), "200");
    for (const char* const type : {"", "text/plain", "image/", "image", "imagex/a",
                                   "application/jsonx", "application/x-www-form-urlencoded"}) {
        EXPECT_EQ(with(type), "415 media_type_not_taken") << type;
    }
    EXPECT_EQ(verdict("GET", "/items/1", {{"content-length", "3"}}), "400 body_not_taken");
    EXPECT_EQ(verdict("GET", "/items/1", {{"content-length", "0"}}), "200");
}

TEST_F(AdmissionTest, ChecksWhatABodyDeclares) {
    const auto with = [&](std::string name, std::string value) {
        return verdict("POST", "/items/1",
                       {{"content-type", "application/json"}, {std::move(name), std::move(value)}});
    };
    EXPECT_EQ(with("content-length", "100"), "200");
    EXPECT_EQ(with("content-length", "101"), "413 body_too_large");
    EXPECT_EQ(with("transfer-encoding", "chunked"), "200");
    EXPECT_EQ(with("content-encoding", "gzip"), "415 content_encoding_unknown");
    EXPECT_EQ(with("content-encoding", "identity"), "200");
    EXPECT_EQ(with("expect", "100-Continue"), "200");
    EXPECT_EQ(with("expect", "a miracle"), "417 expectation_unknown");
    const Admission large = admit_with(
        "PUT", "/items/1",
        {{"content-type", "multipart/form-data; boundary=a"}, {"content-length", "1001"}});
    EXPECT_EQ(large.answer->status, 413U);
    EXPECT_EQ(large.limit, "upload_bytes_max");
    EXPECT_EQ(large.route->operation, "putItem");
}

TEST_F(AdmissionTest, ChecksParameters) {
    EXPECT_EQ(verdict("GET", "/items/1?k=x"), "400 invalid_argument");
    EXPECT_EQ(verdict("GET", "/items/1?cat=1"), "400 invalid_argument");
    EXPECT_EQ(verdict("GET", "/items/1?k=1&k=2"), "400 invalid_argument");
}

}  // namespace
}  // namespace sokkuri::http
