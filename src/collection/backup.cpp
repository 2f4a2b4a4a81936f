#include "collection/backup.h"

#include "collection/backup_run.h"
#include "collection/compaction.h"
#include "collection/earlier_backup.h"
#include "collection/field_backup.h"
#include "collection/field_files.h"
#include "collection/picture_backup.h"
#include "collection/readable_catalog.h"
#include "collection/seal.h"
#include "collection/workspace_database.h"
#include "store/catalog.h"
#include "store/write_lock.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <unistd.h>
#include <vector>

namespace sokkuri::collection {

namespace {

constexpr const char* kCatalogName = "catalog.db";
constexpr const char* kWorkspaceName = "workspace.db";
constexpr int kTriesMax = 16;  // more often no files go from under a generation that begins

class Backup {
 public:
    Backup(FileSystem& files, const std::string& source, const std::string& target,
           const BackupOptions& options)
        : run_{files, source, target, options, {}} {}

    Result<BackupReport> run();

 private:
    Result<void> lock_target();
    Result<void> check_unused(const char* database) const;
    Result<bool> copy_workspace();
    Result<void> publish(const char* database);
    Result<void> begin_generation();
    Result<void> open_files();
    bool has_all_files() const;
    Result<void> copy_catalog();
    Result<void> begin_history(const std::string& catalog);
    void remove_what_is_old();

    BackupRun run_;
    std::unique_ptr<store::WriteLock> lock_;
    EarlierBackup earlier_;  // what is in the target
    ReadableCatalog source_;
    std::unique_ptr<store::ReadTransaction> transaction_;  // the generation that is copied
    std::vector<FieldBackup> fields_;
    PictureBackup pictures_{run_};
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
    source_ = TRY(ReadableCatalog::open(run_.files, run_.from(kCatalogName)));
    TRY(create_directories(run_.files, run_.target));
    TRY(lock_target());
    earlier_ = TRY(EarlierBackup::read(run_.files, run_.target));
    {
        const auto current = TRY(source_.catalog->begin_read());
        TRY(earlier_.check(*current));
    }
    TRY(check_unused(kCatalogName));
    // States of files follow the catalog's commits, and pictures go before them: so they are copied
    // first. But a state is believed: it becomes the target's only after the catalog that has its
    // record.
    const bool has_workspace = TRY(copy_workspace());
    TRY(pictures_.copy());
    TRY(pictures_.note_old());
    TRY(begin_generation());
    run_.report.generation = transaction_->generation();
    run_.report.records = TRY(transaction_->record_count());
    for (const FieldBackup& field : fields_) {
        TRY(field.copy(run_));
    }
    TRY(copy_catalog());
    if (has_workspace) TRY(publish(kWorkspaceName));
    remove_what_is_old();
    return run_.report;
}

Result<void> Backup::lock_target() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const store::LockHolder self{
        .pid = getpid(),
        .since_s = std::chrono::duration_cast<std::chrono::seconds>(now).count(),
        .socket = ""};
    lock_ = TRY(store::WriteLock::acquire(run_.files, run_.to("lock"), self));
    return {};
}

/// Beside the log of the one before, a new file would be taken for that one.
Result<void> Backup::check_unused(const char* database) const {
    for (const char* ending : {"-wal", "-journal"}) {
        const std::string log = run_.to(database) + ending;
        const bool has_log = TRY(is_there(run_.files, log));
        if (!has_log) continue;
        const bool has_database = TRY(is_there(run_.files, run_.to(database)));
        if (has_database) {
            return fail(ErrorCode::kUnavailable,
                        "{}: somebody has it open, or it was not closed cleanly ({} is there): "
                        "back up when it is closed",
                        run_.to(database), log);
        }
        return fail(ErrorCode::kUnavailable,
                    "{}: left behind by a database that is gone; move it away first", log);
    }
    return {};
}

/// Under its temporary name; false when there is none.
Result<bool> Backup::copy_workspace() {
    const bool is_in_target = TRY(is_there(run_.files, run_.to(kWorkspaceName)));
    if (is_in_target && !check_unused(kWorkspaceName)) {
        // What a kill has left is taken in by whoever opens and closes it.
        TRY(WorkspaceDatabase::open(run_.files, run_.target, WorkspaceAccess::kRead));
    }
    TRY(check_unused(kWorkspaceName));
    const bool is_in_source = TRY(is_there(run_.files, run_.from(kWorkspaceName)));
    if (!is_in_source) return false;
    TRY(run_.begin(kWorkspaceName));
    const std::string copy = partial(run_.to(kWorkspaceName));
    static_cast<void>(run_.files.remove_file(copy));
    const auto workspace =
        TRY(WorkspaceDatabase::open(run_.files, run_.source, WorkspaceAccess::kRead));
    TRY(workspace->run([&](store::Database& database) { return database.copy_to(copy); }));
    return true;
}

/// A database that is copied gets its name.
Result<void> Backup::publish(const char* database) {
    TRY(check_unused(database));
    TRY(run_.files.rename(partial(run_.to(database)), run_.to(database)));
    TRY(run_.files.sync_directory(run_.target));
    const FileStatus status = TRY(run_.files.status(run_.to(database)));
    ++run_.report.files_copied;
    run_.report.bytes_copied += status.size_bytes;
    return {};
}

/// Whoever compacts, merges, or removes records may take files away between the moment at which a
/// generation is begun and that at which they are open: then there is a newer one without them.
Result<void> Backup::begin_generation() {
    for (int tries_left = kTriesMax;; --tries_left) {
        transaction_ = TRY(source_.catalog->begin_read());
        const auto opened = open_files();
        if (opened && has_all_files()) return {};
        const auto newest = TRY(source_.catalog->begin_read());
        const bool has_moved = newest->generation() != transaction_->generation();
        if (!has_moved || tries_left == 0) return opened;
    }
}

Result<void> Backup::open_files() {
    fields_.clear();
    std::vector<store::FieldRow> rows = TRY(transaction_->fields());
    for (store::FieldRow& row : rows) {
        FieldBackup field = TRY(FieldBackup::open(run_, *transaction_, std::move(row), earlier_));
        fields_.push_back(std::move(field));
    }
    return pictures_.copy();  // those of records that have come meanwhile
}

/// Of pictures nobody but service knows which records need them.
bool Backup::has_all_files() const {
    return !pictures_.has_any() && std::ranges::all_of(fields_, &FieldBackup::has_all_segments);
}

/// From here on the copy is the new one.
Result<void> Backup::copy_catalog() {
    TRY(run_.begin(kCatalogName));
    const std::string copy = partial(run_.to(kCatalogName));
    static_cast<void>(run_.files.remove_file(copy));
    TRY(transaction_->copy_to(copy));
    if (run_.options.begins_history) TRY(begin_history(copy));
    TRY(check_unused(kWorkspaceName));  // whoever opens it now must not meet a newer catalog
    return publish(kCatalogName);
}

Result<void> Backup::begin_history(const std::string& catalog) {
    // Of one that was killed here: it would be taken for this copy's.
    static_cast<void>(run_.files.remove_file(catalog + "-wal"));
    const auto opened =
        TRY(store::Catalog::open(run_.files, catalog, store::CatalogAccess::kWrite));
    const auto transaction = TRY(opened->begin_write());
    TRY(transaction->begin_history());
    run_.report.generation = TRY(transaction->commit());
    return {};
}

/// Best effort: what stays goes with the next backup.
void Backup::remove_what_is_old() {
    remove_leftovers(run_.files, run_.target, *transaction_);
    remove_old_fields(run_.files, run_.target, *transaction_);
    const auto has_workspace = is_there(run_.files, run_.from(kWorkspaceName));
    // One that is left over speaks of files of another time.
    if (has_workspace && !*has_workspace)
        static_cast<void>(run_.files.remove_file(run_.to(kWorkspaceName)));
    pictures_.remove_old();
}

std::string partial(const std::string& path) {
    return path + ".partial";
}

}  // namespace

}  // namespace sokkuri::collection
