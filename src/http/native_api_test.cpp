// Goal: the description, the routes and what they answer are one thing. Method: the real table; a
// real server that is opening, ready and stopping.
#include "http/native_api.h"

#include "http/openapi.h"
#include "http/openapi_schemas.h"
#include "http/testing/native_server.h"

#include <gtest/gtest.h>

#include <set>

namespace sokkuri::http {
namespace {

/// Every "$ref" inside.
void collect_references(const JsonValue& value, std::set<std::string>& found) {
    for (const JsonValue& item : value.items()) {
        collect_references(item, found);
    }
    for (const auto& [name, member] : value.members()) {
        if (name == "$ref") found.insert(std::string(member.text()));
        collect_references(member, found);
    }
}

class NativeApiTest : public ::testing::Test {
 protected:
    NativeServer server_{0};
};

TEST_F(NativeApiTest, DescribesEveryRouteOnce) {
    const CheckedAnswer answer = server_.get("/openapi.json");
    ASSERT_EQ(answer.status(), 200U);
    EXPECT_EQ(answer.text("openapi"), "3.1.0");
    std::set<std::string> operations;
    const JsonValue paths = answer.at("paths");
    for (const auto& [path, methods] : paths.members()) {
        for (const auto& [method, operation] : methods.members()) {
            const std::string id(operation.find("operationId")->text());
            EXPECT_TRUE(operations.insert(id).second) << id << " is there twice";
            EXPECT_FALSE(operation.find("summary")->text().empty()) << id;
            EXPECT_FALSE(operation.find("tags")->items().front().text().empty()) << id;
            EXPECT_GE(operation.find("responses")->members().size(), 2U) << id;
            const auto* parameters = operation.find("parameters");
            const std::size_t captures = captures_of(path).size();
            EXPECT_GE(parameters ? parameters->items().size() : 0U, captures) << id;
        }
    }
    EXPECT_EQ(operations.size(), 46U);
}

TEST(NativeRoutes, ThoseThatWriteKeepNoThreadFromOthers) {
    NativeServer server(0);
    std::size_t writing = 0;
    for (const Route& route : server.routes()) {
        const bool changes_items = route.method != Method::kGet && route.method != Method::kPost;
        const bool is_of_jobs = route.pattern.starts_with("/v1/jobs");
        const bool is_alone =
            route.work == WorkClass::kWriting || route.work == WorkClass::kWaiting;
        EXPECT_EQ(is_alone, (changes_items && !is_of_jobs) || route.operation == "loadItems")
            << route.operation;
        writing += is_alone ? 1 : 0;
    }
    EXPECT_EQ(writing, 11U);
}

TEST_F(NativeApiTest, RefersToSchemasThatAreThereAndToAllOfThem) {
    std::set<std::string> used;
    collect_references(server_.openapi(), used);
    std::set<std::string> there;
    for (const Schema& schema : schemas()) {
        const std::string name = "#/components/schemas/" + std::string(schema.name);
        EXPECT_TRUE(there.insert(name).second) << name << " is there twice";
    }
    EXPECT_EQ(used, there);
}

TEST_F(NativeApiTest, IsHealthyAlwaysAndReadyWhenItIs) {
    EXPECT_EQ(server_.get("/readyz").text("status"), "ready");
    for (const ServingState state : {ServingState::kOpening, ServingState::kStopping}) {
        server_.readiness().set(state);
        const CheckedAnswer answer = server_.get("/readyz");
        EXPECT_EQ(answer.status(), 503U);
        EXPECT_EQ(answer.text("code"), "unavailable");
        EXPECT_FALSE(answer.raw.header("retry-after").empty());
        EXPECT_EQ(server_.get("/healthz").text("status"), "ok");
    }
}

TEST_F(NativeApiTest, NamesTheCollectionsThatThereAre) {
    for (const char* path : {"", "/items", "/items/a", "/items/a/similar", "/items/a/thumbnail",
                             "/items/a/image", "/items/a/original", "/failures", "/queries/q",
                             "/queries/q/hits", "/queries/q/preview"}) {
        const CheckedAnswer answer = server_.get(std::string("/v1/collections/none") + path);
        EXPECT_EQ(answer.status(), 404U) << path;
        EXPECT_NE(answer.detail().find(server_.collection()), std::string::npos)
            << path << ": " << answer.detail();
    }
    EXPECT_EQ(server_.send("POST", "/v1/collections/none/search", R"({"id":"a"})").status(), 404U);
    EXPECT_EQ(server_.send("POST", "/v1/collections/none/index", "{}").status(), 404U);
    EXPECT_EQ(server_.send("PUT", "/v1/collections/none/items/a", "{}").status(), 404U);
    EXPECT_EQ(server_.ask("DELETE", "/v1/collections/none/items/a").status(), 404U);
}

TEST_F(NativeApiTest, SaysWhatAnEmptyCollectionIs) {
    const CheckedAnswer answer = server_.get("/v1/collections");
    ASSERT_EQ(answer.status(), 200U);
    EXPECT_EQ(answer.text("collections.0.name"), server_.collection());
    EXPECT_EQ(answer.text("collections.0.folder"), server_.folder().path());
    EXPECT_EQ(answer.integer("collections.0.items"), 0U);
    EXPECT_TRUE(answer.at("collections.0.model").is_null());
    EXPECT_TRUE(answer.at("collections.0.bands").is_null());
    EXPECT_EQ(server_.get(server_.target("/items")).at("items").items().size(), 0U);
    EXPECT_EQ(server_.get(server_.target("/items?sample=5")).at("items").items().size(), 0U);
    EXPECT_EQ(server_.get(server_.target("/items/a/similar")).status(), 404U);
}

}  // namespace
}  // namespace sokkuri::http
