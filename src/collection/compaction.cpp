#include "collection/compaction.h"

#include "collection/field_files.h"
#include "collection/snapshot.h"
#include "store/vector_file.h"

#include <algorithm>
#include <memory>
#include <set>
#include <vector>

namespace sokkuri::collection {

namespace {

constexpr std::size_t kBlockBytes = 8U << 20;  // rows that are appended at once

/// Where the live rows of one field come from and go to.
class FieldCompaction {
 public:
    FieldCompaction(FileSystem& files, const std::string& directory, const CompactRequest& request)
        : files_(files), directory_(directory), request_(request) {}

    /// Says what is to be copied. False when the field has no dead rows.
    Result<bool> plan(store::ReadTransaction& transaction, const store::FieldRow& field);
    /// Copies the rows to the files of field `number`, synced, and tells the catalog.
    Result<void> copy(store::WriteTransaction& transaction, store::FieldNumber number);

    std::uint64_t live_rows() const { return committed_ - dead_.size(); }
    std::uint64_t dead_rows() const { return dead_.size(); }

 private:
    Result<void> check_live_blocks() const;
    Result<void> append_run(store::Slot first, store::Slot end);
    Result<void> flush();

    FileSystem& files_;
    const std::string& directory_;
    const CompactRequest& request_;
    store::FieldRow field_;
    store::Slot committed_ = 0;
    std::vector<store::Slot> dead_;  // ascending
    std::vector<store::Extent> old_extents_;
    std::unique_ptr<store::VectorReader> reader_;
    std::unique_ptr<store::VectorWriter> writer_;
    std::vector<std::byte> block_;
    std::vector<store::Extent> extents_;
};

void remove_folder(FileSystem& files, const std::string& path);

}  // namespace

void CompactReport::add_later_error(std::string_view what, const Error& error) {
    later_error += fmt::format("{}{}: {}", later_error.empty() ? "" : "; ", what, error.message());
}

Result<CompactReport> compact_fields(FileSystem& files, const std::string& directory,
                                     store::Catalog& catalog, const CompactRequest& request) {
    CompactReport report;
    {
        // The transaction comes before any vector is written (store/catalog.h).
        const auto transaction = TRY(catalog.begin_write());
        const auto reading = TRY(catalog.begin_read());
        const std::vector<store::FieldRow> fields = TRY(reading->fields());
        for (const store::FieldRow& field : fields) {
            FieldCompaction compaction(files, directory, request);
            const bool is_due = TRY(compaction.plan(*reading, field));
            if (!is_due) continue;
            const store::FieldNumber number = TRY(transaction->renumber_field(field.number));
            TRY(compaction.copy(*transaction, number));
            report.rows_moved += compaction.live_rows();
            report.rows_dropped += compaction.dead_rows();
        }
        if (report.rows_dropped > 0) TRY(transaction->commit());
    }
    // The vectors have moved, whatever becomes of this.
    if (const auto shrunk = catalog.shrink(); !shrunk) {
        report.add_later_error("the catalog was not made smaller", shrunk.error());
    }
    return report;
}

bool has_old_fields(const FileSystem& files, const std::string& directory,
                    store::ReadTransaction& transaction) {
    return !old_field_folders(files, directory, transaction).empty();
}

std::uint64_t bytes_of_old_fields(const FileSystem& files, const std::string& directory,
                                  store::ReadTransaction& transaction) {
    std::uint64_t bytes = 0;
    for (const std::string& folder : old_field_folders(files, directory, transaction)) {
        bytes += bytes_below(files, folder).value_or(0);
    }
    return bytes;
}

std::vector<std::string> old_field_folders(const FileSystem& files, const std::string& directory,
                                           store::ReadTransaction& transaction) {
    std::vector<std::string> folders;
    const auto fields = transaction.fields();
    const std::string folder = join_path(directory, "fields");
    const auto entries = files.list(folder);
    if (!fields || !entries) return folders;
    std::set<std::string> known;
    for (const store::FieldRow& field : *fields) {
        known.insert(std::to_string(field.number));
    }
    for (const DirectoryEntry& entry : *entries) {
        const bool is_number = std::all_of(entry.name.begin(), entry.name.end(),
                                           [](char digit) { return digit >= '0' && digit <= '9'; });
        if (entry.kind != FileKind::kDirectory || !is_number || known.contains(entry.name)) {
            continue;
        }
        folders.push_back(join_path(folder, entry.name));
    }
    return folders;
}

void remove_old_fields(FileSystem& files, const std::string& directory,
                       store::ReadTransaction& transaction) {
    for (const std::string& folder : old_field_folders(files, directory, transaction)) {
        remove_folder(files, folder);
    }
}

namespace {

Result<bool> FieldCompaction::plan(store::ReadTransaction& transaction,
                                   const store::FieldRow& field) {
    field_ = field;
    dead_ = TRY(transaction.tombstones(field.number));
    if (dead_.empty()) return false;
    committed_ = TRY(transaction.committed_slots(field.number));
    old_extents_ = TRY(transaction.extents(field.number));
    return true;
}

Result<void> FieldCompaction::copy(store::WriteTransaction& transaction,
                                   store::FieldNumber number) {
    reader_ =
        TRY(store::VectorReader::open(files_, field_directory(directory_, field_.number), field_));
    TRY(check_live_blocks());
    store::FieldRow moved = field_;
    moved.number = number;
    writer_ = TRY(store::VectorWriter::open(files_, field_directory(directory_, number), moved, 0));
    store::Slot next = 0;
    for (const store::Slot dead : dead_) {
        TRY(append_run(next, dead));
        next = dead + 1;
    }
    TRY(append_run(next, committed_));
    TRY(flush());
    TRY(writer_->sync());
    for (const store::Extent& extent : extents_) {
        TRY(transaction.add_extent(number, extent));
    }
    return {};
}

/// Damaged rows must not get a new checksum by which they look whole. In a block whose rows are all
/// dead nobody cares: it stays behind.
Result<void> FieldCompaction::check_live_blocks() const {
    for (const store::Extent& extent : old_extents_) {
        const auto verified = reader_->verify(std::span(&extent, 1));
        if (verified) continue;
        const auto first = std::ranges::lower_bound(dead_, extent.first_slot);
        const auto end = std::lower_bound(first, dead_.end(), extent.first_slot + extent.rows);
        const auto dead = static_cast<std::uint64_t>(end - first);
        if (verified.error().code() == ErrorCode::kCorruption && dead == extent.rows) continue;
        return verified;
    }
    return {};
}

Result<void> FieldCompaction::append_run(store::Slot first, store::Slot end) {
    for (store::Slot slot = first; slot < end; ++slot) {
        const std::span<const std::byte> row = TRY(reader_->row(slot));
        block_.insert(block_.end(), row.begin(), row.end());
        if (block_.size() >= kBlockBytes) TRY(flush());
    }
    return {};
}

Result<void> FieldCompaction::flush() {
    if (request_.stop.stop_requested()) return fail(ErrorCode::kCancelled, "compact: stopped");
    if (block_.empty()) return {};
    const store::Extent extent = TRY(writer_->append(block_));
    block_.clear();
    extents_.push_back(extent);
    if (request_.progress) {
        const auto done = static_cast<double>(extent.first_slot + extent.rows);
        request_.progress(done / static_cast<double>(live_rows()), "moving vectors");
    }
    return {};
}

/// A field's: folders of files. What does not go now goes at the next opening.
void remove_folder(FileSystem& files, const std::string& path) {
    const auto folders = files.list(path);
    for (const DirectoryEntry& folder : folders.value_or(std::vector<DirectoryEntry>())) {
        const std::string inner = join_path(path, folder.name);
        const auto entries = files.list(inner);
        for (const DirectoryEntry& entry : entries.value_or(std::vector<DirectoryEntry>())) {
            static_cast<void>(files.remove_file(join_path(inner, entry.name)));
        }
        static_cast<void>(files.remove_directory(inner));
    }
    static_cast<void>(files.remove_directory(path));
}

}  // namespace

}  // namespace sokkuri::collection
