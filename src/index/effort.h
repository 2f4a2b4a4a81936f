// Effort: how good an answer must be. Recall is the knob; ef is for those who know it. Alone in
// its file, because it travels from flags and routes down to the graph.
#pragma once

#include <cstddef>

namespace sokkuri::index {

struct Effort {
    enum class Kind { kExact, kRecall, kEf };
    Kind kind = Kind::kRecall;
    double recall = 0.99;  // kRecall: above 0, at most 1; what no width of the graph reaches is
                           // searched exactly
    std::size_t ef = 64;   // kEf
};

}  // namespace sokkuri::index
