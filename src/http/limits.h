// Limits: every bound of a server, by the name under which messages and settings know it.
#pragma once

#include "base/result.h"

#include <cstdint>

namespace sokkuri::http {

struct Limits {
    std::uint32_t connections_max = 512;  // one more is answered 503 and closed
    std::uint32_t header_bytes_max = 16'384;
    std::uint32_t header_time_max_ms = 10'000;  // from the first byte of a request
    std::uint32_t idle_time_max_ms = 75'000;    // between requests of a connection
    std::uint64_t json_bytes_max = 8ULL << 20;
    std::uint64_t upload_bytes_max = 64ULL << 20;    // a picture with what surrounds it
    std::uint64_t bodies_bytes_max = 512ULL << 20;   // of all requests at a time; beyond: 503
    std::uint64_t answers_bytes_max = 512ULL << 20;  // that wait to be taken; beyond: 503
    std::uint32_t body_time_max_ms = 120'000;
    std::uint32_t write_time_max_ms = 120'000;  // without a byte taken by the client
    std::uint32_t requests_per_connection_max = 100'000;
    std::uint32_t work_queue_max = 128;  // waiting for a thread; beyond: 429 with Retry-After
    // As many more for small writes and for bulk writes, of which one collection has half. 0: twice
    // the cores.
    std::uint32_t work_threads = 0;
    std::uint32_t json_depth_max = 64;
    std::uint32_t event_streams_max = 64;
    std::uint32_t event_interval_ms = 220;        // between two looks at an event stream
    std::uint32_t event_silence_max_ms = 15'000;  // then a comment shows that it lives
    std::uint32_t exports_max = 4;  // at a time; each keeps a moment of its collection
    std::uint32_t export_time_max_ms = 14'400'000;  // of one export: then the connection is cut
    std::uint32_t stop_time_max_ms = 5'000;         // for requests in flight when asked to stop

    Result<void> validate() const;
};

}  // namespace sokkuri::http
