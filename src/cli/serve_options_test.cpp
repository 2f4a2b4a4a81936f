#include "cli/serve_options.h"

#include "cli/verb.h"

#include <gtest/gtest.h>

namespace sokkuri::cli {
namespace {

Settings settings_of(const FlagValues& flags) {
    const auto no_variable = [](const char*) -> const char* { return nullptr; };
    return Settings::resolve("serve", find_verb("serve")->all_options(), flags, no_variable, {})
        .value();
}

TEST(ServeOptions, DefaultsAreThoseOfTheServer) {
    const http::Limits limits = server_limits(settings_of({}));
    const http::Limits expected;
    EXPECT_TRUE(limits.validate());
    EXPECT_EQ(limits.connections_max, expected.connections_max);
    EXPECT_EQ(limits.header_bytes_max, expected.header_bytes_max);
    EXPECT_EQ(limits.header_time_max_ms, expected.header_time_max_ms);
    EXPECT_EQ(limits.idle_time_max_ms, expected.idle_time_max_ms);
    EXPECT_EQ(limits.json_bytes_max, expected.json_bytes_max);
    EXPECT_EQ(limits.upload_bytes_max, expected.upload_bytes_max);
    EXPECT_EQ(limits.bodies_bytes_max, expected.bodies_bytes_max);
    EXPECT_EQ(limits.answers_bytes_max, expected.answers_bytes_max);
    EXPECT_EQ(limits.body_time_max_ms, expected.body_time_max_ms);
    EXPECT_EQ(limits.write_time_max_ms, expected.write_time_max_ms);
    EXPECT_EQ(limits.requests_per_connection_max, expected.requests_per_connection_max);
    EXPECT_EQ(limits.work_queue_max, expected.work_queue_max);
    EXPECT_EQ(limits.work_threads, expected.work_threads);
    EXPECT_EQ(limits.json_depth_max, expected.json_depth_max);
    EXPECT_EQ(limits.event_streams_max, expected.event_streams_max);
    EXPECT_EQ(limits.event_interval_ms, expected.event_interval_ms);
    EXPECT_EQ(limits.event_silence_max_ms, expected.event_silence_max_ms);
    EXPECT_EQ(limits.exports_max, expected.exports_max);
    EXPECT_EQ(limits.export_time_max_ms, expected.export_time_max_ms);
    EXPECT_EQ(limits.stop_time_max_ms, expected.stop_time_max_ms);
}

TEST(ServeOptions, EveryLimitOfTheServerIsAnOption) {
    std::size_t bytes = 0;
    for (const Option& option : server_limit_options()) {
        bytes += option.name.find("bytes-max") != std::string_view::npos &&
                         option.name != "header-bytes-max"
                     ? sizeof(std::uint64_t)
                     : sizeof(std::uint32_t);
    }
    constexpr std::size_t kPaddingMax = 2 * sizeof(std::uint32_t);
    EXPECT_LE(sizeof(http::Limits) - bytes, kPaddingMax);
}

TEST(ServeOptions, FlagsReachTheServer) {
    const Settings settings = settings_of({{"upload-bytes-max", "1000"},
                                           {"connections-max", "7"},
                                           {"host", "0.0.0.0"},
                                           {"port", "0"},
                                           {"allow-host", "a.lan,b.lan:80"}});
    EXPECT_EQ(server_limits(settings).upload_bytes_max, 1000U);
    EXPECT_EQ(server_limits(settings).connections_max, 7U);
    EXPECT_EQ(web_address(settings).host, "0.0.0.0");
    EXPECT_EQ(web_address(settings).port, 0U);
    EXPECT_EQ(access_rules(settings).hosts, (std::vector<std::string>{"a.lan", "b.lan:80"}));
    EXPECT_TRUE(access_rules(settings).origins.empty());
}

TEST(ServeOptions, KnowsWhatOnlyThisMachineReaches) {
    for (const char* host : {"localhost", "127.0.0.1", "127.1.2.3", "::1"}) {
        EXPECT_TRUE(is_loopback(host)) << host;
    }
    for (const char* host : {"0.0.0.0", "::", "192.168.1.2", "128.0.0.1", "localhost.lan"}) {
        EXPECT_FALSE(is_loopback(host)) << host;
    }
}

}  // namespace
}  // namespace sokkuri::cli
