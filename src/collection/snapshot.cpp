#include "collection/snapshot.h"

#include "base/check.h"
#include "base/log.h"
#include "collection/validation.h"

#include <algorithm>
#include <bit>
#include <limits>

namespace sokkuri::collection {

namespace {

/// Of a file, which will not go away by itself.
bool is_damage(const Error& error);
Result<void> bury_dead(FieldSnapshot& field, std::span<const store::Slot> dead);
/// The rest of the field goes on without these slots.
void bury_lost(FieldSnapshot& field, std::span<const store::SlotRun> lost);
/// Rows of float32 start at a multiple of 4 bytes in a page-aligned map.
std::vector<index::RowsView> views_of(std::span<const store::MappedRows> chunks);
void add_coded_runs(const TailCodes& tails, FieldSnapshot& field);
std::vector<index::RowsView> uncovered_rows(std::span<const index::RowsView> chunks,
                                            const FieldSnapshot& field);

}  // namespace

std::uint64_t count_dead(const index::Bitmap& dead, store::Slot first, store::Slot end) {
    const std::span<const std::uint64_t> words = dead.words();
    std::uint64_t count = 0;
    for (store::Slot word = first / 64; word < words.size() && word * 64 < end; ++word) {
        std::uint64_t bits = words[static_cast<std::size_t>(word)];
        if (word * 64 < first) bits &= ~std::uint64_t{0} << (first % 64);
        if ((word + 1) * 64 > end) bits &= ~(~std::uint64_t{0} << (end % 64));
        count += static_cast<std::uint64_t>(std::popcount(bits));
    }
    return count;
}

std::span<const float> FieldSnapshot::row(store::Slot slot) const {
    CHECK(slot < committed);
    return rows.row(static_cast<std::size_t>(slot));
}

bool FieldSnapshot::is_lost(store::Slot slot) const {
    return std::ranges::any_of(
        lost, [slot](const store::SlotRun& run) { return slot >= run.first && slot < run.end; });
}

Result<const FieldSnapshot*> Snapshot::field(std::string_view name) const {
    std::vector<std::string_view> names;
    for (const FieldSnapshot& field : fields) {
        names.push_back(field.spec.name);
    }
    for (const DamagedField& field : damaged) {
        names.push_back(field.spec.name);
    }
    const std::size_t position = TRY(find_field(names, name));
    if (position < fields.size()) return &fields[position];
    return tl::unexpected(damaged[position - fields.size()].reason);
}

Result<std::shared_ptr<const Snapshot>> Snapshots::of(store::ReadTransaction& transaction) {
    std::uint64_t times_forgotten = 0;
    {
        const auto recent = recent_.lock();
        times_forgotten = recent->times_forgotten;
        for (const auto& snapshot : recent->snapshots) {
            if (snapshot->generation == transaction.generation()) return snapshot;
        }
    }
    std::shared_ptr<const Snapshot> loaded = TRY(load(transaction));
    bool is_newest = false;
    {
        const auto recent = recent_.lock();
        is_newest = loaded->generation >= recent->newest;
        recent->newest = std::max(recent->newest, loaded->generation);
        // What was made of an older shelf serves this one query.
        if (recent->times_forgotten != times_forgotten) return loaded;
        recent->snapshots.insert(recent->snapshots.begin(), loaded);
        if (recent->snapshots.size() > kKept) recent->snapshots.pop_back();
    }
    if (is_newest) {
        clear_shelf(*loaded);
        close_readers(*loaded);
    }
    return loaded;
}

void Snapshots::forget() {
    std::vector<std::shared_ptr<const Snapshot>> forgotten;  // freed without the lock
    const auto recent = recent_.lock();
    forgotten.swap(recent->snapshots);
    ++recent->times_forgotten;
}

Result<std::shared_ptr<const Snapshot>> Snapshots::load(store::ReadTransaction& transaction) {
    auto snapshot = std::make_shared<Snapshot>();
    snapshot->generation = transaction.generation();
    const std::vector<store::FieldRow> rows = TRY(transaction.fields());
    for (const store::FieldRow& row : rows) {
        const std::string name = fmt::format("field \"{}\"", row.name);
        FieldSnapshot field = TRY(in_context(name, known_field(transaction, row)));
        const auto loaded = in_context(name, load_rows(transaction, row, field));
        if (loaded) {
            snapshot->fields.push_back(std::move(field));
            continue;
        }
        if (!is_damage(loaded.error())) return tl::unexpected(loaded.error());
        LOG(kWarn, "event=field_damaged field={:?} reason={:?}", row.name,
            loaded.error().message());
        snapshot->damaged.push_back(
            {field.spec, field.number, field.committed, field.tombstones, loaded.error()});
    }
    return snapshot;
}

Result<FieldSnapshot> Snapshots::known_field(store::ReadTransaction& transaction,
                                             const store::FieldRow& row) {
    FieldSnapshot field;
    field.spec = TRY(spec_of(row));
    field.number = row.number;
    field.committed = TRY(transaction.committed_slots(row.number));
    if (field.committed > std::numeric_limits<index::Slot>::max()) {
        return fail(ErrorCode::kExhausted, "{} slots: at most {} can be searched", field.committed,
                    std::numeric_limits<index::Slot>::max());
    }
    const std::vector<store::Slot> dead = TRY(transaction.tombstones(row.number));
    TRY(bury_dead(field, dead));
    return field;
}

Result<void> Snapshots::load_rows(store::ReadTransaction& transaction, const store::FieldRow& row,
                                  FieldSnapshot& field) {
    std::vector<store::SegmentRow> segments = TRY(transaction.segments(row.number));
    field.reader = TRY(reader_of(row));
    const store::RowsLeft left = TRY(field.reader->rows_left(field.committed));
    bury_lost(field, left.lost);
    const std::vector<index::RowsView> chunks = views_of(left.rows);
    std::vector<const float*> starts;
    for (const index::RowsView& chunk : chunks) {
        starts.push_back(chunk.values.data());
    }
    field.rows = index::RawRows(std::move(starts), row.rows_per_chunk,
                                static_cast<std::size_t>(field.committed), field.spec.dimension);
    field.tail_live = field.live();
    for (store::SegmentRow& segment : segments) {
        SegmentShelf::Opened opened = shelf_.of(segment, field.spec);
        const std::uint64_t live =
            segment.rows - count_dead(field.dead, segment.first_slot, segment.end_slot());
        // Made while some could not be read: what it has no codes for would never be found.
        if (live > segment.live) opened = {};
        if (opened.segment != nullptr) field.tail_live -= live;
        field.segments.push_back(
            {std::move(segment), std::move(opened), live, std::make_shared<const LivingNodes>()});
    }
    add_coded_runs(tails_, field);
    field.scanned = uncovered_rows(chunks, field);
    return {};
}

/// Segments that this snapshot does not have are wanted by nobody who comes later.
void Snapshots::clear_shelf(const Snapshot& snapshot) {
    std::set<std::string> files;
    for (const FieldSnapshot& field : snapshot.fields) {
        for (const SegmentSnapshot& segment : field.segments) {
            files.insert(segment.row.file);
        }
    }
    shelf_.keep_only(files);
}

/// Of fields that were dropped: open files take their room on the disk.
void Snapshots::close_readers(const Snapshot& snapshot) {
    ReaderByField closed;  // without the lock
    const auto readers = readers_.lock();
    const auto is_there = [&](const auto& entry) {
        return std::ranges::any_of(snapshot.fields, [&](const FieldSnapshot& field) {
            return field.number == entry.first;
        });
    };
    const auto gone = std::stable_partition(readers->begin(), readers->end(), is_there);
    closed.assign(std::make_move_iterator(gone), std::make_move_iterator(readers->end()));
    readers->erase(gone, readers->end());
}

Result<std::shared_ptr<store::VectorReader>> Snapshots::reader_of(const store::FieldRow& row) {
    const auto is_of_field = [&row](const auto& entry) { return entry.first == row.number; };
    {
        const auto readers = readers_.lock();
        const auto found = std::find_if(readers->begin(), readers->end(), is_of_field);
        if (found != readers->end()) return found->second;
    }
    std::shared_ptr<store::VectorReader> opened =
        TRY(store::VectorReader::open(files_, field_directory(directory_, row.number), row));
    const auto readers = readers_.lock();
    const auto raced = std::find_if(readers->begin(), readers->end(), is_of_field);
    if (raced != readers->end()) return raced->second;
    readers->emplace_back(row.number, opened);
    return opened;
}

std::string field_directory(const std::string& collection_directory, store::FieldNumber field) {
    return fmt::format("{}/fields/{}", collection_directory, field);
}

Result<FieldSpec> spec_of(const store::FieldRow& row) {
    if (row.element != store::ElementType::kF32) {
        return fail(ErrorCode::kUnsupported, "field \"{}\": its elements are not float32",
                    row.name);
    }
    FieldSpec spec;
    spec.name = row.name;
    spec.dimension = row.dimension;
    spec.metric = TRY(index::parse_metric(row.metric));
    spec.model = row.model;
    spec.fingerprint = row.fingerprint;
    return spec;
}

namespace {

bool is_damage(const Error& error) {
    return error.code() == ErrorCode::kCorruption || error.code() == ErrorCode::kUnsupported;
}

Result<void> bury_dead(FieldSnapshot& field, std::span<const store::Slot> dead) {
    for (std::size_t i = 0; i < dead.size(); ++i) {
        if (dead[i] >= field.committed || (i > 0 && dead[i] <= dead[i - 1])) {
            return fail(ErrorCode::kCorruption, "catalog: tombstone of slot {}; {} are committed",
                        dead[i], field.committed);
        }
        field.dead.set(static_cast<index::Slot>(dead[i]));
    }
    field.tombstones = dead.size();
    return {};
}

void bury_lost(FieldSnapshot& field, std::span<const store::SlotRun> lost) {
    for (const store::SlotRun& run : lost) {
        const std::uint64_t dead_before = field.tombstones;
        for (store::Slot slot = run.first; slot < run.end; ++slot) {
            const auto narrow = static_cast<index::Slot>(slot);
            if (!field.dead.test(narrow)) ++field.tombstones;
            field.dead.set(narrow);
        }
        if (field.tombstones > dead_before) field.lost.push_back(run);
        LOG(kWarn, "event=vectors_lost field={:?} first_slot={} slots={}", field.spec.name,
            run.first, run.end - run.first);
    }
}

std::vector<index::RowsView> views_of(std::span<const store::MappedRows> chunks) {
    std::vector<index::RowsView> views;
    for (const store::MappedRows& chunk : chunks) {
        views.push_back({{reinterpret_cast<const float*>(chunk.bytes.data()),
                          chunk.bytes.size() / sizeof(float)},
                         static_cast<index::Slot>(chunk.first_slot)});
    }
    return views;
}

/// Those behind the segments. They may have been made of a later generation: what this one has not
/// committed stays out (rows that do not exist are passed over by every search).
void add_coded_runs(const TailCodes& tails, FieldSnapshot& field) {
    const store::Slot sealed_end =
        field.segments.empty() ? 0 : field.segments.back().row.end_slot();
    for (TailCodes::Run& run : tails.beyond(field.number, sealed_end)) {
        const store::Slot end = std::min(run.end, field.committed);
        if (run.first >= end) continue;
        const auto live_from = [&](store::Slot first) {
            return end - first - count_dead(field.dead, first, end);
        };
        if (end > sealed_end) field.coded_live += live_from(std::max(run.first, sealed_end));
        SegmentSnapshot coded{.live = live_from(run.first),
                              .living = std::make_shared<const LivingNodes>()};
        coded.row.field = field.number;
        coded.row.first_slot = run.first;
        coded.row.rows = end - run.first;
        coded.row.live = run.segment->rows();
        coded.row.file = std::move(run.name);
        coded.opened = {.segment = std::move(run.segment), .is_in_memory = true};
        field.coded.push_back(std::move(coded));
    }
}

std::vector<index::RowsView> uncovered_rows(std::span<const index::RowsView> chunks,
                                            const FieldSnapshot& field) {
    std::vector<index::RowsView> uncovered;
    const auto add = [&](store::Slot first, store::Slot end) {
        for (const index::RowsView& chunk : chunks) {
            const store::Slot chunk_end = chunk.first + chunk.values.size() / field.spec.dimension;
            const store::Slot from = std::max<store::Slot>(first, chunk.first);
            const store::Slot to = std::min(end, chunk_end);
            if (from >= to) continue;
            uncovered.push_back(
                {chunk.values.subspan(
                     static_cast<std::size_t>(from - chunk.first) * field.spec.dimension,
                     static_cast<std::size_t>(to - from) * field.spec.dimension),
                 static_cast<index::Slot>(from)});
        }
    };
    store::Slot covered = 0;
    const auto pass_over = [&](const SegmentSnapshot& segment) {
        if (!segment.is_usable()) return;
        add(covered, segment.row.first_slot);
        covered = std::max(covered, segment.row.end_slot());
    };
    std::ranges::for_each(field.segments, pass_over);
    std::ranges::for_each(field.coded, pass_over);
    add(covered, field.committed);
    return uncovered;
}

}  // namespace

}  // namespace sokkuri::collection
