#include "index/metric.h"

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
    }
    return "unknown";
}

Result<Metric> parse_metric(std::string_view name) {
    for (const Metric metric :
         {Metric::kCosine, Metric::kL2, Metric::kInnerProduct, Metric::kL1, Metric::kLinf}) {
        if (name == name_of(metric)) return metric;
    }
    return fail(ErrorCode::kInvalidArgument, "metric \"{}\": not one of cosine, l2, ip, l1, linf",
                name);
}

}  // namespace sokkuri::index
