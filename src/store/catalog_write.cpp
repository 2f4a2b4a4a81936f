#include "store/catalog_write.h"

#include "base/check.h"
#include "store/catalog_identity.h"

#include <algorithm>
#include <bit>
#include <limits>

namespace sokkuri::store {
namespace {

Result<void> check_version(std::string_view id, std::uint64_t version,
                           std::optional<std::uint64_t> expected);
Result<void> check_sizes(std::string_view id, std::string_view document);
Result<void> check_field(const FieldRow& field);

/// Tells the owner that a commit may have failed, also when memory runs out in it.
class CommitInDoubt {
 public:
    CommitInDoubt(CatalogWriteOwner& owner, std::uint64_t first_new_seq)
        : owner_(owner), first_new_seq_(first_new_seq) {}
    CommitInDoubt(const CommitInDoubt&) = delete;
    CommitInDoubt& operator=(const CommitInDoubt&) = delete;
    ~CommitInDoubt() {
        if (is_settled_) return;
        owner_.changes().take_back(first_new_seq_);
        owner_.commit_is_in_doubt();
    }

    void settle() { is_settled_ = true; }

 private:
    CatalogWriteOwner& owner_;
    const std::uint64_t first_new_seq_;
    bool is_settled_ = false;
};

}  // namespace

CatalogWrite::CatalogWrite(CatalogWriteOwner& owner, Database& database, Transaction transaction,
                           CatalogMeta meta)
    : owner_(&owner),
      database_(&database),
      queries_(database),
      attributes_(database),
      transaction_(std::move(transaction)),
      meta_(meta),
      first_new_record_(meta.next_record),
      first_new_seq_(meta.next_seq) {}

CatalogWrite::~CatalogWrite() {
    transaction_.reset();
    owner_->write_ended();
}

Result<FieldNumber> CatalogWrite::add_field(const FieldRow& field) {
    TRY(check_field(field));
    const std::vector<FieldRow> known = TRY(queries_.fields());
    if (known.size() >= kFieldsMax) {
        return fail(ErrorCode::kExhausted, "field {}: a catalog has at most {} fields", field.name,
                    kFieldsMax);
    }
    for (const FieldRow& other : known) {
        if (other.name != field.name) continue;
        return fail(ErrorCode::kAlreadyExists, "field {}: exists already", field.name);
    }
    const auto number = static_cast<FieldNumber>(meta_.next_field);
    Statement* insert =
        TRY(database_->prepared("INSERT INTO fields VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, "
                                "row_hash(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8))"));
    TRY(insert->run(number, std::string_view(field.name), element_on_disk(field.element),
                    field.dimension, std::string_view(field.metric), std::string_view(field.model),
                    std::string_view(field.fingerprint), field.rows_per_chunk));
    ++meta_.next_field;
    return number;
}

Result<void> CatalogWrite::drop_field(FieldNumber field) {
    TRY(forget_slots(field));
    // What a mark tells of may have gone with the field.
    Statement* forget = TRY(database_->prepared("DELETE FROM marks WHERE name NOT IN (?, ?)"));
    TRY(forget->run(kCatalogIdMark, kHistoryMark));
    Statement* remove = TRY(database_->prepared("DELETE FROM fields WHERE number = ?"));
    TRY(remove->run(field));
    if (database_->changes() == 1) return {};
    return fail(ErrorCode::kNotFound, "field {}: does not exist", field);
}

Result<void> CatalogWrite::rename_field(FieldNumber field, std::string_view name) {
    const std::vector<FieldRow> known = TRY(queries_.fields());
    for (const FieldRow& other : known) {
        if (other.name != name || other.number == field) continue;
        return fail(ErrorCode::kAlreadyExists, "field {}: exists already", name);
    }
    Statement* update =
        TRY(database_->prepared("UPDATE fields SET name = ?1, hash = row_hash(number, ?1, element, "
                                "dimension, metric, model, "
                                "fingerprint, rows_per_chunk) WHERE number = ?2"));
    TRY(update->run(name, field));
    if (database_->changes() == 1) return {};
    return fail(ErrorCode::kNotFound, "field {}: does not exist", field);
}

Result<std::optional<RecordRow>> CatalogWrite::record(std::string_view id) {
    return queries_.record(id);
}

Result<PutRow> CatalogWrite::put_record(std::string_view id, std::string_view document,
                                        std::optional<std::uint64_t> if_version) {
    TRY(check_sizes(id, document));
    const std::optional<KnownRecord> known = TRY(find(id));
    TRY(check_version(id, known ? known->version : 0, if_version));
    if (!known) return insert_record(id, document);
    const PutRow row{.number = known->number,
                     .version = known->version + 1,
                     .seq = next_seq(known->number),
                     .was_created = false};
    TRY(note_change(known->number, document));
    Statement* update =
        TRY(database_->prepared("UPDATE records SET document = ?1, version = ?2, seq = ?3, "
                                "hash = row_hash(number, id, ?1, ?2, ?3) WHERE number = ?4"));
    TRY(update->run(document, row.version, row.seq, row.number));
    return row;
}

Result<PutRow> CatalogWrite::add_record(std::string_view id, std::string_view document) {
    TRY(check_sizes(id, document));
    return insert_record(id, document);
}

Result<void> CatalogWrite::set_vector(FieldNumber field, RecordNumber record, Slot slot) {
    // A new record has none, unless it was given one a moment ago: then nothing is inserted.
    bool is_set = false;
    if (record >= first_new_record_) {
        Statement* insert = TRY(database_->prepared(
            "INSERT OR IGNORE INTO vectors VALUES (?1, ?2, ?3, row_hash(?1, ?2, ?3))"));
        TRY(insert->run(field, slot, record));
        is_set = database_->changes() == 1;
    }
    if (!is_set) TRY(replace_vector(field, record, slot));
    FieldChanges* changes = TRY(changes_of(field));
    ++changes->vectors_set;
    changes->slots_end = std::max(changes->slots_end, slot + 1);
    return {};
}

Result<void> CatalogWrite::replace_vector(FieldNumber field, RecordNumber record, Slot slot) {
    TRY(clear_vector(field, record));
    Statement* insert =
        TRY(database_->prepared("INSERT INTO vectors VALUES (?1, ?2, ?3, row_hash(?1, ?2, ?3))"));
    return insert->run(field, slot, record);
}

Result<void> CatalogWrite::clear_vector(FieldNumber field, RecordNumber record) {
    const std::optional<Slot> slot = TRY(queries_.slot_of_record(field, record));
    if (!slot) return {};
    return bury({field, *slot});
}

Result<bool> CatalogWrite::remove_record(std::string_view id,
                                         std::optional<std::uint64_t> if_version) {
    const std::optional<KnownRecord> known = TRY(find(id));
    TRY(check_version(id, known ? known->version : 0, if_version));
    if (!known) return false;
    const std::vector<FieldSlot> vectors = TRY(queries_.vectors_of_record(known->number));
    for (const FieldSlot& vector : vectors) {
        TRY(bury(vector));
    }
    TRY(note_change(known->number, std::nullopt));
    Statement* remove = TRY(database_->prepared("DELETE FROM records WHERE number = ?"));
    TRY(remove->run(known->number));
    --meta_.records;
    next_seq(known->number);
    return true;
}

Result<void> CatalogWrite::add_extent(FieldNumber field, const Extent& extent) {
    FieldChanges* changes = TRY(changes_of(field));
    if (extent.rows == 0 || extent.first_slot != changes->committed) {
        return fail(ErrorCode::kInternal,
                    "catalog: field {}: an extent of {} rows at slot {} does not follow slot {}",
                    field, extent.rows, extent.first_slot, changes->committed);
    }
    Statement* insert = TRY(database_->prepared(
        "INSERT INTO extents VALUES (?1, ?2, ?3, ?4, row_hash(?1, ?2, ?3, ?4))"));
    TRY(insert->run(field, extent.first_slot, extent.rows,
                    std::bit_cast<std::int64_t>(extent.checksum)));
    changes->committed += extent.rows;
    changes->rows_added += extent.rows;
    return {};
}

Result<void> CatalogWrite::set_mark(std::string_view name, std::string_view value) {
    if (value.empty()) {
        Statement* remove = TRY(database_->prepared("DELETE FROM marks WHERE name = ?"));
        return remove->run(name);
    }
    Statement* insert =
        TRY(database_->prepared("INSERT OR REPLACE INTO marks VALUES (?1, ?2, row_hash(?1, ?2))"));
    return insert->run(name, value);
}

Result<void> CatalogWrite::begin_history() {
    Statement* insert = TRY(database_->prepared(
        "WITH made (id) AS MATERIALIZED (SELECT lower(hex(randomblob(16)))) "
        "INSERT OR REPLACE INTO marks SELECT ?1, id, row_hash(?1, id) FROM made"));
    return insert->run(kHistoryMark);
}

Result<AttributeIndex> CatalogWrite::extend_attribute(const AttributeSource& source,
                                                      std::uint64_t records_max) {
    return attributes_.extend(source, records_max, meta_.next_record);
}

Result<AttributeIndex> CatalogWrite::extend_attribute(const AttributeSlice& slice) {
    const bool is_of_ours = slice.next_seq <= first_new_seq_;
    auto changed = is_of_ours ? owner_->changes().between(slice.next_seq, first_new_seq_)
                              : std::optional<std::vector<RecordNumber>>();
    // Nothing is taken in: the mark stays.
    if (!changed) return attributes_.extend(slice.source, 0, meta_.next_record);
    changed->insert(changed->end(), changed_.begin(), changed_.end());
    std::sort(changed->begin(), changed->end());
    changed->erase(std::unique(changed->begin(), changed->end()), changed->end());
    return attributes_.extend(slice, *changed);
}

Result<Generation> CatalogWrite::commit() {
    CHECK(transaction_);
    TRY(check_slots());
    TRY(attributes_.flush());
    TRY(give_id());
    ++meta_.generation;
    TRY(write_meta());
    // Before readers can see the commit: they ask for its changes.
    owner_->changes().add(first_new_seq_, changed_);
    CommitInDoubt doubt(*owner_, first_new_seq_);
    const auto committed = transaction_->commit();
    transaction_.reset();
    if (!committed) return tl::unexpected(committed.error());
    doubt.settle();
    return meta_.generation;
}

Result<std::optional<CatalogWrite::KnownRecord>> CatalogWrite::find(std::string_view id) {
    Statement* select = TRY(database_->prepared(
        "SELECT number, version, hash = row_hash(number, id, document, version, seq) "
        "FROM records WHERE id = ?"));
    Rows rows = TRY(select->query(id));
    const bool has_row = TRY(rows.next());
    if (!has_row) return std::nullopt;
    TRY(check_row_hash(rows, 2, "records, number", rows.integer(0)));
    return KnownRecord{static_cast<RecordNumber>(rows.integer(0)),
                       static_cast<std::uint64_t>(rows.integer(1))};
}

Result<PutRow> CatalogWrite::insert_record(std::string_view id, std::string_view document) {
    if (meta_.next_record >= kRecordNumbersMax) {
        return fail(ErrorCode::kExhausted, "record {}: all {} record numbers have been given", id,
                    kRecordNumbersMax);
    }
    const auto number = static_cast<RecordNumber>(meta_.next_record++);
    const PutRow row{.number = number, .version = 1, .seq = next_seq(number), .was_created = true};
    Statement* insert = TRY(database_->prepared(
        "INSERT INTO records VALUES (?1, ?2, ?3, ?4, ?5, row_hash(?1, ?2, ?3, ?4, ?5))"));
    TRY(insert->run(row.number, id, document, row.version, row.seq));
    ++meta_.records;
    return row;
}

/// That the record is changed under.
std::uint64_t CatalogWrite::next_seq(RecordNumber record) {
    changed_.push_back(record);
    return meta_.next_seq++;
}

/// Tells the attribute indexes, before the document is changed or removed.
Result<void> CatalogWrite::note_change(RecordNumber record,
                                       std::optional<std::string_view> document) {
    const bool is_indexed = TRY(attributes_.concerns(record));
    if (!is_indexed) return {};
    const std::optional<RecordRow> row = TRY(queries_.record(record));
    if (!row) return {};
    return attributes_.changed(record, row->document, document);
}

/// The slot is dead from now on.
Result<void> CatalogWrite::bury(FieldSlot vector) {
    Statement* remove =
        TRY(database_->prepared("DELETE FROM vectors WHERE field = ? AND slot = ?"));
    TRY(remove->run(vector.field, vector.slot));
    Statement* insert =
        TRY(database_->prepared("INSERT INTO tombstones VALUES (?1, ?2, row_hash(?1, ?2))"));
    return insert->run(vector.field, vector.slot);
}

Result<CatalogWrite::FieldChanges*> CatalogWrite::changes_of(FieldNumber field) {
    const auto found = changes_.find(field);
    if (found != changes_.end()) return &found->second;
    const Slot committed = TRY(queries_.committed_slots(field));
    return &changes_.emplace(field, FieldChanges{.committed = committed}).first->second;
}

/// Where the catalog has none yet.
Result<void> CatalogWrite::give_id() {
    Statement* insert = TRY(
        database_->prepared("WITH made (id) AS MATERIALIZED (SELECT lower(hex(randomblob(16)))) "
                            "INSERT INTO marks SELECT ?1, id, row_hash(?1, id) FROM made "
                            "WHERE NOT EXISTS (SELECT 1 FROM marks WHERE name = ?1)"));
    return insert->run(kCatalogIdMark);
}

/// A slot below the mark is somebody's or a tombstone: a scan of the files relies on it.
Result<void> CatalogWrite::check_slots() const {
    for (const auto& [field, changes] : changes_) {
        if (changes.vectors_set == changes.rows_added && changes.slots_end <= changes.committed) {
            continue;
        }
        return fail(ErrorCode::kInternal,
                    "catalog: field {}: {} rows up to slot {} for {} vectors up to slot {}", field,
                    changes.rows_added, changes.committed, changes.vectors_set, changes.slots_end);
    }
    return {};
}

Result<void> CatalogWrite::write_meta() {
    Statement* update = TRY(database_->prepared(
        "UPDATE meta SET generation = ?1, next_record = ?2, next_seq = ?3, next_field = ?4, "
        "records = ?5, hash = row_hash(?1, ?2, ?3, ?4, ?5)"));
    return update->run(meta_.generation, meta_.next_record, meta_.next_seq, meta_.next_field,
                       meta_.records);
}

namespace {

Result<void> check_version(std::string_view id, std::uint64_t version,
                           std::optional<std::uint64_t> expected) {
    if (!expected || *expected == version) return {};
    return fail(ErrorCode::kConflict, "record {}: has version {}, not {}", id, version, *expected);
}

Result<void> check_sizes(std::string_view id, std::string_view document) {
    if (id.empty() || id.size() > kRecordIdBytesMax) {
        return fail(ErrorCode::kInvalidArgument, "record id of {} bytes: 1 to {} are possible",
                    id.size(), kRecordIdBytesMax);
    }
    if (document.size() <= kStoredDocumentBytesMax) return {};
    return fail(ErrorCode::kExhausted, "record {}: document of {} bytes, at most {}", id,
                document.size(), kStoredDocumentBytesMax);
}

Result<void> check_field(const FieldRow& field) {
    if (field.name.empty()) return fail(ErrorCode::kInvalidArgument, "a field has no name");
    if (field.dimension == 0) {
        return fail(ErrorCode::kInvalidArgument, "field {}: dimension 0", field.name);
    }
    if (std::has_single_bit(field.rows_per_chunk)) return {};
    return fail(ErrorCode::kInvalidArgument, "field {}: rows per chunk {} is no power of two",
                field.name, field.rows_per_chunk);
}

}  // namespace
}  // namespace sokkuri::store
