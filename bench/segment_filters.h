// Filters of bench_segment_search: random ones by every way, and ones whose rows lie near a query,
// far from it, or near another one.
#pragma once

#include "searched_segment.h"

namespace sokkuri::bench {

void measure_random_filters(const Bench& bench);

/// Against an exact scan of the rows that pass.
void measure_correlated_filters(const Bench& bench);

}  // namespace sokkuri::bench
