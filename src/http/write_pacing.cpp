#include "http/write_pacing.h"

#include <algorithm>

namespace sokkuri::http {

void WritePacing::query_came(Clock::time_point now) {
    last_query_ = now;
    has_query_ = true;
}

void WritePacing::bulk_written(Clock::time_point began, Clock::time_point ended) {
    const Clock::duration rest = std::min<Clock::duration>(ended - began, kRestMax);
    resumes_ = std::max(resumes_, ended + rest);
}

WritePacing::Clock::duration WritePacing::rest(Clock::time_point now) const {
    if (!has_query_ || now >= last_query_ + kQuiet) return Clock::duration::zero();
    return std::max(Clock::duration::zero(), resumes_ - now);
}

}  // namespace sokkuri::http
