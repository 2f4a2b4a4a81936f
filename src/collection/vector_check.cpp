#include "collection/vector_check.h"

#include "collection/snapshot.h"
#include "store/vector_file.h"

#include <algorithm>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace sokkuri::collection {

namespace {

constexpr const char* kCatalogName = "catalog.db";
constexpr std::size_t kNamedRecordsMax = 3;   // of a damaged block
constexpr std::size_t kLostRecordsMax = 100;  // of a file that ends too early
constexpr const char* kHoldsNothing =
    "; but no record has its vector there any more: `sokkuri compact` drops these slots";

class VectorCheck {
 public:
    VectorCheck(const CheckedVectors& vectors, VectorCheckSink& sink)
        : files_(vectors.files),
          directory_(vectors.directory),
          transaction_(vectors.transaction),
          field_(vectors.field),
          sink_(sink) {}

    Result<void> run();

 private:
    void tell_lost(std::span<const store::SlotRun> lost);
    Result<void> check_chunk(store::Slot first);
    Result<void> check_extent(const store::Extent& extent);
    void tell(const std::string& file, const Error& error, const store::SlotRun& slots);
    Result<void> check_beyond_mark();
    bool are_dead(const store::SlotRun& slots) const;
    std::string records_in(const store::SlotRun& slots, std::size_t named_max);
    std::string folder() const {
        return field_directory(".", field_.number).substr(2) + "/vectors";
    }
    std::string chunk_of(store::Slot slot) const {
        return fmt::format("{}/{:04}", folder(), slot / field_.rows_per_chunk);
    }

    FileSystem& files_;
    const std::string& directory_;
    store::ReadTransaction& transaction_;
    const store::FieldRow& field_;
    VectorCheckSink& sink_;
    std::unique_ptr<store::VectorReader> reader_;
    std::vector<store::Slot> dead_;  // ascending
    store::Slot committed_ = 0;
    store::Slot seen_end_ = 0;    // of the chunks whose files were looked at
    std::set<std::string> gone_;  // files of which nothing can be read
};

}  // namespace

Result<void> check_vectors(const CheckedVectors& vectors, VectorCheckSink& sink) {
    return VectorCheck(vectors, sink).run();
}

namespace {

Result<void> VectorCheck::run() {
    auto reader =
        store::VectorReader::open(files_, field_directory(directory_, field_.number), field_);
    if (!reader) {
        sink_.find(Finding::Kind::kDamage, kCatalogName, reader.error());
        return {};
    }
    reader_ = std::move(*reader);
    dead_ = TRY(transaction_.tombstones(field_.number));
    const std::vector<store::Extent> extents = TRY(transaction_.extents(field_.number));
    committed_ = TRY(transaction_.committed_slots(field_.number));
    const auto lost = reader_->lost_slots(committed_);
    if (lost) tell_lost(*lost);
    for (const store::Extent& extent : extents) {
        const auto is_gone = [&](const store::SlotRun& run) {
            return extent.first_slot >= run.first && extent.first_slot + extent.rows <= run.end;
        };
        if (lost && std::ranges::any_of(*lost, is_gone)) continue;
        TRY(check_extent(extent));
    }
    return check_beyond_mark();
}

/// Rows of which only the catalog knows.
void VectorCheck::tell_lost(std::span<const store::SlotRun> lost) {
    for (const store::SlotRun& run : lost) {
        const std::string what = fmt::format(
            "{}: ends before slots {} to {}{}: `sokkuri verify --repair` goes on "
            "without these vectors",
            chunk_of(run.first), run.first, run.end - 1, records_in(run, kLostRecordsMax));
        sink_.find(Finding::Kind::kDamage, chunk_of(run.first),
                   Error(ErrorCode::kCorruption, what));
    }
}

/// A file that is missing, or none of ours, is told once and not with each of its blocks.
Result<void> VectorCheck::check_chunk(store::Slot first) {
    const std::string file = chunk_of(first);
    TRY(sink_.begin(file));
    const auto checked = reader_->check_file(first);
    if (checked) return {};
    gone_.insert(file);
    tell(file, checked.error(), {first, std::min(first + field_.rows_per_chunk, committed_)});
    return {};
}

Result<void> VectorCheck::check_extent(const store::Extent& extent) {
    const std::string file = chunk_of(extent.first_slot);
    const store::Slot end = extent.first_slot + extent.rows;
    for (; seen_end_ < end; seen_end_ += field_.rows_per_chunk) {
        TRY(check_chunk(seen_end_));
    }
    if (gone_.contains(file) || gone_.contains(chunk_of(end - 1))) return {};
    TRY(sink_.go_on());
    const auto verified = reader_->verify(std::span(&extent, 1));
    if (verified) return {};
    tell(file, verified.error(), {extent.first_slot, end});
    return {};
}

void VectorCheck::tell(const std::string& file, const Error& error, const store::SlotRun& slots) {
    if (error.code() == ErrorCode::kCorruption && are_dead(slots)) {
        sink_.find(Finding::Kind::kNote, file,
                   Error(error.code(), error.message() + kHoldsNothing));
        return;
    }
    const std::string whose = records_in(slots, kNamedRecordsMax);
    sink_.find(Finding::Kind::kDamage, file, Error(error.code(), error.message() + whose));
}

/// What a write that never committed has left, as SQLite's log does when its end is damaged.
Result<void> VectorCheck::check_beyond_mark() {
    const auto entries = files_.list(join_path(directory_, folder()));
    if (!entries && entries.error().code() == ErrorCode::kNotFound) return {};
    if (!entries) return tl::unexpected(entries.error());
    constexpr std::uint64_t kHeaderBytes = 4096;
    std::uint64_t rows = 0;
    for (const DirectoryEntry& entry : *entries) {
        const auto status = files_.status(join_path(join_path(directory_, folder()), entry.name));
        if (!status) continue;
        sink_.add_bytes(status->size_bytes);
        const std::uint64_t bytes = status->size_bytes - std::min(status->size_bytes, kHeaderBytes);
        rows += bytes / std::max<std::size_t>(store::row_bytes(field_), 1);
    }
    if (rows <= committed_) return {};
    const std::string what = fmt::format(
        "{} rows lie beyond the committed mark ({} rows): the rest of a write that was cut off, or "
        "the end of the catalog's log was lost",
        rows - committed_, committed_);
    sink_.find(Finding::Kind::kNote, folder(), Error(ErrorCode::kCorruption, what));
    return {};
}

bool VectorCheck::are_dead(const store::SlotRun& slots) const {
    const auto first = std::ranges::lower_bound(dead_, slots.first);
    const auto end = std::lower_bound(first, dead_.end(), slots.end);
    return static_cast<std::uint64_t>(end - first) == slots.end - slots.first;
}

/// "; holds vectors of a, b, c and more records", as far as they can be told.
std::string VectorCheck::records_in(const store::SlotRun& slots, std::size_t named_max) {
    std::string names;
    std::size_t named = 0;
    for (store::Slot slot = slots.first; slot < slots.end; ++slot) {
        const auto records = transaction_.records_of_slots(field_.number, std::span(&slot, 1));
        if (!records) continue;  // dead
        if (++named > named_max) return names + " and more records";
        const auto record = transaction_.record(records->front());
        if (!record || !*record) continue;
        names +=
            fmt::format("{} \"{}\"", names.empty() ? "; holds vectors of" : ",", (*record)->id);
    }
    return names;
}

}  // namespace

}  // namespace sokkuri::collection
