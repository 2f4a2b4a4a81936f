// LineReader against a split of the whole text, for texts of random line lengths and ends.
#include "base/line_reader.h"

#include "base/testing/memory_file_system.h"

#include <gtest/gtest.h>

#include <random>
#include <span>
#include <vector>

namespace sokkuri {
namespace {

constexpr std::size_t kLineMax = 600'000;

void write(FileSystem& files, std::string_view text) {
    const auto written = replace_file(files, "/lines", std::as_bytes(std::span(text)));
    ASSERT_TRUE(written) << written.error().message();
}

std::vector<std::string> lines_from(LineReader& reader) {
    std::vector<std::string> lines;
    for (;;) {
        const auto line = reader.next();
        EXPECT_TRUE(line) << line.error().message();
        if (!line || !*line) return lines;
        lines.emplace_back(**line);
    }
}

TEST(LineReader, GivesEveryLineWithoutItsEnd) {
    std::mt19937 random(7);
    for (int round = 0; round < 20; ++round) {
        testing::MemoryFileSystem files;
        std::string text;
        std::vector<std::string> expected;
        std::vector<std::uint64_t> offsets;
        const std::size_t count = random() % 30;
        for (std::size_t i = 0; i < count; ++i) {
            const std::size_t length = random() % 4 == 0 ? random() % 500'000 : random() % 40;
            std::string line(length, static_cast<char>('a' + random() % 26));
            if (i + 1 == count && line.empty()) line = "z";
            offsets.push_back(text.size());
            text += line;
            if (i + 1 < count || random() % 2 == 0) text += random() % 2 == 0 ? "\n" : "\r\n";
            expected.push_back(std::move(line));
        }
        write(files, text);
        auto reader = LineReader::open(files, "/lines", kLineMax);
        ASSERT_TRUE(reader);
        EXPECT_EQ(lines_from(*reader), expected);
        EXPECT_EQ(reader->offset(), text.size());
        EXPECT_EQ(count_lines(files, "/lines").value(), expected.size());
        if (expected.empty()) continue;
        const std::size_t middle = random() % expected.size();
        reader->seek(offsets[middle]);
        EXPECT_EQ(lines_from(*reader),
                  std::vector<std::string>(expected.begin() + static_cast<std::ptrdiff_t>(middle),
                                           expected.end()));
    }
}

TEST(LineReader, RefusesALineBeyondItsBound) {
    testing::MemoryFileSystem files;
    write(files, "short\n" + std::string(300'000, 'x'));
    auto reader = LineReader::open(files, "/lines", 200'000);
    ASSERT_TRUE(reader->next());
    const auto line = reader->next();
    ASSERT_FALSE(line);
    EXPECT_EQ(line.error().code(), ErrorCode::kExhausted);
    EXPECT_NE(line.error().message().find("line 2"), std::string::npos);
}

}  // namespace
}  // namespace sokkuri
