// Goal: filters, group caps, orders and facets over HTTP, in the query string and in JSON, say what
// the attributes of the items say; what is no filter is refused by name.
#include "http/percent_encoding.h"
#include "http/testing/native_server.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <set>

namespace sokkuri::http {
namespace {

constexpr unsigned kPictures = 12;

class FilterRoutes : public ::testing::Test {
 protected:
    static void SetUpTestSuite() {
        if (service::testing::models_folder().empty()) return;
        server = std::make_unique<NativeServer>(kPictures);
        for (unsigned i = 0; i < kPictures; ++i) {
            const std::string document =
                fmt::format(R"({{"document":{{"price":{},"shop":"s{}","title":"{}"}}}})", i, i % 3,
                            i % 2 == 0 ? "赤い靴" : "white coat");
            const CheckedAnswer put = server->send(
                "PUT", server->target("/items/" + percent_encoded(server->id_of(path_of(i)))),
                document);
            EXPECT_EQ(put.status(), 200U) << put.raw.body;
        }
    }
    static void TearDownTestSuite() { server.reset(); }
    void SetUp() override {
        if (!server) GTEST_SKIP() << service::testing::missing_data();
    }

    static std::string path_of(unsigned i) { return fmt::format("{}.jpg", i); }

    static CheckedAnswer search(std::string_view members) {
        return server->send(
            "POST", server->target("/search"),
            fmt::format(R"({{"id":{:?},"k":100,{}}})", server->id_of("0.jpg"), members));
    }
    static CheckedAnswer similar(std::string_view query) {
        return server->get(
            server->target(fmt::format("/items/{}/similar?k=100&include_self=true&{}",
                                       percent_encoded(server->id_of("0.jpg")), query)));
    }
    /// Of the hits or items, in their order.
    static std::vector<std::uint64_t> prices(const CheckedAnswer& answer,
                                             std::string_view list = "hits") {
        EXPECT_EQ(answer.status(), 200U) << answer.raw.body;
        std::vector<std::uint64_t> found;
        const JsonValue listed = answer.at(list);
        for (const JsonValue& item : listed.items())
            found.push_back(item.find("document")->find("price")->as_uint64().value());
        return found;
    }
    static std::set<std::uint64_t> set_of(const std::vector<std::uint64_t>& prices) {
        return {prices.begin(), prices.end()};
    }
    static void expect_refusal(const CheckedAnswer& answer, std::string_view why) {
        EXPECT_EQ(answer.status(), 400U) << answer.raw.body;
        EXPECT_NE(answer.detail().find(why), std::string::npos) << answer.detail();
    }

    static std::unique_ptr<NativeServer> server;
};

std::unique_ptr<NativeServer> FilterRoutes::server;

using Prices = std::set<std::uint64_t>;

TEST_F(FilterRoutes, AFilterInJsonPassesWhatItSays) {
    const CheckedAnswer answer =
        search(R"("filter":{"bool":{"must":{"range":{"price":{"gte":4,"lt":9}}},)"
               R"("must_not":{"term":{"shop":"s0"}}}})");
    EXPECT_EQ(set_of(prices(answer)), (Prices{4, 5, 7, 8}));
    EXPECT_EQ(answer.integer("items"), 4U);
    EXPECT_EQ(set_of(prices(search(R"("filter":{"match":{"title":"靴"}})"))),
              (Prices{2, 4, 6, 8, 10}))
        << "without the item itself";
    EXPECT_EQ(set_of(prices(search(R"("filter":"price in 3,4")"))), (Prices{3, 4}));
}

TEST_F(FilterRoutes, AFilterInTheQueryStringPassesTheSame) {
    EXPECT_EQ(set_of(prices(similar("filter=price%3E%3D10"))), (Prices{10, 11}));
    EXPECT_EQ(set_of(prices(similar("filter=%7B%22term%22%3A%7B%22shop%22%3A%22s1%22%7D%7D"))),
              (Prices{1, 4, 7, 10}));
    EXPECT_EQ(
        set_of(prices(server->get(server->target("/items?sample=50&filter=price%3C3")), "items")),
        (Prices{0, 1, 2}));
}

TEST_F(FilterRoutes, AGroupCapAndAnOrderArrangeTheHits) {
    const CheckedAnswer capped = search(R"("group_by":"shop","per_group":2)");
    std::map<std::uint64_t, int> by_shop;
    for (const std::uint64_t price : prices(capped))
        ++by_shop[price % 3];
    EXPECT_EQ(by_shop, (std::map<std::uint64_t, int>{{0, 2}, {1, 2}, {2, 2}}));
    EXPECT_EQ(prices(similar("group_by=shop")).size(), 3U);
    EXPECT_EQ(prices(similar("sort=price&filter=price%3C4")),
              (std::vector<std::uint64_t>{0, 1, 2, 3}));
    EXPECT_EQ(prices(search(R"("sort":"-price","filter":"price<4")")),
              (std::vector<std::uint64_t>{3, 2, 1}));
}

TEST_F(FilterRoutes, FacetsCountWhatTheFilterLetsThrough) {
    const CheckedAnswer counted =
        server->send("POST", server->target("/facets"),
                     R"({"filter":"price<7","facets":["shop",{"by":"price","size":2}]})");
    EXPECT_EQ(counted.status(), 200U) << counted.raw.body;
    EXPECT_EQ(counted.integer("items"), 7U);
    EXPECT_EQ(counted.text("facets.0.by"), "shop");
    EXPECT_EQ(counted.text("facets.0.counts.0.value"), "s0");
    EXPECT_EQ(counted.integer("facets.0.counts.0.items"), 3U);
    EXPECT_EQ(counted.integer("facets.1.values"), 7U);
    EXPECT_EQ(counted.at("facets.1.counts").items().size(), 2U);
    const CheckedAnswer searched = similar("facets=shop&k=1");
    EXPECT_EQ(searched.status(), 400U) << "k twice";
    const CheckedAnswer hits = search(R"("filter":"shop=s1","facets":["shop"])");
    EXPECT_EQ(hits.integer("facets.0.counts.0.items"), 4U);
}

TEST_F(FilterRoutes, RefuseWhatIsNoFilterByName) {
    expect_refusal(search(R"("filter":{"nested":{}})"), "nested");
    expect_refusal(search(R"("filter":3)"), "filter");
    expect_refusal(search(R"("filter":"price")"), "FIELD=VALUE");
    expect_refusal(search(R"("per_group":2)"), "group_by");
    expect_refusal(search(R"("group_by":"shop","per_group":0)"), "0 hits");
    expect_refusal(search(R"("sort":"")"), "sort");
    expect_refusal(search(R"("facets":[3])"), "facets");
    expect_refusal(search(R"("facets":[{"by":"shop","size":0}])"), "0 values");
    expect_refusal(search(R"("facets":[{"by":"shop","by":"price"}])"), "twice");
    expect_refusal(similar("filter=%7B"), "filter");
    expect_refusal(server->get(server->target("/items?filter=a%3D1")), "sample");
}

}  // namespace
}  // namespace sokkuri::http
