// Routes for tests of the server: one of each kind of work and body. For tests alone.
#pragma once

#include "http/route.h"
#include "http/testing/gate.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>

namespace sokkuri::http {

/// What the sample routes hang on; outlives the server.
struct SampleState {
    Gate gate;
    std::atomic<std::uint32_t> events_wanted = 0;
    std::atomic<bool> events_end = false;
    std::atomic<std::uint32_t> streams_alive = 0;
    std::atomic<bool> streams_over = false;
    std::atomic<std::thread::id> last_stream_ended_in;
    std::atomic<std::thread::id> network_thread;  // known since the first /now
    std::atomic<std::uint32_t> handled = 0;
};

/// GET /now (immediate), GET /work, GET /gated (waits at the gate; PUT and DELETE among those who
/// write and who wait), GET /large?bytes=N, GET
/// /file?bytes=N, GET /made?bytes=N&known=B (with or without its length; &fails: not made to its
/// end), GET /events, GET /throw, POST and PUT /echo/{name} (text/plain; PUT takes a
/// chunked or declared body of 10,000,000 bytes).
RouteTable sample_routes(SampleState& state);

/// What /large, /file and /made answer, byte by byte.
std::string sample_bytes(std::uint64_t size_bytes);

}  // namespace sokkuri::http
