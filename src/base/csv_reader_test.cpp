// Goal: what was written by the rules of RFC 4180 is read back; everything else is named with its
// line. Method: random tables against their own text; single broken files.
#include "base/csv_reader.h"

#include "base/testing/temporary_directory.h"

#include <gtest/gtest.h>

#include <random>

namespace sokkuri {
namespace {

using Table = std::vector<std::vector<std::string>>;

class Csv : public ::testing::Test {
 protected:
    Result<Table> read(const std::string& text, const CsvLimits& limits = {}) {
        const std::string path = folder_.path() + "/table.csv";
        EXPECT_TRUE(replace_file(posix_file_system(), path, std::as_bytes(std::span(text))));
        CsvReader reader = TRY(CsvReader::open(posix_file_system(), path, limits));
        Table table;
        lines.clear();
        for (;;) {
            auto row = TRY(reader.next());
            if (!row) return table;
            table.push_back(std::move(*row));
            lines.push_back(reader.line());
        }
    }
    std::string refusal(const std::string& text, const CsvLimits& limits = {}) {
        const auto table = read(text, limits);
        EXPECT_FALSE(table) << text;
        return table ? "" : table.error().message();
    }

    std::vector<std::uint64_t> lines;

 private:
    testing::TemporaryDirectory folder_;
};

std::string in_quotes(const std::string& cell) {
    std::string text = "\"";
    for (const char c : cell)
        text += c == '"' ? "\"\"" : std::string(1, c);
    return text + '"';
}

TEST_F(Csv, WhatWasWrittenIsReadBack) {
    constexpr unsigned kSeed = 7;
    std::mt19937 random(kSeed);
    const std::vector<std::string> cells = {"a",   "",     "ねこ, \"はい\"", "two\nlines", "\"",
                                            " x ", "1.50", "\r\n",           "a\r\n\rb\n"};
    const std::vector<std::string> ends = {"\r\n", "\n", "\r"};
    for (int round = 0; round < 200; ++round) {
        Table table(1 + random() % 5);
        std::string text = round % 2 == 0 ? "\xEF\xBB\xBF" : "";
        for (auto& row : table) {
            row.resize(2 + random() % 3);
            for (std::string& cell : row) {
                cell = cells[random() % cells.size()];
                const bool is_plain = cell.find_first_of(",\"\r\n") == std::string::npos;
                text += (&cell == row.data() ? "" : ",");
                text += is_plain && random() % 2 == 0 ? cell : in_quotes(cell);
            }
            text += ends[static_cast<std::size_t>(round) % 3];
        }
        if (round % 5 == 0)
            text.resize(text.size() - ends[static_cast<std::size_t>(round) % 3].size());
        const auto found = read(text);
        ASSERT_TRUE(found) << found.error().message() << text;
        ASSERT_EQ(*found, table) << text << " seed " << kSeed;
    }
}

/// A carriage return may be the last byte of what was read of the file.
TEST_F(Csv, RowsMayEndWithCarriageReturnsAlone) {
    std::string text;
    Table table;
    for (int row = 0; text.size() < 600'000; ++row) {
        table.push_back({std::to_string(row), row % 3 == 0 ? "a\r\nb\rc" : ""});
        text += table.back()[0] + "," + in_quotes(table.back()[1]) + "\r";
    }
    EXPECT_EQ(read(text).value(), table);
    const std::size_t longest = 30;
    EXPECT_EQ(read(text, {.row_bytes_max = longest}).value(), table);
    EXPECT_EQ(read("a,b\r\r1,2\r").value(), (Table{{"a", "b"}, {"1", "2"}}));
    EXPECT_EQ(lines, (std::vector<std::uint64_t>{1, 3}));
}

TEST_F(Csv, RowsKnowTheirLines) {
    EXPECT_EQ(read("a,b\n\n\"x\ny\",2\n3,4").value(),
              (Table{{"a", "b"}, {"x\ny", "2"}, {"3", "4"}}));
    EXPECT_EQ(lines, (std::vector<std::uint64_t>{1, 3, 5}));
    EXPECT_EQ(read("").value(), Table{});
}

TEST_F(Csv, SaysWhatIsWrongAndWhere) {
    EXPECT_NE(refusal("a\nb,\"c\nd").find("line 2: its quotes do not end"), std::string::npos);
    EXPECT_NE(refusal("a\n\"b\"c,d").find("line 2: cell 1"), std::string::npos);
    EXPECT_NE(refusal("a\n\xFF").find("line 2: not UTF-8"), std::string::npos);
    EXPECT_NE(refusal("a,b,c", {.cells_max = 2}).find("cells_max, 2"), std::string::npos);
    EXPECT_NE(refusal("\"aa\naa\"", {.row_bytes_max = 5}).find("row_bytes_max, 5"),
              std::string::npos);
}

}  // namespace
}  // namespace sokkuri
