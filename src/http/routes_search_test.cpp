// Goal: searches over HTTP find what service finds, page by page, by every way of asking; what
// cannot be asked is refused by name. Method: a real server over drawn pictures and a small model.
#include "base/base64.h"
#include "http/percent_encoding.h"
#include "http/testing/native_server.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <memory>

namespace sokkuri::http {
namespace {

constexpr unsigned kPictures = 12;
constexpr std::string_view kForm = "Content-Type: multipart/form-data; boundary=cut\r\n";

std::string form(std::string_view part, std::string_view content) {
    return fmt::format(
        "--cut\r\nContent-Disposition: form-data; name=\"{}\"; filename=\"a.jpg\"\r\n"
        "Content-Type: image/jpeg\r\n\r\n{}\r\n--cut--\r\n",
        part, content);
}

std::string base64_of(std::string_view bytes) {
    return base64(std::as_bytes(std::span(bytes)));
}

/// Ids of the hits; "?" and the problem for anything else.
std::vector<std::string> ids(const CheckedAnswer& answer) {
    if (answer.status() != 200) return {"?", answer.raw.body};
    std::vector<std::string> found;
    const JsonValue hits = answer.at("hits");
    for (const JsonValue& hit : hits.items()) {
        found.emplace_back(hit.find("id")->text());
    }
    return found;
}

class SearchRoutes : public ::testing::Test {
 protected:
    static void SetUpTestSuite() {
        if (!service::testing::models_folder().empty()) {
            server = std::make_unique<NativeServer>(kPictures);
        }
    }
    static void TearDownTestSuite() { server.reset(); }
    void SetUp() override {
        if (!server) GTEST_SKIP() << service::testing::missing_data();
    }

    static CheckedAnswer search(std::string_view json, std::string_view query = "") {
        return server->send("POST", server->target("/search" + std::string(query)), json);
    }
    static CheckedAnswer similar(const std::string& id, std::string_view query) {
        return server->get(
            server->target(fmt::format("/items/{}/similar{}", percent_encoded(id), query)));
    }
    static void expect_refusal(const CheckedAnswer& answer, std::string_view why) {
        EXPECT_EQ(answer.status(), 400U) << answer.raw.body;
        EXPECT_NE(answer.detail().find(why), std::string::npos) << answer.detail();
    }
    /// A picture that is not in the collection; each test its own: queries are remembered.
    static std::string foreign_picture(unsigned seed) {
        const service::testing::PictureFolder elsewhere;
        elsewhere.draw("a.jpg", seed);
        std::ifstream file(elsewhere.path("a.jpg"), std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }

    static std::unique_ptr<NativeServer> server;
};

std::unique_ptr<NativeServer> SearchRoutes::server;

TEST_F(SearchRoutes, PagesOfSimilarFitTogether) {
    const std::string id = server->id_of("0.jpg");
    const CheckedAnswer whole = similar(id, "?k=100");
    const std::vector<std::string> all = ids(whole);
    ASSERT_EQ(all.size(), kPictures - 1);
    EXPECT_EQ(whole.text("query.item"), id);
    EXPECT_EQ(whole.integer("items"), kPictures);
    EXPECT_EQ(whole.text("hits.0.path").substr(0, 1),
              whole.text("hits.0.document.path").substr(0, 1));
    for (const unsigned k : {1U, 4U, 11U}) {
        std::vector<std::string> pages;
        for (std::size_t offset = 0; offset < all.size(); offset += k) {
            const CheckedAnswer page = similar(id, fmt::format("?k={}&offset={}", k, offset));
            EXPECT_EQ(page.integer("hits.0.rank"), offset + 1);
            EXPECT_EQ(page.integer("k"), k);
            EXPECT_EQ(page.integer("offset"), offset);
            const std::vector<std::string> found = ids(page);
            pages.insert(pages.end(), found.begin(), found.end());
        }
        EXPECT_EQ(pages, all) << "k " << k;
    }
    EXPECT_TRUE(ids(similar(id, "?offset=99")).empty());
    const CheckedAnswer with_self = similar(id, "?include_self=true&k=1");
    EXPECT_EQ(ids(with_self), (std::vector<std::string>{id}));
    EXPECT_EQ(with_self.text("hits.0.band"), "identical");
}

TEST_F(SearchRoutes, AnswersSayHowSurelyAndTakeTheKnob) {
    const std::string id = server->id_of("0.jpg");
    const CheckedAnswer plain = similar(id, "");
    EXPECT_EQ(plain.at("search.recall_asked").as_double().value(), 0.99);
    EXPECT_EQ(plain.text("search.path"), "exact") << "so few are compared one by one";
    EXPECT_EQ(plain.at("search.recall_expected").as_double().value(), 1);
    EXPECT_TRUE(plain.at("search.ef").is_null());
    EXPECT_EQ(similar(id, "?recall=0.9").at("search.recall_asked").as_double().value(), 0.9);
    EXPECT_EQ(similar(id, "?exact=true").at("search.recall_asked").as_double().value(), 1);
    EXPECT_TRUE(similar(id, "?ef=20").at("search.recall_asked").is_null());
    const std::string of_item = fmt::format(R"("id":"{}")", id);
    const CheckedAnswer in_body = search(fmt::format(R"({{{},"recall":0.75}})", of_item));
    EXPECT_EQ(in_body.at("search.recall_asked").as_double().value(), 0.75);
    EXPECT_EQ(ids(in_body), ids(plain));

    expect_refusal(similar(id, "?recall=0.3"), "recall");
    expect_refusal(similar(id, "?ef=0"), "ef");
    expect_refusal(similar(id, "?recall=0.9&ef=20"), "only one");
    expect_refusal(similar(id, "?exact=true&ef=20"), "only one");
    expect_refusal(search(fmt::format(R"({{{},"recall":2}})", of_item)), "recall");
    expect_refusal(search(fmt::format(R"({{{},"ef":0}})", of_item)), "ef");
    expect_refusal(search(fmt::format(R"({{{},"exact":1}})", of_item)), "exact");
    expect_refusal(search(fmt::format(R"({{{},"ef":20}})", of_item), "?ef=30"), "both");
}

TEST_F(SearchRoutes, EveryWayToSendAPictureFindsTheSame) {
    const std::string picture = foreign_picture(1'000);
    const std::string target = server->target("/search?k=5");
    const CheckedAnswer raw = server->send_picture(target, picture);
    ASSERT_EQ(ids(raw).size(), 5U) << raw.raw.body;
    EXPECT_TRUE(raw.at("query.item").is_null());
    EXPECT_EQ(raw.text("query.query_id").size(), 22U);
    EXPECT_GT(raw.at("timings_ms.infer").as_double().value(), 0);
    const CheckedAnswer sent = server->ask("POST", target, form("picture", picture), kForm);
    EXPECT_EQ(ids(sent), ids(raw));
    const std::string json = fmt::format(R"({{"picture":"{}","k":5}})", base64_of(picture));
    EXPECT_EQ(ids(search(json)), ids(raw));
    const std::string handle = raw.text("query.query_id");
    EXPECT_EQ(sent.text("query.query_id"), handle);
    EXPECT_EQ(ids(search(fmt::format(R"({{"query_id":"{}","k":5}})", handle))), ids(raw));
    const std::string again = server->target("/queries/" + handle + "/hits");
    EXPECT_EQ(ids(server->get(again + "?k=5")), ids(raw));
    EXPECT_EQ(ids(server->get(again + "?limit=5")), ids(raw));
    EXPECT_EQ(ids(server->get(again)).size(), kPictures);
    const CheckedAnswer embedded =
        server->ask("POST", "/v1/embed", picture, "Content-Type: image/jpeg\r\n");
    std::string vector;
    JsonWriter(vector).value(embedded.at("vector"));
    EXPECT_EQ(embedded.integer("dimension"), embedded.at("vector").items().size());
    EXPECT_EQ(ids(search(fmt::format(R"({{"vector":{},"k":5}})", vector))), ids(raw));
}

TEST_F(SearchRoutes, RecognizesAPictureOfTheCollection) {
    const CheckedAnswer answer =
        server->send_picture(server->target("/search"), server->bytes_of("3.jpg"));
    EXPECT_EQ(answer.text("query.item"), server->id_of("3.jpg"));
    EXPECT_EQ(answer.text("hits.0.id"), server->id_of("3.jpg"));
    EXPECT_EQ(answer.text("hits.0.path"), "3.jpg");
    EXPECT_EQ(answer.at("timings_ms.infer").as_double().value(), 0);
    const CheckedAnswer by_path = search(R"({"id":"3.jpg","k":3})");
    EXPECT_EQ(by_path.text("query.item"), server->id_of("3.jpg"));
}

TEST_F(SearchRoutes, SeveralThingsAreOneSearch) {
    const auto together = [](std::string_view parts, std::string_view more = "") {
        return search(fmt::format(R"({{"together":[{}],"k":12{}}})", parts, more));
    };
    const std::string both = R"({"id":"0.jpg"},{"id":"1.jpg"})";
    const CheckedAnswer mean = together(both);
    EXPECT_EQ(ids(mean).size(), kPictures - 2);
    EXPECT_TRUE(mean.at("query.item").is_null());
    EXPECT_EQ(ids(together(R"({"id":"0.jpg"},{"id":"0.jpg","weight":0.5})")),
              ids(similar(server->id_of("0.jpg"), "?k=12")));
    // The best of either list leads.
    const CheckedAnswer nearest = together(both, R"(,"combine":"nearest")");
    double best = 0;
    for (const char* name : {"0.jpg", "1.jpg"}) {
        const JsonValue hits = similar(server->id_of(name), "?k=12").at("hits");
        for (const JsonValue& hit : hits.items()) {
            const std::string_view id = hit.find("id")->text();
            if (id == server->id_of("0.jpg") || id == server->id_of("1.jpg")) continue;
            best = std::max(best, hit.find("score")->as_double().value());
        }
    }
    EXPECT_NEAR(nearest.at("hits.0.score").as_double().value(), best, 1e-6);

    expect_refusal(together(""), "0 parts: 1 to 1000");
    expect_refusal(together("7"), "together[0]: an object is expected");
    expect_refusal(together(R"({"weight":1})"), "together[0]: exactly one of id, vector");
    expect_refusal(together(R"({"id":"0.jpg","k":1})"), "together[0]");
    expect_refusal(together(R"({"vector":[1,2]})"), "part 1: ");
    expect_refusal(together(R"({"id":"0.jpg","weight":0})"), "weights must sum to more than 0");
    expect_refusal(together(both, R"(,"combine":"max")"), "must be mean, nearest or farthest");
    expect_refusal(together(both, R"(,"id":"0.jpg")"), "not 2");
    expect_refusal(search(R"({"id":"0.jpg","combine":"mean"})"), "only beside together");
}

TEST_F(SearchRoutes, LeavesOutWhatScoresLess) {
    const std::string id = server->id_of("0.jpg");
    const CheckedAnswer all = similar(id, "?k=100");
    const double cut = all.at("hits.5.score").as_double().value();
    const CheckedAnswer cut_off = similar(id, fmt::format("?k=100&min_score={}", cut - 1e-6));
    EXPECT_GE(ids(cut_off).size(), 6U);
    const JsonValue hits = cut_off.at("hits");
    for (const JsonValue& hit : hits.items()) {
        EXPECT_GE(hit.find("score")->as_double().value(), cut - 1e-5);
    }
    EXPECT_TRUE(ids(similar(id, "?min_score=2")).empty());
    EXPECT_EQ(ids(similar(id, "?min_score=-1&k=100")), ids(all));
}

TEST_F(SearchRoutes, RefuseWhatCannotBeAsked) {
    expect_refusal(search("{}"), "exactly one of id, vector, picture, query_id and together");
    expect_refusal(search(R"({"id":"a","query_id":"b"})"), "not 2");
    expect_refusal(search(R"({"id":"a","k":0})"), "k = 0: must be 1 to 1000");
    expect_refusal(search(R"({"id":"a","k":1001})"), "1001");
    expect_refusal(search(R"({"id":"a","k":2.5})"), "k");
    expect_refusal(search(R"({"id":"a","offset":99001})"), "99000");
    expect_refusal(search(R"({"id":"a","k":5})", "?k=5"), "k: said both");
    expect_refusal(search(R"({"id":"a","min_score":"high"})"), "min_score");
    expect_refusal(search(R"({"vector":[1,2,3]})"), "3 components");
    expect_refusal(search(R"({"id":"a","shade":1})"), "shade");
    expect_refusal(search(R"({"picture":""})"), "no bytes");
    expect_refusal(search("{", ""), "body");
    expect_refusal(search(R"({"id":""})"), "id: 0 bytes");
    expect_refusal(search(R"({"id":"0.jpg\u0000"})"), "id: has a NUL");
    expect_refusal(search(fmt::format(R"({{"id":"{}"}})", std::string(5'000, 'x'))), "4096");
    expect_refusal(search(fmt::format(R"({{"query_id":"{}"}})", std::string(65, 'x'))), "64");
    const std::string id = server->id_of("0.jpg");
    for (const std::string_view query :
         {"?k=0", "?k=1001", "?k=-1", "?k=ten", "?offset=99001", "?min_score=nan", "?min_score=inf",
          "?include_self=yes", "?size=3", "?k=1&k=2"}) {
        EXPECT_EQ(similar(id, query).status(), 400U) << query;
    }
    EXPECT_EQ(similar("no such item", "").status(), 404U);
    EXPECT_EQ(search(R"({"id":"no such item"})").status(), 404U);
    EXPECT_EQ(search(R"({"query_id":"AAAAAAAAAAAAAAAAAAAAAA"})").status(), 404U);
}

TEST_F(SearchRoutes, RefusePicturesThatAreNone) {
    const std::string target = server->target("/search");
    const CheckedAnswer text = server->send_picture(target, "plain text");
    EXPECT_EQ(text.status(), 415U);
    EXPECT_NE(text.detail().find("JPEG, PNG, WebP"), std::string::npos) << text.detail();
    const std::string whole = server->bytes_of("0.jpg");
    EXPECT_EQ(server->send_picture(target, whole.substr(0, 40)).status(), 400U);
    EXPECT_EQ(server->ask("POST", target, form("file", whole), kForm).status(), 400U);
    EXPECT_EQ(server->ask("POST", target, form("picture", whole) + "rest", kForm).status() / 100,
              2U);
    EXPECT_EQ(server->ask("POST", target, "--cut\r\n", kForm).status(), 400U);
    EXPECT_EQ(server->ask("POST", target, whole, "Content-Type: text/html\r\n").status(), 415U);
    for (const char* path : {"", "/hits", "/preview"}) {
        const CheckedAnswer gone =
            server->get(server->target("/queries/AAAAAAAAAAAAAAAAAAAAAA" + std::string(path)));
        EXPECT_EQ(gone.status(), 404U);
    }
    EXPECT_EQ(server->get(server->target("/queries/q/hits?k=1&limit=1")).status(), 400U);
    EXPECT_EQ(server->send("POST", "/v1/embed", "{}").status(), 400U);
    EXPECT_EQ(
        server->ask("POST", "/v1/embed?collection=none", whole, "Content-Type: image/jpeg\r\n")
            .status(),
        404U);
}

TEST_F(SearchRoutes, RememberWhatWasSearchedWith) {
    const CheckedAnswer answer =
        server->send_picture(server->target("/search"), server->bytes_of("1.jpg"));
    const std::string handle = answer.text("query.query_id");
    const CheckedAnswer query = server->get(server->target("/queries/" + handle));
    EXPECT_EQ(query.text("query_id"), handle);
    EXPECT_EQ(query.text("item"), server->id_of("1.jpg"));
    EXPECT_GT(query.integer("width"), 0U);
    EXPECT_LT(query.text("created"), query.text("expires"));
    const std::string preview = server->target("/queries/" + handle + "/preview");
    const CheckedAnswer jpeg = server->get(preview);
    EXPECT_EQ(jpeg.raw.header("content-type"), "image/jpeg");
    EXPECT_EQ(jpeg.raw.body.substr(0, 2), "\xff\xd8");
    const CheckedAnswer known =
        server->ask("GET", preview, "", "If-None-Match: " + jpeg.raw.header("etag") + "\r\n");
    EXPECT_EQ(known.status(), 304U);
}

TEST_F(SearchRoutes, CountTheirSteps) {
    server->send_picture(server->target("/search"), foreign_picture(2'000));
    const std::string metrics = server->get("/metrics").raw.body;
    for (const char* step : {"decode", "infer", "search"}) {
        EXPECT_NE(metrics.find(fmt::format("step=\"{}\"", step)), std::string::npos) << step;
    }
}

}  // namespace
}  // namespace sokkuri::http
