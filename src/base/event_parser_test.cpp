// Goal: the same events come out however the bytes were cut.
#include "base/event_parser.h"

#include <gtest/gtest.h>

namespace sokkuri {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

constexpr std::size_t kEventBytesMax = 1'000;

Pairs pairs_of(const std::vector<ServerEvent>& events) {
    Pairs pairs;
    for (const ServerEvent& event : events) {
        pairs.emplace_back(event.name, event.data);
    }
    return pairs;
}

Pairs parsed(std::string_view text, std::size_t step) {
    EventParser parser(kEventBytesMax);
    std::vector<ServerEvent> events;
    for (std::size_t at = 0; at < text.size(); at += step) {
        EXPECT_TRUE(parser.feed(text.substr(at, step), events));
    }
    return pairs_of(events);
}

TEST(EventParser, GivesTheSameEventsHoweverTheBytesAreCut) {
    const std::string text =
        "\xEF\xBB\xBF: a comment\n\nevent: progress\ndata: {\"done\":1}\n\n"
        "data:first\r\ndata: second\r\n\r\nid: 7\nretry: 10\nevent: empty\n\n"
        "event: done\rdata\r\rdata:  two spaces\n\ndata: never finished\n";
    const Pairs expected{{"progress", "{\"done\":1}"},
                         {"message", "first\nsecond"},
                         {"done", ""},
                         {"message", " two spaces"}};
    for (std::size_t step = 1; step <= text.size(); ++step) {
        EXPECT_EQ(parsed(text, step), expected) << "cut every " << step << " bytes";
    }
}

TEST(EventParser, RefusesAnEventBeyondItsLimit) {
    for (const std::string_view line : {"data: 12345678\n", "x"}) {
        EventParser parser(kEventBytesMax);
        std::vector<ServerEvent> events;
        Result<void> fed;
        for (std::size_t round = 0; fed && round <= kEventBytesMax; ++round) {
            fed = parser.feed(line, events);
        }
        ASSERT_FALSE(fed);
        EXPECT_EQ(fed.error().code(), ErrorCode::kExhausted);
        EXPECT_TRUE(events.empty());
    }
}

TEST(EventParser, CountsEachEventAlone) {
    EventParser parser(kEventBytesMax);
    std::vector<ServerEvent> events;
    for (std::size_t round = 0; round < kEventBytesMax; ++round) {
        ASSERT_TRUE(parser.feed("data: 12345678\n\n", events));
    }
    EXPECT_EQ(events.size(), kEventBytesMax);
}

}  // namespace
}  // namespace sokkuri
