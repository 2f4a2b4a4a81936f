#include "collection/index_keeper.h"

#include "base/log.h"
#include "base/out_of_memory.h"
#include "base/thread_priority.h"

#include <algorithm>
#include <new>
#include <unistd.h>
#include <utility>

namespace sokkuri::collection {

namespace {

using Clock = std::chrono::steady_clock;

/// After a failure (memory, disk) the same is not tried again at once.
constexpr std::chrono::seconds kRetryPause{60};
/// Of the memory for indexes, codes of a field's tail may take this part: segments come first.
constexpr std::uint64_t kTailMemoryShare = 4;

Error cancelled();
std::uint64_t bytes_in_memory(const Snapshot& snapshot);
std::uint64_t ms_since(Clock::time_point start);

}  // namespace

std::uint64_t KeeperOptions::memory() const {
    if (build.memory_max > 0) return build.memory_max;
    const auto pages = static_cast<std::uint64_t>(std::max(0L, sysconf(_SC_PHYS_PAGES)));
    const auto page_bytes = static_cast<std::uint64_t>(std::max(0L, sysconf(_SC_PAGESIZE)));
    return pages * page_bytes / 4 * 3;
}

IndexKeeper::IndexKeeper(KeptCollection kept, const KeeperOptions& options)
    : kept_(std::move(kept)), options_(options), threads_(options.threads) {
    state_.lock()->last_change = Clock::now();
    if (options_.sealing == KeeperOptions::Sealing::kInBackground) {
        tails_ = std::make_unique<TailKeeper>(
            KeptTails{kept_.kernels, kept_.catalog, kept_.snapshots, kept_.tails},
            TailOptions{options_.code_limits, options_.memory() / kTailMemoryShare});
    }
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

IndexKeeper::~IndexKeeper() {
    thread_.request_stop();
    thread_.join();
    refuse_asks();
}

void IndexKeeper::changed() {
    {
        const auto state = state_.lock();
        state->has_changed = true;
        state->last_change = Clock::now();
    }
    wake_.notify_all();
    if (tails_ != nullptr) tails_->changed();
}

Result<void> IndexKeeper::optimize(const OptimizeRequest& request) {
    const auto ask = std::make_shared<Ask>();
    ask->request = &request;
    auto done = ask->done.get_future();
    state_.lock()->asks.push_back(ask);
    wake_.notify_all();
    const std::stop_callback on_cancel(request.stop, [&] { take_back(ask); });
    return done.get();
}

/// Whoever asked waits no longer for what was begun before him; nothing to do once his turn has
/// come.
void IndexKeeper::take_back(const std::shared_ptr<Ask>& ask) {
    if (std::erase(state_.lock()->asks, ask) == 0) return;
    ask->done.set_value(tl::unexpected(cancelled()));
}

std::string IndexKeeper::state_of(store::FieldNumber field) const {
    const auto state = state_.lock();
    const auto found = state->texts.find(field);
    return found == state->texts.end() ? std::string() : found->second;
}

std::optional<RecallReading> IndexKeeper::recall_of(const std::string& file) const {
    const auto state = state_.lock();
    const auto found = state->recalls.find(file);
    return found == state->recalls.end() ? std::nullopt : std::optional(found->second);
}

void IndexKeeper::run(const std::stop_token& stop) {
    if (options_.sealing == KeeperOptions::Sealing::kInBackground) lower_thread_priority();
    while (const auto work = wait_for_work(stop)) {
        if (work->ask != nullptr) {
            answer(*work->ask, stop);
            continue;
        }
        const auto looked =
            or_out_of_memory([&] { return look({.occasion = work->occasion, .stop = stop}); });
        if (!looked && looked.error().code() != ErrorCode::kCancelled) {
            LOG(kWarn, "event=indexes_not_kept reason={:?}", looked.error().message());
        }
        if (!looked || work->occasion == SealOccasion::kPutting) continue;
        if (const auto watched = or_out_of_memory([&] { return watch_recall(stop); }); !watched) {
            LOG(kWarn, "event=recall_not_measured reason={:?}", watched.error().message());
        }
    }
}

/// Empty when asked to stop.
std::optional<IndexKeeper::Work> IndexKeeper::wait_for_work(const std::stop_token& stop) {
    auto state = state_.lock();
    while (!stop.stop_requested()) {
        if (!state->asks.empty()) {
            auto ask = std::move(state->asks.front());
            state->asks.pop_front();
            return Work{.ask = std::move(ask)};
        }
        const bool is_waiting =
            options_.sealing == KeeperOptions::Sealing::kWhenAsked || !state->has_changed;
        const auto has_ask = [&] { return !state->asks.empty(); };
        if (is_waiting) {
            wake_.wait(state.lock(), stop, [&] {
                return has_ask() || (state->has_changed &&
                                     options_.sealing == KeeperOptions::Sealing::kInBackground);
            });
            continue;
        }
        const Time paused_at = state->last_change + options_.limits.pause;
        const Time next_look = state->last_look + options_.limits.pause;
        const Time now = Clock::now();
        if (now >= paused_at || now >= next_look) {
            const bool has_paused = now >= paused_at;
            state->last_look = now;
            // Puts that go on are looked at again when they have paused.
            if (has_paused) state->has_changed = false;
            return Work{.ask = nullptr,
                        .occasion = has_paused ? SealOccasion::kPaused : SealOccasion::kPutting};
        }
        wake_.wait_until(state.lock(), stop, std::min(paused_at, next_look), has_ask);
    }
    return std::nullopt;
}

void IndexKeeper::answer(Ask& ask, const std::stop_token& stop) {
    // Stopped by whoever asked, or with the collection.
    std::stop_source either;
    const auto request_stop = [&either] { either.request_stop(); };
    const std::stop_callback on_close(stop, request_stop);
    const std::stop_callback on_cancel(ask.request->stop, request_stop);
    for (const std::string& file : ask.request->damaged)
        kept_.shelf.reject(file);
    if (!ask.request->damaged.empty()) kept_.snapshots.forget();
    ask.done.set_value(or_out_of_memory([&] {
        return look({.occasion = SealOccasion::kPaused,
                     .request = ask.request,
                     .stop = either.get_token()});
    }));
}

void IndexKeeper::refuse_asks() {
    const auto state = state_.lock();
    for (const std::shared_ptr<Ask>& ask : state->asks) {
        ask->done.set_value(tl::unexpected(cancelled()));
    }
    state->asks.clear();
}

/// Where memory runs out, it is tried again later; who asked is told.
Result<void> IndexKeeper::look(const Look& look) {
    try {
        return look_at_fields(look);
    } catch (const std::bad_alloc&) {
        return fail(ErrorCode::kExhausted, "the collection's index: there is not enough memory");
    }
}

Result<void> IndexKeeper::look_at_fields(const Look& look) {
    TRY(load_segments(look.stop));
    const std::shared_ptr<const Snapshot> snapshot = TRY(current());
    Result<void> outcome;
    for (const FieldSnapshot& field : snapshot->fields) {
        if (!index::has_segments(field.spec.metric)) continue;
        if (look.request == nullptr && was_refused_lately(field.number)) continue;
        const auto kept = or_out_of_memory([&] { return keep_field(field.number, look); });
        if (kept) continue;
        const bool is_cancelled = kept.error().code() == ErrorCode::kCancelled;
        say(field.number, is_cancelled ? "" : fmt::format("not built: {}", kept.error().message()));
        if (!is_cancelled) state_.lock()->refused[field.number] = Clock::now();
        if (outcome) outcome = kept;
    }
    if (look.stop.stop_requested()) return tl::unexpected(cancelled());
    TRY(load_segments(look.stop));
    return outcome;
}

/// Until there is nothing more to do.
Result<void> IndexKeeper::keep_field(store::FieldNumber field, const Look& look) {
    for (;;) {
        if (look.stop.stop_requested()) return tl::unexpected(cancelled());
        const bool has_built = TRY(build_next(field, look));
        if (!has_built) return {};
    }
}

Result<bool> IndexKeeper::build_next(store::FieldNumber number, const Look& look) {
    const std::shared_ptr<const Snapshot> snapshot = TRY(current());
    const auto field = std::find_if(snapshot->fields.begin(), snapshot->fields.end(),
                                    [&](const auto& other) { return other.number == number; });
    if (field == snapshot->fields.end()) return false;
    SealState state = seal_state_of(*field);
    mark_fallen(*field, state);
    const auto plan = plan_seal(state, options_.limits, look.occasion);
    if (!plan) return false;
    if (!are_whole(*field, *plan)) return true;  // then it is another plan
    auto built = build(*snapshot, *field, *plan, look);
    const bool is_too_large = !built && (built.error().code() == ErrorCode::kExhausted ||
                                         built.error().code() == ErrorCode::kNoSpace);
    const auto alone = plan_tail(state, options_.limits);
    if (is_too_large && alone && !plan->replaced.empty()) {
        built = build(*snapshot, *field, *alone, look);
    }
    TRY(std::move(built));
    return true;
}

Result<void> IndexKeeper::build(const Snapshot& snapshot, const FieldSnapshot& field,
                                const SealPlan& plan, const Look& look) {
    const auto start = Clock::now();
    index::BuildOptions options = options_.build;
    options.memory_max = options_.memory();
    options.stop = look.stop;
    options.progress = [&](double share, const char* stage) {
        say(field.number, fmt::format("building: {:.0f} %, {}", 100 * share, stage));
        if (look.request != nullptr && look.request->progress) {
            look.request->progress(share, stage);
        }
    };
    if (tails_ != nullptr) tails_->cut(field.number, plan.end);
    const Workshop workshop{kept_.files, kept_.directory, kept_.check_place, kept_.kernels,
                            threads_};
    const SealedSegment sealed = TRY(seal(field, snapshot.generation, plan, options, workshop));
    if (auto committed = kept_.commit(plan.replaced, sealed.row); !committed) {
        // The field has been dropped or replaced meanwhile: nobody will ever look there again.
        if (committed.error().code() == ErrorCode::kConflict)
            remove_unnamed(kept_.files, kept_.directory, sealed.row);
        return committed;
    }

    say(field.number, "");
    LOG(kInfo, "event=sealed field={:?} rows={} replaced={} ms={}", field.spec.name,
        sealed.row.live, plan.replaced.size(), ms_since(start));
    if (options_.segments == KeeperOptions::Segments::kInMemory) {
        // Seen before its segment lies on the shelf: what a query of an older generation looks for
        // there does not clear it away.
        static_cast<void>(current());
        if (auto segment = sealed.image.open(kept_.kernels)) {
            kept_.shelf.put(sealed.row.file, std::move(*segment));
        }
    }
    kept_.snapshots.forget();
    if (tails_ != nullptr) tails_->changed();
    return {};
}

/// Of each segment that has lost rows since the last time. What has fallen is the next look's.
Result<void> IndexKeeper::watch_recall(const std::stop_token& stop) {
    const std::shared_ptr<const Snapshot> snapshot = TRY(current());
    std::map<std::string, RecallReading> readings;
    bool has_new_fall = false;
    for (const FieldSnapshot& field : snapshot->fields) {
        for (const SegmentSnapshot& segment : field.segments) {
            std::optional<RecallReading> reading = recall_of(segment.row.file);
            if (is_reading_due(reading, segment.live)) {
                reading = read_recall(field, segment, threads_, stop);
                if (stop.stop_requested()) return {};
                if (!reading) continue;
                LOG(kDebug, "event=recall_measured field={:?} recall={:.4f} asked={}",
                    field.spec.name, reading->measured.recall, reading->measured.asked);
                has_new_fall = has_new_fall || has_fallen_since(*reading, segment.row.live);
            }
            readings[segment.row.file] = *reading;
        }
    }
    const auto state = state_.lock();
    state->recalls = std::move(readings);
    state->has_changed = state->has_changed || has_new_fall;
    return {};
}

void IndexKeeper::mark_fallen(const FieldSnapshot& field, SealState& state) const {
    for (std::size_t i = 0; i < field.segments.size(); ++i) {
        const std::optional<RecallReading> reading = recall_of(field.segments[i].row.file);
        SealedRun& run = state.segments[i];
        run.has_lost_recall = reading && has_fallen_since(*reading, run.rows);
    }
}

/// Damage must not be merged into a new segment that then looks whole: sources that are read from
/// maps have never been compared with their checksums.
bool IndexKeeper::are_whole(const FieldSnapshot& field, const SealPlan& plan) {
    bool are_whole = true;
    for (const SegmentSnapshot& segment : field.segments) {
        const bool is_source = std::find(plan.replaced.begin(), plan.replaced.end(),
                                         segment.row.number) != plan.replaced.end();
        if (!is_source || !segment.is_usable() || segment.opened.is_in_memory) continue;
        const auto verified = kept_.shelf.verify(segment.row);
        if (verified || verified.error().code() != ErrorCode::kCorruption) continue;
        LOG(kWarn, "event=segment_damaged field={:?} reason={:?}", field.spec.name,
            verified.error().message());
        are_whole = false;
    }
    if (!are_whole) kept_.snapshots.forget();
    return are_whole;
}

/// Copies what is read from maps so far. What is damaged is found by that, and built anew.
Result<void> IndexKeeper::load_segments(const std::stop_token& stop) {
    if (options_.segments == KeeperOptions::Segments::kMapped) return {};
    const std::shared_ptr<const Snapshot> snapshot = TRY(current());
    std::uint64_t bytes = bytes_in_memory(*snapshot);
    for (const FieldSnapshot& field : snapshot->fields) {
        for (const SegmentSnapshot& segment : field.segments) {
            const bool is_wanted = segment.is_usable() && !segment.opened.is_in_memory &&
                                   !unloaded_.contains(segment.row.file);
            if (!is_wanted || stop.stop_requested()) continue;
            // What does not fit is answered from its map, as the system has room for it.
            if (bytes + segment.opened.segment->size_bytes() > options_.memory()) continue;
            bytes += segment.opened.segment->size_bytes();
            if (const auto loaded = kept_.shelf.load(segment.row, field.spec); !loaded) {
                unloaded_.insert(segment.row.file);
                LOG(kWarn, "event=segment_not_loaded field={:?} reason={:?}", field.spec.name,
                    loaded.error().message());
            }
            kept_.snapshots.forget();
        }
    }
    return {};
}

Result<std::shared_ptr<const Snapshot>> IndexKeeper::current() const {
    const auto transaction = TRY(kept_.catalog.begin_read());
    return kept_.snapshots.of(*transaction);
}

void IndexKeeper::say(store::FieldNumber field, std::string text) {
    state_.lock()->texts[field] = std::move(text);
}

bool IndexKeeper::was_refused_lately(store::FieldNumber field) {
    const auto state = state_.lock();
    const auto found = state->refused.find(field);
    return found != state->refused.end() && Clock::now() < found->second + kRetryPause;
}

namespace {

Error cancelled() {
    return Error(ErrorCode::kCancelled, "the collection's index: building was stopped");
}

std::uint64_t bytes_in_memory(const Snapshot& snapshot) {
    std::uint64_t bytes = 0;
    for (const FieldSnapshot& field : snapshot.fields) {
        for (const SegmentSnapshot& segment : field.segments) {
            if (segment.opened.is_in_memory) bytes += segment.opened.segment->size_bytes();
        }
    }
    return bytes;
}

std::uint64_t ms_since(Clock::time_point start) {
    const auto passed = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start);
    return static_cast<std::uint64_t>(passed.count());
}

}  // namespace

}  // namespace sokkuri::collection
