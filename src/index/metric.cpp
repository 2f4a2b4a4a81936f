#include "index/metric.h"

#include <algorithm>
#include <cmath>

namespace sokkuri::index {

std::string_view name_of(Metric metric) {
    switch (metric) {
        case Metric::kCosine:
            return "cosine";
        case Metric::kL2:
            return "l2";
        case Metric::kInnerProduct:
            return "ip";
        case Metric::kL1:
            return "l1";
        case Metric::kLinf:
            return "linf";
        case Metric::kHamming:
            return "hamming";
    }
    return "unknown";
}

Result<Metric> parse_metric(std::string_view name) {
    for (const Metric metric : {Metric::kCosine, Metric::kL2, Metric::kInnerProduct, Metric::kL1,
                                Metric::kLinf, Metric::kHamming}) {
        if (name == name_of(metric)) return metric;
    }
    return fail(ErrorCode::kInvalidArgument,
                "metric \"{}\": not one of cosine, l2, ip, l1, linf, hamming", name);
}

std::optional<std::size_t> first_unmeasurable(Metric metric, std::span<const float> components) {
    const auto is_finite = [](float value) { return std::isfinite(value); };
    const auto is_byte = [](float value) {
        return value >= 0 && value <= 255 && value == std::trunc(value);
    };
    const auto bad = metric == Metric::kHamming ? std::ranges::find_if_not(components, is_byte)
                                                : std::ranges::find_if_not(components, is_finite);
    if (bad == components.end()) return std::nullopt;
    return static_cast<std::size_t>(bad - components.begin());
}

std::string_view demand_of(Metric metric) {
    return metric == Metric::kHamming ? "components are bytes, whole numbers from 0 to 255"
                                      : "numbers must be finite";
}

}  // namespace sokkuri::index
