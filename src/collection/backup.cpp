#include "collection/backup.h"

#include "base/atomic_file.h"
#include "base/hash.h"
#include "collection/compaction.h"
#include "collection/earlier_backup.h"
#include "collection/field_files.h"
#include "collection/seal.h"
#include "collection/snapshot.h"
#include "collection/workspace_database.h"
#include "store/catalog.h"
#include "store/segment_file.h"
#include "store/vector_file.h"
#include "store/write_lock.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <set>
#include <unistd.h>
#include <vector>

namespace sokkuri::collection {

namespace {

constexpr const char* kCatalogName = "catalog.db";
constexpr const char* kWorkspaceName = "workspace.db";
constexpr const char* kPicturesName = "pictures";
constexpr std::uint64_t kPieceBytes = 8U << 20;  // copied at once
constexpr std::uint64_t kPictureBytesMax = 1U << 30;
constexpr int kTriesMax = 16;  // more often no files go from under a generation that begins

/// Of the generation that is copied.
struct OpenField {
    store::FieldRow row;
    std::vector<store::Extent> extents;
    store::Slot committed = 0;
    store::Slot there = 0;  // rows that an earlier backup has
    // With the rows mapped: whoever removes the files now takes nothing away. Null: all are there.
    std::unique_ptr<store::VectorReader> reader;
};

class Backup {
 public:
    Backup(FileSystem& files, const std::string& source, const std::string& target,
           const BackupOptions& options)
        : files_(files), source_(source), target_(target), options_(options) {}

    Result<BackupReport> run();

 private:
    Result<void> lock_target();
    Result<void> check_unused(const char* database) const;
    Result<bool> copy_workspace();
    Result<void> publish(const char* database);
    Result<void> copy_pictures();
    Result<void> copy_picture(const std::string& folder, const std::string& name);
    Result<void> begin_generation();
    Result<void> open_fields();
    Result<void> copy_fields();
    Result<void> copy_vectors(const OpenField& field);
    Result<void> copy_segments(const store::FieldRow& field);
    Result<void> copy_segment(const store::SegmentRow& segment);
    Result<void> copy_catalog();
    Result<void> note_old_pictures();
    void remove_what_is_old();
    Result<void> begin(const std::string& file);

    std::string from(const std::string& name) const { return join_path(source_, name); }
    std::string to(const std::string& name) const { return join_path(target_, name); }

    FileSystem& files_;
    const std::string& source_;
    const std::string& target_;
    const BackupOptions& options_;
    BackupReport report_;
    std::unique_ptr<store::WriteLock> lock_;
    EarlierBackup earlier_;  // what is in the target
    std::unique_ptr<store::Catalog> catalog_;
    std::unique_ptr<store::ReadTransaction> transaction_;  // the generation that is copied
    std::vector<OpenField> fields_;
    std::vector<std::string> old_pictures_;  // in the target alone, at both times of copying
};

/// Under a temporary name, which must not be there yet.
std::string partial(const std::string& path);

}  // namespace

Result<BackupReport> back_up_local_collection(FileSystem& files, const std::string& source,
                                              const std::string& target,
                                              const BackupOptions& options) {
    return Backup(files, source, target, options).run();
}

namespace {

Result<BackupReport> Backup::run() {
    catalog_ = TRY(store::Catalog::open(files_, from(kCatalogName), store::CatalogAccess::kRead));
    TRY(create_directories(files_, target_));
    TRY(lock_target());
    earlier_ = TRY(EarlierBackup::read(files_, target_));
    {
        const auto current = TRY(catalog_->begin_read());
        TRY(earlier_.check(*current));
    }
    TRY(check_unused(kCatalogName));
    // States of files follow the catalog's commits, and pictures go before them: so they are copied
    // first. But a state is believed: it becomes the target's only after the catalog that has its
    // record.
    const bool has_workspace = TRY(copy_workspace());
    TRY(copy_pictures());
    TRY(note_old_pictures());
    TRY(begin_generation());
    report_.generation = transaction_->generation();
    report_.records = TRY(transaction_->record_count());
    TRY(copy_pictures());  // those of records that have come meanwhile
    std::erase_if(old_pictures_, [this](const std::string& file) {
        const auto status = files_.status(from(file));
        return status || status.error().code() != ErrorCode::kNotFound;
    });
    TRY(copy_fields());
    TRY(copy_catalog());
    if (has_workspace) TRY(publish(kWorkspaceName));
    remove_what_is_old();
    return report_;
}

Result<void> Backup::lock_target() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const store::LockHolder self{
        .pid = getpid(),
        .since_s = std::chrono::duration_cast<std::chrono::seconds>(now).count(),
        .socket = ""};
    lock_ = TRY(store::WriteLock::acquire(files_, to("lock"), self));
    return {};
}

/// Beside the log of the one before, a new file would be taken for that one.
Result<void> Backup::check_unused(const char* database) const {
    for (const char* ending : {"-wal", "-journal"}) {
        const std::string log = to(database) + ending;
        const bool has_log = TRY(is_there(files_, log));
        if (!has_log) continue;
        const bool has_database = TRY(is_there(files_, to(database)));
        if (has_database) {
            return fail(ErrorCode::kUnavailable,
                        "{}: somebody has it open, or it was not closed cleanly ({} is there): "
                        "back up when it is closed",
                        to(database), log);
        }
        return fail(ErrorCode::kUnavailable,
                    "{}: left behind by a database that is gone; move it away first", log);
    }
    return {};
}

/// Under its temporary name; false when there is none.
Result<bool> Backup::copy_workspace() {
    const bool is_in_target = TRY(is_there(files_, to(kWorkspaceName)));
    if (is_in_target && !check_unused(kWorkspaceName)) {
        // What a kill has left is taken in by whoever opens and closes it.
        TRY(WorkspaceDatabase::open(files_, target_, WorkspaceAccess::kRead));
    }
    TRY(check_unused(kWorkspaceName));
    const bool is_in_source = TRY(is_there(files_, from(kWorkspaceName)));
    if (!is_in_source) return false;
    TRY(begin(kWorkspaceName));
    const std::string copy = partial(to(kWorkspaceName));
    static_cast<void>(files_.remove_file(copy));
    const auto workspace = TRY(WorkspaceDatabase::open(files_, source_, WorkspaceAccess::kRead));
    TRY(workspace->run([&](store::Database& database) { return database.copy_to(copy); }));
    return true;
}

/// A database that is copied gets its name.
Result<void> Backup::publish(const char* database) {
    TRY(check_unused(database));
    TRY(files_.rename(partial(to(database)), to(database)));
    TRY(files_.sync_directory(target_));
    const FileStatus status = TRY(files_.status(to(database)));
    ++report_.files_copied;
    report_.bytes_copied += status.size_bytes;
    return {};
}

Result<void> Backup::copy_pictures() {
    const std::vector<std::string> folders =
        TRY(names_in(files_, from(kPicturesName), FileKind::kRegular));
    for (const std::string& folder : folders) {
        const std::string inner = join_path(kPicturesName, folder);
        const std::vector<std::string> names =
            TRY(names_in(files_, from(inner), FileKind::kDirectory));
        const std::vector<std::string> there =
            TRY(names_in(files_, to(inner), FileKind::kDirectory));
        const std::set<std::string> known(there.begin(), there.end());
        for (const std::string& name : names) {
            if (name.ends_with(".tmp") || known.contains(name)) continue;
            TRY(copy_picture(inner, name));
        }
    }
    return {};
}

/// What the source does not have, while its generation may still need what it had a moment ago.
Result<void> Backup::note_old_pictures() {
    const std::vector<std::string> folders =
        TRY(names_in(files_, to(kPicturesName), FileKind::kRegular));
    for (const std::string& folder : folders) {
        const std::string inner = join_path(kPicturesName, folder);
        const std::vector<std::string> names =
            TRY(names_in(files_, from(inner), FileKind::kDirectory));
        const std::vector<std::string> there =
            TRY(names_in(files_, to(inner), FileKind::kDirectory));
        const std::set<std::string> wanted(names.begin(), names.end());
        for (const std::string& name : there) {
            if (!wanted.contains(name)) old_pictures_.push_back(join_path(inner, name));
        }
    }
    return {};
}

Result<void> Backup::copy_picture(const std::string& folder, const std::string& name) {
    const std::string file = join_path(folder, name);
    TRY(begin(file));
    const auto bytes = read_file(files_, from(file), kPictureBytesMax);
    if (!bytes && bytes.error().code() == ErrorCode::kNotFound) return {};  // removed meanwhile
    if (!bytes) return tl::unexpected(bytes.error());
    const std::string content = hex(xxh128(*bytes));
    if (name.size() == content.size() && content != name) {
        return fail(ErrorCode::kCorruption, "{}: content is {}, not what its name says", from(file),
                    content);
    }
    TRY(create_directories(files_, to(folder)));
    TRY(replace_file(files_, to(file), *bytes));
    ++report_.files_copied;
    report_.bytes_copied += bytes->size();
    return {};
}

/// A compaction or a dropped field may take files away between the moment at which a generation is
/// begun and that at which they are open: then there is a newer one without them.
Result<void> Backup::begin_generation() {
    for (int tries_left = kTriesMax;; --tries_left) {
        transaction_ = TRY(catalog_->begin_read());
        const auto opened = open_fields();
        if (opened) return {};
        const auto newest = TRY(catalog_->begin_read());
        const bool has_moved = newest->generation() != transaction_->generation();
        if (!has_moved || tries_left == 0) return opened;
    }
}

Result<void> Backup::open_fields() {
    fields_.clear();
    std::vector<store::FieldRow> rows = TRY(transaction_->fields());
    for (store::FieldRow& row : rows) {
        OpenField field{.row = std::move(row)};
        field.extents = TRY(transaction_->extents(field.row.number));
        field.committed = TRY(transaction_->committed_slots(field.row.number));
        field.there = TRY(earlier_.rows_of(field.row, field.extents));
        if (field.there != field.committed) {
            field.reader = TRY(store::VectorReader::open(
                files_, field_directory(source_, field.row.number), field.row));
            TRY(field.reader->rows(field.committed));
        }
        fields_.push_back(std::move(field));
    }
    return {};
}

Result<void> Backup::copy_fields() {
    for (const OpenField& field : fields_) {
        if (field.reader != nullptr) TRY(copy_vectors(field));
        TRY(copy_segments(field.row));
    }
    return {};
}

/// Behind the rows that an earlier backup has: they are its committed mark's and stay.
Result<void> Backup::copy_vectors(const OpenField& field) {
    const store::Slot there = field.there;
    const auto writer = TRY(store::VectorWriter::open(
        files_, field_directory(target_, field.row.number), field.row, there));
    const std::vector<store::MappedRows> chunks = TRY(field.reader->rows(field.committed));
    for (const store::Extent& extent : field.extents) {
        if (extent.first_slot < there) continue;
        TRY(field.reader->verify(std::span(&extent, 1)));
    }
    const std::uint64_t row_bytes = store::row_bytes(field.row);
    const std::uint64_t piece_bytes =
        std::max<std::uint64_t>(kPieceBytes / row_bytes, 1) * row_bytes;
    for (const store::MappedRows& chunk : chunks) {
        const std::uint64_t rows = chunk.bytes.size() / row_bytes;
        if (chunk.first_slot + rows <= there) continue;
        TRY(begin(fmt::format("fields/{}/vectors", field.row.number)));
        const std::uint64_t skipped = there - std::min(there, chunk.first_slot);
        std::span<const std::byte> bytes =
            chunk.bytes.subspan(static_cast<std::size_t>(skipped * row_bytes));
        report_.bytes_copied += bytes.size();
        ++report_.files_copied;
        while (!bytes.empty()) {
            const std::size_t count =
                std::min<std::size_t>(bytes.size(), static_cast<std::size_t>(piece_bytes));
            TRY(writer->append(bytes.first(count)));
            bytes = bytes.subspan(count);
        }
    }
    return writer->sync();
}

Result<void> Backup::copy_segments(const store::FieldRow& field) {
    const std::vector<store::SegmentRow> segments = TRY(transaction_->segments(field.number));
    for (const store::SegmentRow& segment : segments) {
        const auto copied = copy_segment(segment);
        if (copied) continue;
        // The copy builds it anew, as the collection itself would.
        const ErrorCode code = copied.error().code();
        if (code != ErrorCode::kCorruption && code != ErrorCode::kNotFound) return copied;
        ++report_.segments_left_out;
    }
    return {};
}

Result<void> Backup::copy_segment(const store::SegmentRow& segment) {
    TRY(begin(segment.file));
    const auto source = TRY(store::SegmentFile::open(files_, from(segment.file)));
    const auto there = store::SegmentFile::open(files_, to(segment.file));
    if (there && (*there)->size_bytes() == source->size_bytes() && (*there)->verify()) {
        ++report_.files_kept;
        return {};
    }
    TRY(source->verify());
    const std::string path = to(segment.file);
    TRY(create_directories(files_, path.substr(0, path.rfind('/'))));
    const std::vector<store::FileSection> sections(source->sections().begin(),
                                                   source->sections().end());
    TRY(store::write_segment_file(files_, path, sections));
    ++report_.files_copied;
    report_.bytes_copied += source->size_bytes();
    return {};
}

/// From here on the copy is the new one.
Result<void> Backup::copy_catalog() {
    TRY(begin(kCatalogName));
    const std::string copy = partial(to(kCatalogName));
    static_cast<void>(files_.remove_file(copy));
    TRY(transaction_->copy_to(copy));
    TRY(check_unused(kWorkspaceName));  // whoever opens it now must not meet a newer catalog
    return publish(kCatalogName);
}

/// Best effort: what stays goes with the next backup.
void Backup::remove_what_is_old() {
    remove_leftovers(files_, target_, *transaction_);
    remove_old_fields(files_, target_, *transaction_);
    const auto has_workspace = is_there(files_, from(kWorkspaceName));
    // One that is left over speaks of files of another time.
    if (has_workspace && !*has_workspace) static_cast<void>(files_.remove_file(to(kWorkspaceName)));
    for (const std::string& picture : old_pictures_)
        static_cast<void>(files_.remove_file(to(picture)));
}

Result<void> Backup::begin(const std::string& file) {
    if (options_.stop.stop_requested()) return fail(ErrorCode::kCancelled, "backup: stopped");
    if (options_.progress) options_.progress(file);
    return {};
}

std::string partial(const std::string& path) {
    return path + ".partial";
}

}  // namespace

}  // namespace sokkuri::collection
