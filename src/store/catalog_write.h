// CatalogWrite: the WriteTransaction of store/catalog.h on its SQLite connection. Keeps the
// counters of `meta` in memory until the commit. Made by catalog.cpp.
#pragma once

#include "store/attribute_writer.h"
#include "store/catalog.h"
#include "store/catalog_queries.h"
#include "store/change_log.h"
#include "store/database.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sokkuri::store {

/// What the catalog that made a transaction has to know of its end.
class CatalogWriteOwner {
 public:
    virtual ~CatalogWriteOwner() = default;
    virtual void write_ended() = 0;
    /// The commit failed in a way that a kill may still turn into success.
    virtual void commit_is_in_doubt() = 0;
    virtual ChangeLog& changes() = 0;
};

class CatalogWrite final : public WriteTransaction {
 public:
    CatalogWrite(CatalogWriteOwner& owner, Database& database, Transaction transaction,
                 CatalogMeta meta);
    ~CatalogWrite() override;

    Result<FieldNumber> add_field(const FieldRow& field) override;
    Result<void> drop_field(FieldNumber field) override;
    Result<void> rename_field(FieldNumber field, std::string_view name) override;
    Result<std::optional<RecordRow>> record(std::string_view id) override;
    Result<PutRow> put_record(std::string_view id, std::string_view document,
                              std::optional<std::uint64_t> if_version) override;
    Result<PutRow> add_record(std::string_view id, std::string_view document) override;
    Result<void> set_vector(FieldNumber field, RecordNumber record, Slot slot) override;
    Result<void> clear_vector(FieldNumber field, RecordNumber record) override;
    Result<bool> remove_record(std::string_view id,
                               std::optional<std::uint64_t> if_version) override;
    Result<void> add_extent(FieldNumber field, const Extent& extent) override;
    Result<SegmentNumber> replace_segments(std::span<const SegmentNumber> replaced,
                                           const SegmentRow& added) override;
    Result<FieldNumber> renumber_field(FieldNumber field) override;
    Result<void> set_mark(std::string_view name, std::string_view value) override;
    Result<void> begin_history() override;
    Result<AttributeIndex> extend_attribute(const AttributeSource& source,
                                            std::uint64_t records_max) override;
    Result<AttributeIndex> extend_attribute(const AttributeSlice& slice) override;
    Result<Generation> commit() override;

 private:
    /// What this transaction did to a field's slots.
    struct FieldChanges {
        Slot committed = 0;  // mark, own extents included
        std::uint64_t rows_added = 0;
        std::uint64_t vectors_set = 0;
        Slot slots_end = 0;  // behind the last slot given to a record
    };
    struct KnownRecord {
        RecordNumber number = 0;
        std::uint64_t version = 0;
    };

    Result<std::optional<KnownRecord>> find(std::string_view id);
    Result<PutRow> insert_record(std::string_view id, std::string_view document);
    std::uint64_t next_seq(RecordNumber record);
    Result<void> note_change(RecordNumber record, std::optional<std::string_view> document);
    Result<void> replace_vector(FieldNumber field, RecordNumber record, Slot slot);
    Result<void> bury(FieldSlot vector);
    Result<FieldChanges*> changes_of(FieldNumber field);
    Result<void> remove_segment(FieldNumber field, SegmentNumber segment);
    Result<void> check_slots() const;
    Result<void> check_vectors(FieldNumber field);
    Result<void> write_meta();
    Result<void> give_id();
    Result<void> forget_slots(FieldNumber field);

    CatalogWriteOwner* owner_;
    Database* database_;
    CatalogQueries queries_;
    AttributeWriter attributes_;
    std::optional<Transaction> transaction_;  // empty once committed
    CatalogMeta meta_;
    const std::uint64_t first_new_record_;  // of those that this transaction makes
    const std::uint64_t first_new_seq_;
    std::vector<RecordNumber> changed_;  // under first_new_seq_, first_new_seq_ + 1, …
    std::map<FieldNumber, FieldChanges> changes_;
};

}  // namespace sokkuri::store
