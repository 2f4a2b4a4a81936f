// ServerMetrics: the figures of a server since its start, for /metrics. prometheus-cpp stays in
// metrics.cpp. Labels are operations of route tables, methods, statuses and names of limits, never
// what a client sent, so that their number is bounded. Safe from any number of threads.
#pragma once

#include "http/request.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace sokkuri::http {

class ServerMetrics {
 public:
    ServerMetrics();
    ~ServerMetrics();
    ServerMetrics(const ServerMetrics&) = delete;
    ServerMetrics& operator=(const ServerMetrics&) = delete;

    struct Answered {
        std::string_view operation;  // empty: no route was found
        std::string_view method;
        unsigned status = 0;
        double seconds = 0;  // from the whole head to the last byte of the answer
        std::uint64_t body_bytes_in = 0;
        std::uint64_t bytes_out = 0;
    };

    void request_began();
    /// Whether answered or not.
    void request_ended();
    void answered(const Answered& answered);
    /// `limit`: its name in Limits.
    void refused(std::string_view limit);
    void connection_opened();
    void connection_closed();
    void set_queue_length(std::size_t jobs);
    /// A step inside a request or job: "load", "decode", "infer", "search".
    void observe_step(std::string_view step, double milliseconds);

    /// In the text format 0.0.4 of Prometheus, with the process's memory and open files as they are
    /// now. Takes about a millisecond.
    std::string text() const;

 private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// Content type of `text`.
inline constexpr std::string_view kMetricsMediaType = "text/plain; version=0.0.4; charset=utf-8";

}  // namespace sokkuri::http
