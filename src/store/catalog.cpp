#include "store/catalog.h"

#include "base/check.h"
#include "base/guarded.h"
#include "store/attribute_queries.h"
#include "store/catalog_queries.h"
#include "store/catalog_schema.h"
#include "store/catalog_write.h"
#include "store/change_log.h"
#include "store/database.h"

#include <atomic>

namespace sokkuri::store {
namespace {

constexpr std::size_t kIdleReadersMax = 8;  // connections kept open for the next reader

/// Read connections, handed out one per transaction. Safe from any number of threads.
class ReaderPool {
 public:
    ReaderPool(FileSystem& files, std::string path) : files_(&files), path_(std::move(path)) {}

    Result<std::unique_ptr<Database>> take();
    /// `reader` may be null: a connection that is not worth keeping.
    void give_back(std::unique_ptr<Database> reader);

 private:
    struct State {
        std::vector<std::unique_ptr<Database>> idle;
        std::size_t lent = 0;
    };

    FileSystem* files_;
    const std::string path_;
    Guarded<State> state_;
};

class CatalogRead final : public ReadTransaction {
 public:
    /// Both outlive it.
    static Result<std::unique_ptr<ReadTransaction>> begin(ReaderPool& pool,
                                                          const ChangeLog& changes);
    ~CatalogRead() override;

    Generation generation() const override { return meta_.generation; }
    std::uint64_t record_numbers_end() const override { return meta_.next_record; }
    std::uint64_t next_seq() const override { return meta_.next_seq; }
    std::optional<std::vector<RecordNumber>> changed_since(std::uint64_t next_seq) override {
        return changes_->between(next_seq, meta_.next_seq);
    }
    Result<std::vector<FieldRow>> fields() override { return queries_.fields(); }
    Result<Slot> committed_slots(FieldNumber field) override {
        return queries_.committed_slots(field);
    }
    Result<std::vector<Extent>> extents(FieldNumber field) override {
        return queries_.extents(field);
    }
    Result<std::vector<Slot>> tombstones(FieldNumber field) override {
        return queries_.tombstones(field);
    }
    Result<std::vector<SegmentRow>> segments(FieldNumber field) override {
        return queries_.segments(field);
    }
    Result<std::optional<std::string>> mark(std::string_view name) override {
        return queries_.mark(name);
    }
    Result<std::uint64_t> record_count() override { return meta_.records; }
    Result<std::optional<RecordRow>> record(std::string_view id) override {
        return queries_.record(id);
    }
    Result<std::optional<RecordRow>> record(RecordNumber number) override {
        return queries_.record(number);
    }
    Result<std::vector<RecordNumber>> records_of_slots(FieldNumber field,
                                                       std::span<const Slot> slots) override {
        return queries_.records_of_slots(field, slots);
    }
    Result<std::optional<Slot>> slot_of_record(FieldNumber field, RecordNumber record) override {
        return queries_.slot_of_record(field, record);
    }
    Result<std::vector<RecordRow>> records_from(RecordNumber from, std::size_t limit) override {
        return queries_.records_from(from, limit);
    }
    Result<std::vector<RecordRow>> newest_records(std::size_t limit) override {
        return queries_.newest_records(limit);
    }
    Result<void> copy_to(const std::string& path) override { return database_->copy_to(path); }
    Result<std::vector<RecordRow>> records_without_vector(FieldNumber field, RecordNumber from,
                                                          std::size_t limit) override {
        return queries_.records_without_vector(field, from, limit);
    }
    const AttributeQueries& attributes() const override { return attributes_; }

 private:
    CatalogRead(ReaderPool& pool, const ChangeLog& changes, std::unique_ptr<Database> database)
        : pool_(&pool),
          changes_(&changes),
          database_(std::move(database)),
          queries_(*database_),
          attributes_(*database_) {}

    ReaderPool* pool_;
    const ChangeLog* changes_;
    std::unique_ptr<Database> database_;
    CatalogQueries queries_;
    AttributeQueries attributes_;
    std::optional<Transaction> transaction_;
    CatalogMeta meta_;
};

class SqliteCatalog final : public Catalog, public CatalogWriteOwner {
 public:
    SqliteCatalog(FileSystem& files, const std::string& path, std::unique_ptr<Database> writer)
        : writer_(std::move(writer)), readers_(files, path) {}

    ReaderPool& readers() { return readers_; }
    Result<std::unique_ptr<ReadTransaction>> begin_read() const override {
        return CatalogRead::begin(readers_, changes_);
    }
    Result<std::unique_ptr<WriteTransaction>> begin_write() override;
    Result<void> shrink() override;
    Result<bool> is_settled() override;

 private:
    Result<std::unique_ptr<WriteTransaction>> begin_only_write();
    Result<void> rule_out_doubtful_commit();
    void write_ended() override { is_writing_ = false; }
    void commit_is_in_doubt() override { is_in_doubt_ = true; }
    ChangeLog& changes() override { return changes_; }

    // Closed after the readers: the last connection to close empties and removes the WAL.
    std::unique_ptr<Database> writer_;  // null when opened for reading
    mutable ReaderPool readers_;
    ChangeLog changes_;
    std::atomic<bool> is_writing_ = false;
    bool is_in_doubt_ = false;  // touched by the one writer only
};

}  // namespace

Result<std::unique_ptr<Catalog>> Catalog::open(FileSystem& files, const std::string& path,
                                               CatalogAccess access) {
    std::unique_ptr<Database> writer;
    if (access != CatalogAccess::kRead) {
        const bool may_create = access == CatalogAccess::kCreate;
        writer = TRY(
            Database::open(files, path,
                           catalog_database_options(may_create ? DatabaseOptions::Access::kCreate
                                                               : DatabaseOptions::Access::kWrite)));
    }
    auto catalog = std::make_unique<SqliteCatalog>(files, path, std::move(writer));
    // The first reader is opened now, so that a catalog that cannot be read is told here.
    std::unique_ptr<Database> reader = TRY(catalog->readers().take());
    catalog->readers().give_back(std::move(reader));
    return catalog;
}

namespace {

Result<std::unique_ptr<Database>> ReaderPool::take() {
    {
        auto state = state_.lock();
        if (state->lent >= Catalog::kReadersMax) {
            return fail(ErrorCode::kExhausted, "{}: {} read transactions are open already", path_,
                        Catalog::kReadersMax);
        }
        ++state->lent;
        if (!state->idle.empty()) {
            std::unique_ptr<Database> reader = std::move(state->idle.back());
            state->idle.pop_back();
            return reader;
        }
    }
    // Also when memory runs out.
    const auto take_back = [](Guarded<State>* state) { --state->lock()->lent; };
    std::unique_ptr<Guarded<State>, decltype(take_back)> loan(&state_);
    auto reader = TRY(
        Database::open(*files_, path_, catalog_database_options(DatabaseOptions::Access::kRead)));
    static_cast<void>(loan.release());
    return reader;
}

void ReaderPool::give_back(std::unique_ptr<Database> reader) {
    {
        auto state = state_.lock();
        --state->lent;
        if (reader && state->idle.size() < kIdleReadersMax) {
            state->idle.push_back(std::move(reader));
        }
    }
    reader.reset();  // closing is I/O: not under the lock
}

Result<std::unique_ptr<ReadTransaction>> CatalogRead::begin(ReaderPool& pool,
                                                            const ChangeLog& changes) {
    std::unique_ptr<Database> database = TRY(pool.take());
    // Also when memory runs out.
    const auto take_back = [](ReaderPool* lender) { lender->give_back(nullptr); };
    std::unique_ptr<ReaderPool, decltype(take_back)> loan(&pool);
    std::unique_ptr<CatalogRead> read(new CatalogRead(pool, changes, std::move(database)));
    static_cast<void>(loan.release());
    Transaction transaction = TRY(read->database_->begin_read());
    read->transaction_.emplace(std::move(transaction));
    read->meta_ = TRY(read->queries_.meta());
    return read;
}

CatalogRead::~CatalogRead() {
    // A connection that could not begin is not kept.
    if (!transaction_) database_.reset();
    transaction_.reset();
    pool_->give_back(std::move(database_));
}

Result<std::unique_ptr<WriteTransaction>> SqliteCatalog::begin_write() {
    if (!writer_) return fail(ErrorCode::kInvalidArgument, "catalog: opened for reading only");
    if (is_writing_.exchange(true)) {
        return fail(ErrorCode::kConflict, "catalog: another write transaction is not finished");
    }
    const auto give_up = [](std::atomic<bool>* is_writing) { *is_writing = false; };
    std::unique_ptr<std::atomic<bool>, decltype(give_up)> turn(&is_writing_);
    auto begun = TRY(begin_only_write());
    static_cast<void>(turn.release());
    return begun;
}

Result<std::unique_ptr<WriteTransaction>> SqliteCatalog::begin_only_write() {
    if (is_in_doubt_) TRY(rule_out_doubtful_commit());
    Transaction transaction = TRY(writer_->begin_write());
    const CatalogMeta meta = TRY(CatalogQueries(*writer_).meta());
    return std::make_unique<CatalogWrite>(*this, *writer_, std::move(transaction), meta);
}

Result<void> SqliteCatalog::shrink() {
    if (!writer_) return fail(ErrorCode::kInvalidArgument, "catalog: opened for reading only");
    if (is_in_doubt_) TRY(rule_out_doubtful_commit());
    TRY(writer_->rewrite());
    // The log has all of it once more until readers let it be emptied. An export may read for
    // hours: no put waits for it.
    TRY(writer_->execute("PRAGMA busy_timeout=0"));
    const auto emptied = writer_->execute("PRAGMA wal_checkpoint(TRUNCATE)");
    const std::string patience =
        fmt::format("PRAGMA busy_timeout={}", DatabaseOptions().busy_timeout_ms);
    TRY(writer_->execute(patience.c_str()));
    return emptied;
}

/// A checkpoint takes over what no reader's view keeps it from, and never waits
/// (https://www.sqlite.org/wal.html#ckpt): all of the log only if nobody reads what was before its
/// last commit, be it in the log or in the file.
Result<bool> SqliteCatalog::is_settled() {
    if (!writer_) return fail(ErrorCode::kInvalidArgument, "catalog: opened for reading only");
    if (is_in_doubt_) return false;
    Statement* checkpoint = TRY(writer_->prepared("PRAGMA wal_checkpoint(PASSIVE)"));
    Rows rows = TRY(checkpoint->query());
    const bool is_there = TRY(rows.next());
    constexpr int kBusy = 0;
    constexpr int kPagesInLog = 1;
    constexpr int kPagesTakenOver = 2;
    return is_there && rows.integer(kBusy) == 0 &&
           rows.integer(kPagesInLog) == rows.integer(kPagesTakenOver);
}

/// A commit that failed may lie whole in the WAL, unseen by all but a recovery after a kill. A
/// further commit overwrites it; only then may the vector files lose the rows that it speaks of
/// (docs/formats/catalog.md).
Result<void> SqliteCatalog::rule_out_doubtful_commit() {
    Transaction transaction = TRY(writer_->begin_write());
    TRY(CatalogQueries(*writer_).meta());  // what is signed anew is compared before
    Statement* advance = TRY(writer_->prepared(
        "UPDATE meta SET generation = generation + 1, "
        "hash = row_hash(generation + 1, next_record, next_seq, next_field, records)"));
    TRY(advance->run());
    TRY(transaction.commit());
    is_in_doubt_ = false;
    return {};
}

}  // namespace
}  // namespace sokkuri::store
