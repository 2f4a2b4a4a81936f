// CodingLesson: learns how rows should be coded for scans (index/run_coding.h), which takes a
// second of a core, in a thread of its own, while their codes go on being made as a graph had them.
// One lesson at a time. Safe from any number of threads.
#pragma once

#include "base/guarded.h"
#include "base/thread_pool.h"
#include "collection/snapshot.h"
#include "index/run_coding.h"
#include "simd/kernels.h"

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <thread>

namespace sokkuri::collection {

class CodingLesson {
 public:
    /// `on_learnt` is called by the lesson's thread.
    CodingLesson(const simd::Kernels& kernels, std::function<void()> on_learnt);
    ~CodingLesson();
    CodingLesson(const CodingLesson&) = delete;
    CodingLesson& operator=(const CodingLesson&) = delete;

    /// From at most `rows_max` rows spread over all that `snapshot` has of the field. False, and
    /// nothing happens, while another lesson is under way or has not been taken.
    bool begin(std::shared_ptr<const Snapshot> snapshot, store::FieldNumber field,
               std::uint64_t rows_max);
    /// What was learnt for that field, once.
    std::optional<index::RunCoding> take(store::FieldNumber field);
    /// What is being learnt for it is not wanted any more.
    void forget(store::FieldNumber field);

 private:
    struct Lesson {
        std::shared_ptr<const Snapshot> snapshot;  // null once it has begun
        store::FieldNumber field = 0;
        std::uint64_t rows_max = 0;
        bool is_wanted = true;
        std::optional<index::RunCoding> learnt;
    };

    void run(const std::stop_token& stop);
    Result<index::RunCoding> learn(const Lesson& lesson);

    const simd::Kernels& kernels_;
    const std::function<void()> on_learnt_;
    ThreadPool threads_{1};
    Guarded<std::optional<Lesson>> lesson_;
    std::condition_variable_any wake_;
    std::jthread thread_;  // last
};

}  // namespace sokkuri::collection
