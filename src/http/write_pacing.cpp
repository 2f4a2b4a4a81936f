#include "http/write_pacing.h"

#include <algorithm>

namespace sokkuri::http {

void WritePacing::query_came() {
    ++queries_;
}

void WritePacing::query_gone(Clock::time_point now) {
    --queries_;
    last_query_ = now;
    has_query_ = true;
}

void WritePacing::bulk_written(Clock::time_point began, Clock::time_point ended) {
    const Clock::duration rest = std::min<Clock::duration>(ended - began, kRestMax);
    resumes_ = std::max(resumes_, ended + rest);
}

WritePacing::Clock::duration WritePacing::rest(Clock::time_point now) const {
    const bool was_asked = has_query_ && now < last_query_ + kQuiet;
    if (queries_ == 0 && !was_asked) return Clock::duration::zero();
    return std::max(Clock::duration::zero(), resumes_ - now);
}

}  // namespace sokkuri::http
