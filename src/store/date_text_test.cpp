#include "store/date_text.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>
#include <vector>

namespace sokkuri::store {
namespace {

void expect_span(std::string_view text, std::string_view first, std::string_view end) {
    const auto span = parse_date(text);
    ASSERT_TRUE(span) << text;
    EXPECT_EQ(span->first, first) << text;
    EXPECT_EQ(span->end, end) << text;
}

TEST(DateText, NamesATimeOfItsOwnLength) {
    expect_span("2024-02", "2024-02-01T00:00:00.000000000Z", "2024-03-01T00:00:00.000000000Z");
    expect_span("2024-12", "2024-12-01T00:00:00.000000000Z", "2025-01-01T00:00:00.000000000Z");
    expect_span("2024-02-28", "2024-02-28T00:00:00.000000000Z", "2024-02-29T00:00:00.000000000Z");
    expect_span("2024-02-29T23:59", "2024-02-29T23:59:00.000000000Z",
                "2024-03-01T00:00:00.000000000Z");
    expect_span("2024-05-31 12:00:00", "2024-05-31T12:00:00.000000000Z",
                "2024-05-31T12:00:01.000000000Z");
    expect_span("2024-05-31T12:00:00.5", "2024-05-31T12:00:00.500000000Z",
                "2024-05-31T12:00:00.600000000Z");
    expect_span("2024-05-31T12:00:00.999999999Z", "2024-05-31T12:00:00.999999999Z",
                "2024-05-31T12:00:01.000000000Z");
}

TEST(DateText, TurnsEveryZoneIntoUtc) {
    expect_span("2024-01-01T03:00:00+09:00", "2023-12-31T18:00:00.000000000Z",
                "2023-12-31T18:00:01.000000000Z");
    expect_span("2024-01-01T03:00-0130", "2024-01-01T04:30:00.000000000Z",
                "2024-01-01T04:31:00.000000000Z");
}

TEST(DateText, ReadsWhatCamerasWrite) {
    expect_span("2024:05:31 12:00:00", "2024-05-31T12:00:00.000000000Z",
                "2024-05-31T12:00:01.000000000Z");
}

TEST(DateText, EndsBehindTheLastYear) {
    const auto last = parse_date("9999-12-31");
    ASSERT_TRUE(last);
    EXPECT_GT(last->end, last->first);
    EXPECT_FALSE(parse_date("9999-12-31T23:00:00-02:00"));
}

TEST(DateText, RefusesWhatIsNoDate) {
    for (const std::string_view text : {"",
                                        "2024",
                                        "2024-",
                                        "2024-13",
                                        "2024-00",
                                        "2024-02-30",
                                        "2024-5-1",
                                        "24-05-01",
                                        "2024-05-31T",
                                        "2024-05-31T24:00",
                                        "2024-05-31T12:60",
                                        "2024-05-31T12:00:60",
                                        "2024-05-31T12:00:00.",
                                        "2024-05-31T12:00:00.1234567890",
                                        "2024-05-31T12:00+1",
                                        "2024-05-31x",
                                        "2024-05T12:00",
                                        "2024:05",
                                        "２０２４-05",
                                        "1700000000"}) {
        EXPECT_FALSE(parse_date(text)) << text;
    }
}

TEST(DateText, OrdersTextsAsInstants) {
    // Against days counted from the civil date by hand.
    std::mt19937 random(3);
    struct Sample {
        std::int64_t minutes;
        std::string text;
    };
    std::vector<Sample> samples;
    for (int i = 0; i < 300; ++i) {
        const int day = static_cast<int>(random() % 28) + 1;
        const int hour = static_cast<int>(random() % 24);
        const int zone = static_cast<int>(random() % 25) - 12;
        const std::string text = fmt::format("2024-01-{:02}T{:02}:30{}{:02}:00", day, hour,
                                             zone < 0 ? '-' : '+', std::abs(zone));
        samples.push_back({(day * 24 + hour - zone) * 60, parse_date(text).value().first});
    }
    for (const Sample& a : samples) {
        for (const Sample& b : samples)
            ASSERT_EQ(a.minutes < b.minutes, a.text < b.text);
    }
}

}  // namespace
}  // namespace sokkuri::store
