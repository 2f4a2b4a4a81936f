#include "cli/text_table.h"

#include <gtest/gtest.h>

namespace sokkuri::cli {
namespace {

TEST(TextTable, AlignsByColumnsOfTheTerminal) {
    TextTable table({{"#", Align::kRight}, {"name"}, {"path"}});
    table.add_row({{"1"}, {"ねこ"}, {"a"}});
    table.add_row({{"10"}, {"cat"}, {"b"}});
    EXPECT_EQ(table.text(Terminal{}), " #  name  path\n 1  ねこ  a\n10  cat   b\n");
}

TEST(TextTable, CutsLongPathsOnATerminalOnly) {
    TextTable table({{"#"}, {"path"}});
    table.add_row({{"1"}, {std::string(100, 'x') + "end"}});
    const Terminal narrow{.out_is_terminal = true, .columns = 40};
    const std::string cut = table.text(narrow);
    EXPECT_NE(cut.find("…"), std::string::npos);
    EXPECT_NE(cut.find("end\n"), std::string::npos);
    EXPECT_EQ(display_width(cut.substr(cut.find('\n') + 1)), 40U + 1U) << "and the line break";
    EXPECT_EQ(table.text(Terminal{}).find("…"), std::string::npos);
}

TEST(TextTable, ColorsDoNotMoveColumns) {
    TextTable table({{"band"}, {"path"}});
    table.add_row({{"near", Style::kGood, true}, {"a"}});
    const std::string text = table.text(Terminal{.has_color = true});
    EXPECT_NE(text.find("\x1b[32mnear\x1b[0m  a"), std::string::npos);
}

}  // namespace
}  // namespace sokkuri::cli
