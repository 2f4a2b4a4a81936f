// Goal: each patch is one line, whatever its document looks like. Method: back through the reader
// of JSON.
#include "cli/patch_lines.h"

#include "base/json.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace sokkuri::cli {
namespace {

TEST(PatchLines, ADocumentOfManyLinesIsOne) {
    const std::vector<service::ItemPatch> patches = {
        {.id = "a", .path = "", .patch = "{\n  \"n\": 1,\r\n  \"text\": \"\\n\"\n}"},
        {.id = "", .path = "b.jpg", .patch = "{}"}};
    const std::string text = patch_lines(patches);
    ASSERT_EQ(std::ranges::count(text, '\n'), 2);
    EXPECT_EQ(text.find('\r'), std::string::npos);
    const auto first = parse_json(text.substr(0, text.find('\n')));
    ASSERT_TRUE(first) << first.error().message();
    EXPECT_EQ(first->find("document")->find("n")->as_uint64().value(), 1U);
    EXPECT_EQ(first->find("document")->find("text")->text(), "\n");
}

}  // namespace
}  // namespace sokkuri::cli
