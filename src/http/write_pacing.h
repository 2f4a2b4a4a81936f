// WritePacing: who writes much at a time leaves room for those who ask. After a bulk write the next
// one waits as long as that one took, while there are queries: whatever is answered on the pool for
// those who wait. Alone, it waits for nobody. Times are given, so that it can be tested. Not safe
// from several threads: the network thread's.
#pragma once

#include <chrono>
#include <cstddef>

namespace sokkuri::http {

class WritePacing {
 public:
    using Clock = std::chrono::steady_clock;

    /// A body of so many bytes makes a write a bulk write: what it costs is processor time. Smaller
    /// ones mostly wait for the disk, and somebody may wait for them.
    static constexpr std::size_t kBulkBytes = 262'144;
    /// Without a query for so long nobody is asking.
    static constexpr std::chrono::milliseconds kQuiet{100};
    /// However long a write took.
    static constexpr std::chrono::milliseconds kRestMax{500};

    void query_came();
    /// It has been answered.
    void query_gone(Clock::time_point now);
    void bulk_written(Clock::time_point began, Clock::time_point ended);
    /// How long a bulk write still has to wait from `now` on; zero: it may begin. Ask again sooner:
    /// it ends as soon as nobody is asking.
    Clock::duration rest(Clock::time_point now) const;

 private:
    Clock::time_point last_query_;
    Clock::time_point resumes_;
    bool has_query_ = false;
    std::size_t queries_ = 0;  // under way
};

}  // namespace sokkuri::http
