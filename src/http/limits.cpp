#include "http/limits.h"

#include <string_view>

namespace sokkuri::http {
namespace {

struct Bounds {
    std::string_view name;
    std::uint64_t value = 0;
    std::uint64_t minimum = 0;
    std::uint64_t maximum = 0;
};

constexpr std::uint64_t kDayMs = 24ULL * 3600 * 1000;

Result<void> check(const Bounds& bounds);

}  // namespace

Result<void> Limits::validate() const {
    const Bounds all[] = {
        {"connections_max", connections_max, 1, 65'536},
        {"header_bytes_max", header_bytes_max, 256, 1 << 20},
        {"header_time_max_ms", header_time_max_ms, 1, kDayMs},
        {"idle_time_max_ms", idle_time_max_ms, 1, kDayMs},
        {"json_bytes_max", json_bytes_max, 1, 1ULL << 40},
        {"upload_bytes_max", upload_bytes_max, 1, 1ULL << 40},
        {"bodies_bytes_max", bodies_bytes_max, 1, 1ULL << 40},
        {"answers_bytes_max", answers_bytes_max, 1, 1ULL << 40},
        {"body_time_max_ms", body_time_max_ms, 1, kDayMs},
        {"write_time_max_ms", write_time_max_ms, 1, kDayMs},
        {"requests_per_connection_max", requests_per_connection_max, 1, ~std::uint32_t{0}},
        {"work_queue_max", work_queue_max, 1, 1 << 20},
        {"work_threads", work_threads, 0, 1024},
        {"json_depth_max", json_depth_max, 1, 1024},
        {"event_streams_max", event_streams_max, 1, 65'536},
        {"event_interval_ms", event_interval_ms, 1, kDayMs},
        {"event_silence_max_ms", event_silence_max_ms, 1, kDayMs},
        {"exports_max", exports_max, 1, 32},  // half of the read transactions of a catalog
        {"export_time_max_ms", export_time_max_ms, 1, kDayMs},
        {"stop_time_max_ms", stop_time_max_ms, 0, kDayMs},
    };
    for (const Bounds& bounds : all) {
        TRY(check(bounds));
    }
    return {};
}

namespace {

Result<void> check(const Bounds& bounds) {
    if (bounds.value >= bounds.minimum && bounds.value <= bounds.maximum) return {};
    return fail(ErrorCode::kInvalidArgument, "{} is {}; it must lie between {} and {}", bounds.name,
                bounds.value, bounds.minimum, bounds.maximum);
}

}  // namespace
}  // namespace sokkuri::http
