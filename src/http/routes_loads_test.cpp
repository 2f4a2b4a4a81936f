// Goal: vectors that are sent many at once are all there, or none is. Method: a real server, both
// kinds of bodies, and bodies that are wrong in one place.
#include "base/npy.h"
#include "http/testing/native_server.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>

namespace sokkuri::http {
namespace {

class LoadRoutes : public ::testing::Test {
 protected:
    CheckedAnswer load_lines(std::string_view lines, std::string_view query = "") {
        return server_.ask("POST", server_.target(fmt::format("/items{}", query)), lines,
                           "Content-Type: application/x-ndjson\r\n");
    }
    CheckedAnswer load_form(std::string_view matrix, std::string_view ids,
                            std::string_view documents = "", std::string_view query = "") {
        std::string body;
        for (const auto& [name, content] : {std::pair("vectors", matrix), std::pair("ids", ids),
                                            std::pair("documents", documents)}) {
            if (name == std::string_view("documents") && content.empty()) continue;
            body += fmt::format(
                "--x\r\nContent-Disposition: form-data; name=\"{}\"; filename=\"f\"\r\n\r\n{}\r\n",
                name, content);
        }
        return server_.ask("POST", server_.target(fmt::format("/items{}", query)),
                           body + "--x--\r\n", "Content-Type: multipart/form-data; boundary=x\r\n");
    }
    std::uint64_t items() { return server_.library().collection().count().value(); }

    NativeServer server_{0};
};

std::string matrix_of(std::uint64_t rows, std::uint64_t columns) {
    std::string bytes = npy_header("<f4", std::array<std::uint64_t, 2>{rows, columns});
    for (std::uint64_t i = 0; i < rows * columns; ++i) {
        const auto value = static_cast<float>(i);
        bytes.append(reinterpret_cast<const char*>(&value), sizeof(value));
    }
    return bytes;
}

TEST_F(LoadRoutes, TakeJsonLinesWithTheirDocumentsAsTheyAreWritten) {
    const CheckedAnswer loaded = load_lines(
        "{\"id\":\"a\",\"vector\":[1,2.5],\"document\":{\"n\": 1.50}}\n\n"
        "{\"vector\":[3,4],\"id\":7}\r\n");
    ASSERT_EQ(loaded.status(), 200U) << loaded.raw.body;
    EXPECT_EQ(loaded.integer("created"), 2U);
    EXPECT_NE(server_.get(server_.target("/items/a")).raw.body.find("{\"n\": 1.50}"),
              std::string::npos);
    const std::vector<float> expected = {3, 4};
    EXPECT_EQ(server_.library().collection().vector_of("7", "").value(), expected);
    const CheckedAnswer again = load_lines("{\"id\":\"a\",\"vector\":[1,2.5]}");
    EXPECT_EQ(again.integer("unchanged"), 1U);
}

TEST_F(LoadRoutes, TakeAMatrixWithItsIds) {
    const CheckedAnswer loaded = load_form(matrix_of(3, 4), "x\ny\nz\n");
    ASSERT_EQ(loaded.status(), 200U) << loaded.raw.body;
    EXPECT_EQ(loaded.integer("created"), 3U);
    const std::vector<float> expected = {4, 5, 6, 7};
    EXPECT_EQ(server_.library().collection().vector_of("y", "").value(), expected);
    EXPECT_EQ(load_form(matrix_of(3, 4), "x\ny\nw").integer("replaced"), 0U);
    EXPECT_EQ(items(), 4U);
}

TEST_F(LoadRoutes, RefuseAWholeBodyForOneThingThatIsWrong) {
    const std::string good = "{\"id\":\"a\",\"vector\":[1,2]}\n";
    for (const auto& [line, word] :
         {std::pair("{\"id\":\"b\",\"vector\":[1]}", "line 2"),
          std::pair("{\"id\":\"b\"}", "no vector"), std::pair("{\"vector\":[1,2]}", "no id"),
          std::pair("{\"id\":\"b\",\"vector\":[1,1e999]}", "line 2"),
          std::pair("{\"id\":\"b\",\"vector\":[1,2],\"x\":1}", "x"),
          std::pair("{\"id\":\"b\",\"vector\":[1,2]", "line 2")}) {
        const CheckedAnswer refused = load_lines(good + line);
        EXPECT_EQ(refused.status(), 400U) << line;
        EXPECT_NE(refused.detail().find(word), std::string::npos) << refused.detail();
    }
    EXPECT_EQ(load_form(matrix_of(3, 4), "x\ny\n").status(), 400U);
    const CheckedAnswer no_utf8 = load_form(matrix_of(3, 4), "x\n\xff\nz\n");
    EXPECT_EQ(no_utf8.status(), 400U);
    EXPECT_NE(no_utf8.detail().find("line 2"), std::string::npos) << no_utf8.detail();
    EXPECT_EQ(load_form(matrix_of(3, 4).substr(0, 150), "x\ny\nz\n").status(), 400U);
    EXPECT_EQ(load_form("no matrix", "x").status(), 400U);
    EXPECT_EQ(load_lines(good, "?field=none").status(), 404U);
    EXPECT_EQ(items(), 0U);
}

TEST_F(LoadRoutes, FindVectorsOfOtherFieldsInsideDocuments) {
    auto& collection = server_.library().collection();
    ASSERT_TRUE(collection.add_field({.name = "own", .dimension = 2}));
    ASSERT_TRUE(collection.add_field({.name = "crop", .dimension = 3}));
    const CheckedAnswer loaded =
        load_lines(R"({"id":"a","vector":[1,2],"document":{"n": 1, "crop":[0.1,-2,3e5]}})"
                   "\n"
                   R"({"id":"b","vector":[3,4],"document":{"crop":"none"}})",
                   "?field=own");
    ASSERT_EQ(loaded.status(), 200U) << loaded.raw.body;
    EXPECT_EQ(collection.vector_of("a", "crop").value(), (std::vector<float>{0.1F, -2, 3e5F}));
    const CheckedAnswer plain = server_.get(server_.target("/items/a"));
    EXPECT_NE(plain.raw.body.find(R"("document":{"n":1})"), std::string::npos) << plain.raw.body;
    const CheckedAnswer whole = server_.get(server_.target("/items/a?vectors=true"));
    EXPECT_NE(whole.raw.body.find(R"("document":{"n":1,"own":[1,2],"crop":[0.1,-2,300000]})"),
              std::string::npos)
        << whole.raw.body;
    const CheckedAnswer all = server_.get(server_.target("/items?vectors=true"));
    EXPECT_NE(all.raw.body.find(R"("document":{"crop":"none","own":[3,4]})"), std::string::npos)
        << all.raw.body;
    const CheckedAnswer refused =
        load_lines(R"({"id":"c","vector":[1,2],"document":{"crop":[1,2]}})", "?field=own");
    EXPECT_EQ(refused.status(), 400U);
    EXPECT_EQ(items(), 2U);
}

TEST_F(LoadRoutes, LeaveFilesAndPicturesToThoseWhoHaveThem) {
    ASSERT_EQ(
        load_lines("{\"id\":\"a\",\"vector\":[1,2],\"document\":{\"path\":\"b.jpg\"}}").status(),
        200U);
    EXPECT_EQ(server_.get(server_.target("/items/a")).raw.body.find("b.jpg"), std::string::npos);
}

TEST_F(LoadRoutes, TakeAMatrixWithDocumentsAndAMark) {
    const std::string mark = "/marks/import%20a%2Fb";
    EXPECT_EQ(server_.get(server_.target(mark)).status(), 404U);
    EXPECT_EQ(server_.ask("DELETE", server_.target(mark)).status(), 204U);
    const CheckedAnswer loaded =
        load_form(matrix_of(3, 4), "x\ny\nz\n", "{\"n\": 1.50}\n\n{\"path\":\"/etc\"}\n",
                  "?mark=import%20a%2Fb&mark_value=3%201");
    ASSERT_EQ(loaded.status(), 200U) << loaded.raw.body;
    EXPECT_EQ(server_.get(server_.target("/items/x")).at("document.n").as_double().value(), 1.5);
    EXPECT_TRUE(server_.get(server_.target("/items/y")).at("document").members().empty());
    EXPECT_TRUE(server_.get(server_.target("/items/z")).at("document").members().empty())
        << "what file an item is, is not for others to say";
    EXPECT_EQ(server_.get(server_.target(mark)).text("value"), "3 1");
    EXPECT_EQ(server_.get(server_.target(mark)).text("mark"), "import a/b");
    EXPECT_EQ(server_.ask("DELETE", server_.target(mark)).status(), 204U);
    EXPECT_EQ(server_.get(server_.target(mark)).status(), 404U);
    EXPECT_EQ(load_form(matrix_of(2, 4), "x\ny\n", "{}\n").status(), 400U) << "one is missing";
    EXPECT_EQ(load_form(matrix_of(2, 4), "x\ny\n", "{}\n[]\n").status(), 400U);
    EXPECT_EQ(load_form(matrix_of(2, 4), "x\ny\n", "", "?mark=a").status(), 400U);
}

TEST_F(LoadRoutes, ReplaceDocumentsAlone) {
    ASSERT_EQ(load_form(matrix_of(2, 4), "x\ny\n", "{\"n\":1}\n{\"n\":2}\n").status(), 200U);
    const auto put = [&](std::string_view lines) {
        return server_.ask("PUT", server_.target("/documents"), lines,
                           "Content-Type: application/x-ndjson\r\n");
    };
    const CheckedAnswer changed =
        put("{\"id\":\"x\",\"document\":{\"m\": 3.0}}\n{\"id\":\"y\",\"document\":{\"n\":2}}\n\n"
            "{\"id\":\"none\",\"document\":{}}");
    ASSERT_EQ(changed.status(), 200U) << changed.raw.body;
    EXPECT_EQ(changed.integer("changed"), 1U);
    EXPECT_EQ(changed.integer("unchanged"), 1U);
    EXPECT_EQ(changed.integer("unmatched"), 1U);
    EXPECT_NE(server_.get(server_.target("/items/x")).raw.body.find("{\"m\": 3.0}"),
              std::string::npos);
    EXPECT_EQ(server_.library().collection().vector_of("x", "").value().size(), 4U);
    for (const char* wrong :
         {"{\"id\":\"x\"}", "{\"document\":{}}", "[]", "{\"id\":\"x\",\"document\":1}"})
        EXPECT_EQ(put(wrong).status(), 400U) << wrong;
    std::string many;
    for (int i = 0; i < 1'001; ++i)
        many += fmt::format("{{\"id\":\"{}\",\"document\":{{}}}}\n", i);
    EXPECT_EQ(put(many).status(), 413U);
}

TEST_F(LoadRoutes, OfTwoDocumentsOfOneItemTheLastOneStays) {
    ASSERT_EQ(load_form(matrix_of(1, 4), "x\n", "{\"v\":1}\n").status(), 200U);
    const auto put = [&](std::string_view lines) {
        return server_.ask("PUT", server_.target("/documents"), lines,
                           "Content-Type: application/x-ndjson\r\n");
    };
    const CheckedAnswer changed =
        put("{\"id\":\"x\",\"document\":{\"v\":2}}\n{\"id\":\"x\",\"document\":{\"v\":1}}\n");
    ASSERT_EQ(changed.status(), 200U) << changed.raw.body;
    EXPECT_EQ(changed.integer("changed"), 2U);
    EXPECT_EQ(server_.get(server_.target("/items/x")).at("document.v").as_uint64().value(), 1U);
    ASSERT_EQ(put("{\"id\":\"x\",\"document\":{\"v\":1}}\n{\"id\":\"x\",\"document\":{\"v\":3}}\n")
                  .integer("unchanged"),
              1U);
    EXPECT_EQ(server_.get(server_.target("/items/x")).at("document.v").as_uint64().value(), 3U);
}

TEST_F(LoadRoutes, KeepAMarkWithoutItems) {
    EXPECT_EQ(load_lines("", "?mark=m&mark_value=v").status(), 404U) << "no field to keep it by";
    ASSERT_EQ(load_form(matrix_of(1, 4), "x\n").status(), 200U);
    ASSERT_EQ(load_lines("", "?mark=m&mark_value=v").status(), 200U);
    EXPECT_EQ(server_.get(server_.target("/marks/m")).text("value"), "v");
    EXPECT_EQ(load_lines("").status(), 200U);
}

TEST_F(LoadRoutes, RefuseIdsThatNoPathCanName) {
    for (const char* id : {".", ".."}) {
        const CheckedAnswer refused = load_lines(fmt::format(R"({{"id":"a","vector":[1]}}
{{"id":"{}","vector":[1]}})",
                                                             id));
        EXPECT_EQ(refused.status(), 400U) << id;
        EXPECT_NE(refused.detail().find("row 1"), std::string::npos) << refused.detail();
    }
    EXPECT_EQ(items(), 0U);
}

TEST_F(LoadRoutes, RefuseAConditionOfManyItems) {
    ASSERT_EQ(load_form(matrix_of(1, 4), "x\n", "{\"v\":1}\n").status(), 200U);
    constexpr const char* kHeaders = "Content-Type: application/x-ndjson\r\nIf-Match: \"77\"\r\n";
    const std::string line = R"({"id":"x","document":{"v":2}})";
    const auto ask = [&](const char* method, std::string_view rest, std::string_view body) {
        return server_.ask(method, server_.target(rest), body, kHeaders);
    };
    EXPECT_EQ(ask("PUT", "/documents", line).status(), 400U);
    EXPECT_EQ(ask("PATCH", "/items", line).status(), 400U);
    EXPECT_EQ(ask("POST", "/items", R"({"id":"x","vector":[1,2,3,4]})").status(), 400U);
    EXPECT_EQ(server_.get(server_.target("/items/x")).at("document.v").as_uint64().value(), 1U);
}

}  // namespace
}  // namespace sokkuri::http
