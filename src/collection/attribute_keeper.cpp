#include "collection/attribute_keeper.h"

#include "base/log.h"
#include "base/out_of_memory.h"
#include "base/thread_pool.h"
#include "base/thread_priority.h"

#include <algorithm>
#include <utility>

namespace sokkuri::collection {
namespace {

using Clock = std::chrono::steady_clock;

/// Records that come one after another are taken in together, when they have paused.
constexpr std::chrono::milliseconds kPause{500};

/// How far the index is, and how far it could be.
struct Progress {
    std::uint64_t built_to = 0;
    std::uint64_t end = 0;
};

Result<Progress> progress_of(const store::Catalog& catalog, const store::AttributeSource& source);
/// The next blocks, read side by side.
Result<std::vector<store::AttributeSlice>> read_blocks(const store::Catalog& catalog,
                                                       const store::AttributeSource& source,
                                                       Progress from, ThreadPool& threads);

}  // namespace

AttributeKeeper::AttributeKeeper(const store::Catalog& catalog, Extend extend,
                                 KeeperOptions::Sealing when)
    : catalog_(catalog), extend_(std::move(extend)) {
    state_.lock()->last_change = Clock::now();
    if (when == KeeperOptions::Sealing::kWhenAsked) return;
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

AttributeKeeper::~AttributeKeeper() {
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
}

void AttributeKeeper::want(const std::vector<store::AttributeSource>& sources) {
    {
        const auto state = state_.lock();
        for (const store::AttributeSource& source : sources) {
            const auto& wanted = state->wanted;
            if (std::find(wanted.begin(), wanted.end(), source) != wanted.end()) continue;
            if (wanted.size() < store::kAttributeIndexesMax) state->wanted.push_back(source);
        }
    }
    wake_.notify_all();
}

void AttributeKeeper::changed() {
    {
        const auto state = state_.lock();
        state->has_changed = true;
        state->last_change = Clock::now();
    }
    wake_.notify_all();
}

Result<void> AttributeKeeper::catch_up(const std::stop_token& stop) {
    const std::vector<store::AttributeSource> sources = TRY(due());
    Result<void> outcome;
    for (const store::AttributeSource& source : sources) {
        const auto built = build(source, stop);
        if (!built && built.error().code() == ErrorCode::kCancelled) return built;
        if (!built && outcome) outcome = built;
    }
    return outcome;
}

void AttributeKeeper::run(const std::stop_token& stop) {
    lower_thread_priority();
    while (wait_for_work(stop)) {
        const auto done = or_out_of_memory([&] { return catch_up(stop); });
        if (!done && done.error().code() != ErrorCode::kCancelled) {
            LOG(kWarn, "event=attribute_index_not_built reason={:?}", done.error().message());
        }
    }
}

/// False when asked to stop.
bool AttributeKeeper::wait_for_work(const std::stop_token& stop) {
    auto state = state_.lock();
    const auto is_wanted = [&] { return !state->wanted.empty(); };
    while (!stop.stop_requested()) {
        if (is_wanted()) return true;
        if (!state->has_changed) {
            wake_.wait(state.lock(), stop, [&] { return is_wanted() || state->has_changed; });
            continue;
        }
        const Time paused_at = state->last_change + kPause;
        if (Clock::now() >= paused_at) {
            state->has_changed = false;
            return true;
        }
        wake_.wait_until(state.lock(), stop, paused_at, is_wanted);
    }
    return false;
}

/// What is wished for, which is forgotten here, and the indexes that records are missing in.
Result<std::vector<store::AttributeSource>> AttributeKeeper::due() {
    std::vector<store::AttributeSource> sources;
    std::swap(sources, state_.lock()->wanted);
    const auto transaction = TRY(catalog_.begin_read());
    const std::vector<store::AttributeIndex> indexes = TRY(transaction->attributes().indexes());
    for (const store::AttributeIndex& index : indexes) {
        const bool is_listed =
            std::find(sources.begin(), sources.end(), index.source) != sources.end();
        const bool is_whole = index.built_to >= transaction->record_numbers_end();
        if (is_listed && is_whole) std::erase(sources, index.source);
        if (!is_listed && !is_whole) sources.push_back(index.source);
    }
    return sources;
}

Result<void> AttributeKeeper::build(const store::AttributeSource& source,
                                    const std::stop_token& stop) {
    const Time start = Clock::now();
    const store::AttributeIndex index = TRY(build_attribute_index(catalog_, source, extend_, stop));
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start);
    LOG(kInfo, "event=attribute_indexed path={:?} kind={} records={} ms={}", source.path,
        static_cast<int>(source.kind), index.built_to, ms.count());
    return {};
}

/// Where a block has been read in vain, because too much has changed meanwhile, the writer reads.
Result<store::AttributeIndex> build_attribute_index(const store::Catalog& catalog,
                                                    const store::AttributeSource& source,
                                                    const AttributeKeeper::Extend& extend,
                                                    const std::stop_token& stop) {
    ThreadPool threads(AttributeKeeper::kBlocksAtOnce);
    Progress progress = TRY(progress_of(catalog, source));
    for (;;) {
        if (stop.stop_requested()) {
            return fail(ErrorCode::kCancelled, "attribute index of {}: cancelled", source.path);
        }
        const std::uint64_t before = progress.built_to;
        const bool is_at_block = before % store::AttributeSlice::kRecords == 0 &&
                                 before + AttributeKeeper::kSliceRecords <= progress.end;
        if (is_at_block) {
            const std::vector<store::AttributeSlice> slices =
                TRY(read_blocks(catalog, source, progress, threads));
            for (const store::AttributeSlice& slice : slices) {
                const store::AttributeIndex index = TRY(extend.by_slice(slice));
                progress.built_to = index.built_to;
                if (index.built_to != slice.end) break;
            }
            if (progress.built_to > before) continue;
        }
        const store::AttributeIndex index =
            TRY(extend.by_reading(source, AttributeKeeper::kSliceRecords));
        if (index.built_to == before) return index;
        progress = TRY(progress_of(catalog, source));
    }
}

namespace {

Result<Progress> progress_of(const store::Catalog& catalog, const store::AttributeSource& source) {
    const auto transaction = TRY(catalog.begin_read());
    const std::vector<store::AttributeIndex> indexes = TRY(transaction->attributes().indexes());
    Progress progress{.built_to = 0, .end = transaction->record_numbers_end()};
    for (const store::AttributeIndex& index : indexes) {
        if (index.source == source) progress.built_to = index.built_to;
    }
    return progress;
}

Result<std::vector<store::AttributeSlice>> read_blocks(const store::Catalog& catalog,
                                                       const store::AttributeSource& source,
                                                       Progress from, ThreadPool& threads) {
    constexpr std::uint64_t kRecords = store::AttributeSlice::kRecords;
    const auto left =
        static_cast<std::size_t>((from.end - from.built_to + kRecords - 1) / kRecords);
    std::vector<Result<store::AttributeSlice>> read(std::min(left, AttributeKeeper::kBlocksAtOnce));
    threads.for_each(read.size(), [&](std::size_t i) {
        const auto transaction = catalog.begin_read();
        if (!transaction) {
            read[i] = tl::unexpected(transaction.error());
            return;
        }
        read[i] = store::read_attribute_slice(**transaction, source, from.built_to + i * kRecords);
    });
    std::vector<store::AttributeSlice> slices;
    for (auto& one : read) {
        store::AttributeSlice slice = TRY(std::move(one));
        slices.push_back(std::move(slice));
    }
    return slices;
}

}  // namespace

}  // namespace sokkuri::collection
