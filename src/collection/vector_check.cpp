#include "collection/vector_check.h"

#include "collection/snapshot.h"
#include "store/vector_file.h"

#include <algorithm>
#include <memory>
#include <span>
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
    Result<void> check_extent(const store::Extent& extent);
    Result<void> check_beyond_mark(store::Slot committed);
    bool is_dead(const store::Extent& extent) const;
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
    const store::Slot committed = TRY(transaction_.committed_slots(field_.number));
    // A file that is missing, or that is none of ours, is told block by block.
    const auto lost = reader_->lost_slots(committed);
    if (lost) tell_lost(*lost);
    for (const store::Extent& extent : extents) {
        const auto is_gone = [&](const store::SlotRun& run) {
            return extent.first_slot >= run.first && extent.first_slot + extent.rows <= run.end;
        };
        if (lost && std::ranges::any_of(*lost, is_gone)) continue;
        TRY(check_extent(extent));
    }
    return check_beyond_mark(committed);
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

Result<void> VectorCheck::check_extent(const store::Extent& extent) {
    const std::string file = chunk_of(extent.first_slot);
    if (extent.first_slot % field_.rows_per_chunk == 0) TRY(sink_.begin(file));
    TRY(sink_.go_on());
    const auto verified = reader_->verify(std::span(&extent, 1));
    if (verified) return {};
    const Error& error = verified.error();
    if (error.code() == ErrorCode::kCorruption && is_dead(extent)) {
        sink_.find(Finding::Kind::kNote, file,
                   Error(error.code(), error.message() + kHoldsNothing));
        return {};
    }
    const std::string whose =
        records_in({extent.first_slot, extent.first_slot + extent.rows}, kNamedRecordsMax);
    sink_.find(Finding::Kind::kDamage, file, Error(error.code(), error.message() + whose));
    return {};
}

/// What a write that never committed has left, as SQLite's log does when its end is damaged.
Result<void> VectorCheck::check_beyond_mark(store::Slot committed) {
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
    if (rows <= committed) return {};
    const std::string what = fmt::format(
        "{} rows lie beyond the committed mark ({} rows): the rest of a write that was cut off, or "
        "the end of the catalog's log was lost",
        rows - committed, committed);
    sink_.find(Finding::Kind::kNote, folder(), Error(ErrorCode::kCorruption, what));
    return {};
}

bool VectorCheck::is_dead(const store::Extent& extent) const {
    const auto first = std::ranges::lower_bound(dead_, extent.first_slot);
    const auto end = std::lower_bound(first, dead_.end(), extent.first_slot + extent.rows);
    return static_cast<std::uint64_t>(end - first) == extent.rows;
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
