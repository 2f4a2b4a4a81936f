#include "collection/coding_lesson.h"

#include "base/check.h"
#include "base/log.h"
#include "base/out_of_memory.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace sokkuri::collection {

namespace {

/// Evenly, over all that are committed.
std::vector<index::Slot> spread_slots(store::Slot committed, std::uint64_t count_max) {
    const std::uint64_t count = std::min(committed, count_max);
    std::vector<index::Slot> slots(static_cast<std::size_t>(count));
    for (std::uint64_t i = 0; i < count; ++i) {
        slots[static_cast<std::size_t>(i)] = static_cast<index::Slot>(i * committed / count);
    }
    return slots;
}

}  // namespace

CodingLesson::CodingLesson(const simd::Kernels& kernels, std::function<void()> on_learnt)
    : kernels_(kernels), on_learnt_(std::move(on_learnt)) {
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

CodingLesson::~CodingLesson() {
    thread_.request_stop();
    thread_.join();
}

bool CodingLesson::begin(std::shared_ptr<const Snapshot> snapshot, store::FieldNumber field,
                         std::uint64_t rows_max) {
    const auto lesson = lesson_.lock();
    if (lesson->has_value()) return false;
    *lesson = Lesson{.snapshot = std::move(snapshot), .field = field, .rows_max = rows_max};
    wake_.notify_all();
    return true;
}

std::optional<index::RunCoding> CodingLesson::take(store::FieldNumber field) {
    const auto lesson = lesson_.lock();
    if (!lesson->has_value() || (*lesson)->field != field || !(*lesson)->learnt) return {};
    std::optional<index::RunCoding> learnt = std::move((*lesson)->learnt);
    lesson->reset();
    return learnt;
}

void CodingLesson::forget(store::FieldNumber field) {
    const auto lesson = lesson_.lock();
    if (!lesson->has_value() || (*lesson)->field != field) return;
    (*lesson)->is_wanted = false;
    if ((*lesson)->learnt) lesson->reset();
}

void CodingLesson::run(const std::stop_token& stop) {
    for (;;) {
        Lesson begun;
        {
            auto lesson = lesson_.lock();
            const auto has_work = [&] {
                return lesson->has_value() && (*lesson)->snapshot != nullptr;
            };
            if (!wake_.wait(lesson.lock(), stop, has_work)) return;
            begun = std::move(**lesson);
            **lesson = {.field = begun.field, .is_wanted = begun.is_wanted};
        }
        auto learnt = or_out_of_memory([&] { return learn(begun); });
        begun.snapshot.reset();
        if (!learnt) LOG(kWarn, "event=coding_not_learnt reason={:?}", learnt.error().message());
        {
            const auto lesson = lesson_.lock();
            if (!learnt || !(*lesson)->is_wanted) {
                lesson->reset();
                continue;
            }
            (*lesson)->learnt = std::move(*learnt);
        }
        on_learnt_();
    }
}

Result<index::RunCoding> CodingLesson::learn(const Lesson& lesson) {
    const auto field =
        std::ranges::find(lesson.snapshot->fields, lesson.field, &FieldSnapshot::number);
    CHECK(field != lesson.snapshot->fields.end() && field->committed > 0);
    const std::vector<index::Slot> slots = spread_slots(field->committed, lesson.rows_max);
    return index::train_run_coding({.metric = field->spec.metric,
                                    .rows = field->rows,
                                    .slots = slots,
                                    .kernels = kernels_,
                                    .threads = threads_},
                                   {});
}

}  // namespace sokkuri::collection
