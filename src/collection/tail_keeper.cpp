#include "collection/tail_keeper.h"

#include "base/log.h"
#include "base/out_of_memory.h"
#include "index/memory_plan.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace sokkuri::collection {

namespace {

using Clock = std::chrono::steady_clock;

/// After a failure the same is not tried again at once.
constexpr std::chrono::seconds kRetryPause{60};
/// While steps follow one another, queries see what was coded so often: each time they have to make
/// their snapshots anew, which may take longer than a step.
constexpr std::chrono::milliseconds kShowPause{500};

store::Slot end_of_sealed(const FieldSnapshot& field);
/// The largest one that has a model; null: there is none.
const index::Segment* largest_segment(const FieldSnapshot& field);
/// At most `count_max` of first … end - 1.
std::vector<index::Slot> last_slots(store::Slot first, store::Slot end, std::uint64_t count_max);

}  // namespace

TailKeeper::TailKeeper(const KeptTails& kept, const TailOptions& options)
    : kept_(kept), options_(options), lesson_(kept.kernels, [this] { changed(); }) {
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

TailKeeper::~TailKeeper() {
    thread_.request_stop();
    thread_.join();
}

void TailKeeper::changed() {
    state_.lock()->has_changed = true;
    wake_.notify_all();
}

void TailKeeper::cut(store::FieldNumber field, store::Slot end) {
    state_.lock()->cuts[field] = end;
}

void TailKeeper::run(const std::stop_token& stop) {
    while (wait_for_work(stop)) {
        has_failed_ = false;
        Time shown = Clock::now();
        for (bool has_coded = true; has_coded && !stop.stop_requested();) {
            const auto looked = or_out_of_memory([&] { return look(stop); });
            if (!looked && looked.error().code() != ErrorCode::kCancelled) {
                has_failed_ = true;
                LOG(kWarn, "event=tail_not_coded reason={:?}", looked.error().message());
            }
            has_coded = looked.value_or(false);
            if (!has_unshown_ || (has_coded && Clock::now() < shown + kShowPause)) continue;
            kept_.snapshots.forget();
            has_unshown_ = false;
            shown = Clock::now();
        }
    }
}

/// False when asked to stop.
bool TailKeeper::wait_for_work(const std::stop_token& stop) {
    auto state = state_.lock();
    const auto has_changed = [&] { return state->has_changed; };
    if (has_failed_) {
        // Though nothing more may ever come.
        wake_.wait_for(state.lock(), stop, kRetryPause, has_changed);
    } else {
        wake_.wait(state.lock(), stop, has_changed);
    }
    state->has_changed = false;
    return !stop.stop_requested();
}

/// A step in each field; whether there was any.
Result<bool> TailKeeper::look(const std::stop_token& stop) {
    const auto transaction = TRY(kept_.catalog.begin_read());
    const std::shared_ptr<const Snapshot> snapshot = TRY(kept_.snapshots.of(*transaction));
    forget_dropped(*snapshot);
    bool has_coded = false;
    for (const FieldSnapshot& field : snapshot->fields) {
        if (!index::has_segments(field.spec.metric)) continue;
        const bool is_coded = TRY(code_next(snapshot, field, stop));
        has_coded = has_coded || is_coded;
    }
    return has_coded;
}

void TailKeeper::forget_dropped(const Snapshot& snapshot) {
    std::erase_if(coded_, [&](const auto& entry) {
        const bool is_there = std::ranges::any_of(
            snapshot.fields, [&](const auto& field) { return field.number == entry.first; });
        if (!is_there) {
            kept_.codes.forget(entry.first);
            lesson_.forget(entry.first);
            state_.lock()->cuts.erase(entry.first);
        }
        return !is_there;
    });
}

Result<bool> TailKeeper::code_next(const std::shared_ptr<const Snapshot>& snapshot,
                                   const FieldSnapshot& field, const std::stop_token& stop) {
    Coded& coded = coded_[field.number];
    look_after_lesson(snapshot, field, coded);
    if (coded.refused && Clock::now() < *coded.refused + kRetryPause) {
        has_failed_ = true;
        return false;
    }
    const store::Slot sealed_end = end_of_sealed(field);
    const auto is_sealed = [&](const TailCodes::Run& run) { return run.end <= sealed_end; };
    if (std::erase_if(coded.runs, is_sealed) > 0) {
        if (coded.runs.empty()) coded.last.reset();
        kept_.codes.set(field.number, coded.runs);
    }
    // A row that is lost for now would get the codes of zeros, and keep them when it comes back.
    if (!field.lost.empty()) return false;
    TailState state{.sealed_end = sealed_end,
                    .committed = field.committed,
                    .cut = cut_of(field.number),
                    .has_model = coded.coding || largest_segment(field) != nullptr};
    if (!coded.runs.empty()) {
        state.coded_first = coded.runs.front().first;
        state.coded_end = coded.runs.back().end;
        state.room = coded.last == nullptr ? 0 : coded.last->room();
    }
    CodeLimits limits = options_.limits;
    limits.rows_max = rows_max(field);
    const auto plan = plan_codes(state, limits);
    if (!plan) return false;
    const auto code_them = [&] { return code(field, *plan, coded, stop); };
    if (auto done = or_out_of_memory(code_them); !done) {
        // What is there stays; the run that was to grow takes no more.
        coded.last.reset();
        if (done.error().code() != ErrorCode::kCancelled) coded.refused = Clock::now();
        return tl::unexpected(std::move(done.error()));
    }
    has_unshown_ = true;
    return true;
}

/// What was learnt is for a new run. Begins a lesson once it is worth a second of a core.
void TailKeeper::look_after_lesson(const std::shared_ptr<const Snapshot>& snapshot,
                                   const FieldSnapshot& field, Coded& coded) {
    if (auto learnt = lesson_.take(field.number)) {
        coded.coding = std::move(learnt);
        coded.last.reset();
    }
    const bool is_long =
        field.committed >= end_of_sealed(field) + options_.limits.training_rows_min;
    if (!coded.wants_lesson || !is_long || !field.lost.empty()) return;
    coded.wants_lesson = !lesson_.begin(snapshot, field.number, options_.limits.training_rows_max);
}

store::Slot TailKeeper::cut_of(store::FieldNumber field) {
    const auto state = state_.lock();
    const auto found = state->cuts.find(field);
    return found == state->cuts.end() ? 0 : found->second;
}

Result<void> TailKeeper::code(const FieldSnapshot& field, const CodePlan& plan, Coded& coded,
                              const std::stop_token& stop) {
    // Dead ones too: for a query of an earlier generation they may live.
    const std::vector<index::Slot> slots = last_slots(plan.first, plan.end, plan.end - plan.first);
    const index::SegmentBuild build{.metric = field.spec.metric,
                                    .rows = field.rows,
                                    .slots = slots,
                                    .kernels = kept_.kernels,
                                    .threads = threads_};
    const index::BuildOptions options{.stop = stop};
    if (plan.starts_run) coded.last = TRY(start_run(field, build, options, coded));
    TRY(coded.last->add(build, options));
    auto view = TRY(coded.last->view(kept_.kernels));
    TailCodes::Run run{.first = plan.starts_run ? plan.first : coded.runs.back().first,
                       .end = plan.end,
                       .segment = std::move(view),
                       .name = fmt::format("tail {}", ++runs_named_)};
    if (!plan.starts_run) coded.runs.pop_back();
    coded.runs.push_back(std::move(run));
    kept_.codes.set(field.number, coded.runs);
    return {};
}

/// For rows `build.slots` and those that will follow them.
Result<std::unique_ptr<index::GrowingSegment>> TailKeeper::start_run(
    const FieldSnapshot& field, const index::SegmentBuild& build,
    const index::BuildOptions& options, Coded& coded) const {
    const CodeLimits& limits = options_.limits;
    const auto start = [&](const index::RunCoding& coding, std::uint64_t rows) {
        return index::GrowingSegment::create(coding, static_cast<std::size_t>(rows));
    };
    coded.wants_lesson = false;
    if (coded.coding && index::goes_with(*coded.coding, build, options)) {
        return start(*coded.coding, limits.run_rows_max);
    }
    // Rows have changed: no second lesson before they have had time to change again.
    const bool has_changed = coded.coding.has_value();
    coded.coding.reset();
    if (const index::Segment* segment = largest_segment(field); segment != nullptr) {
        const index::RunCoding sealed{segment->parts().space, segment->parts().model};
        if (index::goes_with(sealed, build, options)) {
            const bool is_for_scans =
                index::is_for_scans(sealed.model.layout, sealed.space.dimension());
            coded.wants_lesson = !is_for_scans && !has_changed;
            return start(sealed, limits.run_rows_max);
        }
    }
    // Few rows have little to teach: a run that begins with them is a short one.
    const std::vector<index::Slot> known = last_slots(
        end_of_sealed(field), build.slots.back() + std::uint64_t{1}, limits.training_rows_max);
    const bool is_enough = known.size() >= limits.training_rows_min;
    const index::SegmentBuild lesson{.metric = build.metric,
                                     .rows = build.rows,
                                     .slots = known,
                                     .kernels = build.kernels,
                                     .threads = build.threads};
    index::RunCoding learnt = index::train_run_coding(lesson, options);
    if (!is_enough) {
        return start(learnt, std::min(limits.training_rows_min, limits.run_rows_max));
    }
    coded.coding = std::move(learnt);
    return start(*coded.coding, limits.run_rows_max);
}

/// Of codes, without the links that a graph would have beside them.
std::uint64_t TailKeeper::rows_max(const FieldSnapshot& field) const {
    const auto bytes_of = [&](std::uint64_t rows) {
        return index::plan_memory(rows, field.spec.dimension, {}).resident_bytes;
    };
    return options_.memory_max / (bytes_of(2) - bytes_of(1));
}

namespace {

store::Slot end_of_sealed(const FieldSnapshot& field) {
    return field.segments.empty() ? 0 : field.segments.back().row.end_slot();
}

const index::Segment* largest_segment(const FieldSnapshot& field) {
    const SegmentSnapshot* largest = nullptr;
    for (const SegmentSnapshot& segment : field.segments) {
        if (!segment.is_usable() || segment.opened.segment->parts().nodes == 0) continue;
        if (largest == nullptr || segment.live > largest->live) largest = &segment;
    }
    return largest == nullptr ? nullptr : largest->opened.segment.get();
}

std::vector<index::Slot> last_slots(store::Slot first, store::Slot end, std::uint64_t count_max) {
    std::vector<index::Slot> slots(static_cast<std::size_t>(std::min(end - first, count_max)));
    std::iota(slots.begin(), slots.end(), static_cast<index::Slot>(end - slots.size()));
    return slots;
}

}  // namespace

}  // namespace sokkuri::collection
