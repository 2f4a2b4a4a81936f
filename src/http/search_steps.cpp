#include "http/search_steps.h"

#include <string_view>
#include <utility>

namespace sokkuri::http {

void count_steps(ServerMetrics& metrics, const service::SearchTimings& timings) {
    const std::pair<std::string_view, double> steps[] = {{"load", timings.load_ms},
                                                         {"decode", timings.decode_ms},
                                                         {"infer", timings.infer_ms},
                                                         {"search", timings.search_ms}};
    for (const auto& [step, milliseconds] : steps) {
        if (milliseconds > 0) metrics.observe_step(step, milliseconds);
    }
}

}  // namespace sokkuri::http
