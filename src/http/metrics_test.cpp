#include "http/metrics.h"

#include <gtest/gtest.h>

namespace sokkuri::http {
namespace {

bool has_line(const std::string& text, const std::string& line) {
    return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

TEST(ServerMetrics, CountWhatWasAnsweredAndRefused) {
    ServerMetrics metrics;
    metrics.connection_opened();
    metrics.request_began();
    metrics.request_began();
    metrics.request_ended();
    metrics.answered({.operation = "getItem",
                      .method = "GET",
                      .status = 200,
                      .seconds = 0.002,
                      .body_bytes_in = 10,
                      .bytes_out = 300});
    metrics.answered({.operation = "getItem", .method = "GET", .status = 200, .seconds = 0.2});
    metrics.answered({.operation = "getItem", .method = "GET", .status = 404, .seconds = 20});
    metrics.refused("work_queue_max");
    metrics.set_queue_length(3);
    const std::string text = metrics.text();
    for (const char* const line :
         {"sokkuri_connections 1", "sokkuri_requests_in_flight 1", "sokkuri_work_queue_length 3",
          "sokkuri_body_bytes_in_total 10", "sokkuri_bytes_out_total 300",
          "sokkuri_refused_total{limit=\"work_queue_max\"} 1",
          "sokkuri_requests_total{method=\"GET\",operation=\"getItem\",status=\"200\"} 2",
          "sokkuri_requests_total{method=\"GET\",operation=\"getItem\",status=\"404\"} 1",
          "sokkuri_request_duration_seconds_count{operation=\"getItem\"} 3",
          "sokkuri_request_duration_seconds_bucket{operation=\"getItem\",le=\"0.0025\"} 1"}) {
        EXPECT_TRUE(has_line(text, line)) << line << "\n" << text;
    }
}

TEST(ServerMetrics, TimeTheStepsOfTheWorkInSeconds) {
    ServerMetrics metrics;
    metrics.observe_step("decode", 7.0);
    const std::string text = metrics.text();
    EXPECT_TRUE(
        has_line(text, "sokkuri_step_duration_seconds_bucket{step=\"decode\",le=\"0.005\"} 0"));
    EXPECT_TRUE(
        has_line(text, "sokkuri_step_duration_seconds_bucket{step=\"decode\",le=\"0.01\"} 1"));
}

TEST(ServerMetrics, KnowTheProcess) {
    const std::string text = ServerMetrics().text();
    const auto value_of = [&](const std::string& name) {
        const auto at = text.find("\n" + name + " ");
        return at == text.npos ? 0.0 : std::stod(text.substr(at + name.size() + 2));
    };
    EXPECT_GT(value_of("process_resident_memory_bytes"), 1e6);
    EXPECT_GE(value_of("process_open_fds"), 3);
}

}  // namespace
}  // namespace sokkuri::http
