#include "collection/local_writer.h"

#include "base/json_merge.h"
#include "collection/lost_vectors.h"
#include "collection/snapshot.h"
#include "collection/validation.h"
#include "store/attribute_slice.h"

namespace sokkuri::collection {

namespace {

struct Patched {
    store::RecordNumber number = 0;
    PatchOutcome outcome;
};

/// One that brings vectors always changes its record.
Result<Patched> patch_one(store::WriteTransaction& transaction, const PatchRecord& patch);

bool is_same(const FieldSpec& a, const FieldSpec& b) {
    return a.name == b.name && a.dimension == b.dimension && a.metric == b.metric &&
           a.fingerprint == b.fingerprint;
}

}  // namespace

Result<void> LocalWriter::add_field(const FieldSpec& field) {
    TRY(validate_field(field));
    const auto transaction = TRY(catalog_.begin_write());
    TRY(load_fields());
    for (const OpenField& known : fields_) {
        const FieldSpec spec = TRY(spec_of(known.row));
        if (spec.name != field.name) continue;
        if (is_same(spec, field)) return {};
        return fail(ErrorCode::kAlreadyExists,
                    "field \"{}\": exists with dimension {}, metric {}, model fingerprint \"{}\", "
                    "not dimension {}, metric {}, model fingerprint \"{}\"",
                    field.name, spec.dimension, index::name_of(spec.metric), spec.fingerprint,
                    field.dimension, index::name_of(field.metric), field.fingerprint);
    }
    if (fields_.size() >= kFieldsMax) {
        return fail(ErrorCode::kExhausted, "field \"{}\": the collection has {} fields already",
                    field.name, kFieldsMax);
    }
    store::FieldRow row;
    row.name = field.name;
    row.dimension = field.dimension;
    row.metric = index::name_of(field.metric);
    row.model = field.model;
    row.fingerprint = field.fingerprint;
    row.rows_per_chunk = store::rows_per_chunk_for(row.element, row.dimension);
    row.number = TRY(transaction->add_field(row));
    if (const auto committed = transaction->commit(); !committed) {
        forget_fields();
        return tl::unexpected(committed.error());
    }
    fields_.push_back({.row = std::move(row)});
    return {};
}

Result<void> LocalWriter::drop_field(const std::string& name) {
    const auto transaction = TRY(catalog_.begin_write());
    TRY(load_fields());
    const store::FieldNumber number = TRY(number_of(name));
    forget_fields();
    TRY(transaction->drop_field(number));
    TRY(transaction->commit());
    return {};
}

Result<void> LocalWriter::replace_field(const std::string& name, const std::string& by) {
    const auto transaction = TRY(catalog_.begin_write());
    TRY(load_fields());
    const store::FieldNumber former = TRY(number_of(name));
    const store::FieldNumber next = TRY(number_of(by));
    if (former == next) {
        return fail(ErrorCode::kInvalidArgument, "field \"{}\": cannot replace itself", name);
    }
    forget_fields();
    TRY(transaction->drop_field(former));
    TRY(transaction->rename_field(next, name));
    TRY(transaction->commit());
    return {};
}

Result<std::vector<PutOutcome>> LocalWriter::put(std::span<const PutRecord> records,
                                                 VectorsOfPut vectors) {
    if (records.empty()) return std::vector<PutOutcome>();
    // The transaction comes before any vector is written: after a commit that failed halfway, only
    // a new transaction makes sure that its rows are not wanted any more.
    const auto transaction = TRY(catalog_.begin_write());
    TRY(load_fields());
    TRY(validate(records, vectors));
    FieldsInDoubt doubt(*this);
    std::vector<PutOutcome> outcomes = TRY(put_valid(*transaction, records, vectors));
    doubt.settle();
    return outcomes;
}

Result<void> LocalWriter::validate(std::span<const PutRecord> records, VectorsOfPut vectors) const {
    const std::vector<FieldSpec> fields = TRY(specs());
    TRY(validate_put(records, fields));
    for (const PutRecord& record : records) {
        if (vectors == VectorsOfPut::kKeep && !record.vectors.empty()) {
            return fail(ErrorCode::kInvalidArgument,
                        "record \"{}\": a put of documents carries no vectors", record.id);
        }
    }
    return {};
}

Result<std::vector<PutOutcome>> LocalWriter::put_valid(store::WriteTransaction& transaction,
                                                       std::span<const PutRecord> records,
                                                       VectorsOfPut vectors) {
    VectorsOfRecords appended;
    for (const PutRecord& record : records)
        appended.emplace_back(record.vectors);
    const Placed placed = TRY(append_vectors(appended));
    std::vector<PutOutcome> outcomes = TRY(put_rows(transaction, records, placed, vectors));
    TRY(commit(transaction, placed));
    return outcomes;
}

Result<std::vector<PatchOutcome>> LocalWriter::patch(std::span<const PatchRecord> patches) {
    TRY(validate_batch(patches.size()));
    const auto transaction = TRY(catalog_.begin_write());
    TRY(load_fields());
    const std::vector<FieldSpec> fields = TRY(specs());
    for (const PatchRecord& patch : patches) {
        TRY(validate_vectors(patch.id, patch.vectors, fields));
    }
    FieldsInDoubt doubt(*this);  // as in put
    std::vector<PatchOutcome> outcomes = TRY(patch_valid(*transaction, patches));
    doubt.settle();
    return outcomes;
}

Result<std::vector<PatchOutcome>> LocalWriter::patch_valid(store::WriteTransaction& transaction,
                                                           std::span<const PatchRecord> patches) {
    VectorsOfRecords appended;
    for (const PatchRecord& patch : patches)
        appended.emplace_back(patch.vectors);
    const Placed placed = TRY(append_vectors(appended));
    TRY(add_extents(transaction, placed));
    std::vector<PatchOutcome> outcomes;
    bool has_changed = false;
    for (std::size_t r = 0; r < patches.size(); ++r) {
        Patched patched = TRY(patch_one(transaction, patches[r]));
        has_changed = has_changed || patched.outcome.was_changed;
        if (!patches[r].vectors.empty()) TRY(set_vectors(transaction, placed, r, patched.number));
        outcomes.push_back(std::move(patched.outcome));
    }
    if (has_changed) TRY(commit(transaction, placed));
    return outcomes;
}

Result<void> LocalWriter::put_vectors(std::span<const PutVectors> puts) {
    if (puts.empty()) return {};
    const auto transaction = TRY(catalog_.begin_write());
    TRY(load_fields());
    const std::vector<FieldSpec> fields = TRY(specs());
    TRY(validate_put(puts, fields));
    FieldsInDoubt doubt(*this);  // as in put
    TRY(put_valid(*transaction, puts));
    doubt.settle();
    return {};
}

Result<void> LocalWriter::put_valid(store::WriteTransaction& transaction,
                                    std::span<const PutVectors> puts) {
    VectorsOfRecords appended;
    for (const PutVectors& put : puts)
        appended.emplace_back(put.vectors);
    const Placed placed = TRY(append_vectors(appended));
    TRY(add_extents(transaction, placed));
    for (std::size_t r = 0; r < puts.size(); ++r) {
        const std::optional<store::RecordRow> record = TRY(transaction.record(puts[r].id));
        if (!record) {
            return fail(ErrorCode::kNotFound, "record \"{}\": there is none", puts[r].id);
        }
        TRY(set_vectors(transaction, placed, r, record->number));
    }
    return commit(transaction, placed);
}

/// Those that the record at `place` of the put has in any field.
Result<void> LocalWriter::set_vectors(store::WriteTransaction& transaction, const Placed& placed,
                                      std::size_t place, store::RecordNumber record) {
    for (std::size_t f = 0; f < fields_.size(); ++f) {
        const store::Slot slot = placed.slots[f][place];
        if (slot == kNoSlot) continue;
        const store::FieldNumber field = fields_[f].row.number;
        TRY(slot == kTakenAway ? transaction.clear_vector(field, record)
                               : transaction.set_vector(field, record, slot));
    }
    return {};
}

Result<void> LocalWriter::remove_if(const std::string& id, std::uint64_t version) {
    const auto transaction = TRY(catalog_.begin_write());
    const std::optional<store::RecordRow> record = TRY(transaction->record(id));
    if (!record) return fail(ErrorCode::kNotFound, "record \"{}\": there is none", id);
    TRY(transaction->remove_record(id, version));
    TRY(transaction->commit());
    return {};
}

Result<std::size_t> LocalWriter::remove(std::span<const std::string> ids) {
    const auto transaction = TRY(catalog_.begin_write());
    std::size_t removed = 0;
    for (const std::string& id : ids) {
        const bool existed = TRY(transaction->remove_record(id));
        removed += existed ? 1 : 0;
    }
    if (removed > 0) TRY(transaction->commit());
    return removed;
}

Result<store::AttributeIndex> LocalWriter::extend_attribute(const store::AttributeSource& source,
                                                            std::uint64_t records_max) {
    {
        const auto transaction = TRY(catalog_.begin_read());
        const std::vector<store::AttributeIndex> indexes = TRY(transaction->attributes().indexes());
        for (const store::AttributeIndex& index : indexes) {
            const bool is_whole = index.built_to >= transaction->record_numbers_end();
            if (index.source == source && is_whole) return index;
        }
    }
    const auto transaction = TRY(catalog_.begin_write());
    store::AttributeIndex index = TRY(transaction->extend_attribute(source, records_max));
    TRY(transaction->commit());
    return index;
}

Result<store::AttributeIndex> LocalWriter::extend_attribute(const store::AttributeSlice& slice) {
    const auto transaction = TRY(catalog_.begin_write());
    store::AttributeIndex index = TRY(transaction->extend_attribute(slice));
    if (index.built_to == slice.end) TRY(transaction->commit());
    return index;
}

Result<void> LocalWriter::replace_segments(std::span<const store::SegmentNumber> replaced,
                                           const store::SegmentRow& added) {
    const auto transaction = TRY(catalog_.begin_write());
    TRY(transaction->replace_segments(replaced, added));
    TRY(transaction->commit());
    return {};
}

Result<CompactReport> LocalWriter::compact(const CompactRequest& request) {
    forget_fields();  // their files are about to be others
    return compact_fields(files_, directory_, catalog_, request);
}

Result<void> LocalWriter::drop_lost_vectors() {
    forget_fields();
    return collection::drop_lost_vectors(files_, directory_, catalog_);
}

Result<void> LocalWriter::load_fields() {
    if (fields_are_loaded_) return {};
    const auto transaction = TRY(catalog_.begin_read());
    std::vector<store::FieldRow> rows = TRY(transaction->fields());
    std::vector<OpenField> fields;
    for (store::FieldRow& row : rows) {
        const store::Slot committed = TRY(transaction->committed_slots(row.number));
        fields.push_back({.row = std::move(row), .committed = committed});
    }
    fields_ = std::move(fields);
    fields_are_loaded_ = true;
    return {};
}

Result<std::vector<FieldSpec>> LocalWriter::specs() const {
    std::vector<FieldSpec> specs;
    for (const OpenField& field : fields_) {
        FieldSpec spec = TRY(spec_of(field.row));
        specs.push_back(std::move(spec));
    }
    return specs;
}

Result<store::FieldNumber> LocalWriter::number_of(const std::string& name) const {
    for (const OpenField& field : fields_) {
        if (field.row.name == name) return field.row.number;
    }
    return fail(ErrorCode::kNotFound, "field \"{}\": the collection has no such field", name);
}

Result<LocalWriter::Placed> LocalWriter::append_vectors(const VectorsOfRecords& records) {
    Placed placed;
    placed.slots.assign(fields_.size(), std::vector<store::Slot>(records.size(), kNoSlot));
    placed.extents.resize(fields_.size());
    for (std::size_t f = 0; f < fields_.size(); ++f) {
        OpenField& field = fields_[f];
        std::vector<float> rows;
        store::Slot next = field.committed;
        for (std::size_t r = 0; r < records.size(); ++r) {
            for (const FieldVector& vector : records[r]) {
                const bool is_here =
                    vector.field == field.row.name || (vector.field.empty() && fields_.size() == 1);
                if (!is_here) continue;
                if (vector.values.empty()) {
                    placed.slots[f][r] = kTakenAway;
                    continue;
                }
                rows.insert(rows.end(), vector.values.begin(), vector.values.end());
                placed.slots[f][r] = next++;
            }
        }
        if (rows.empty()) continue;
        TRY(open_writer(field));
        placed.extents[f] = TRY(field.writer->append(std::as_bytes(std::span(rows))));
        TRY(field.writer->sync());
    }
    return placed;
}

Result<std::vector<PutOutcome>> LocalWriter::put_rows(store::WriteTransaction& transaction,
                                                      std::span<const PutRecord> records,
                                                      const Placed& placed, VectorsOfPut vectors) {
    TRY(add_extents(transaction, placed));
    std::vector<PutOutcome> outcomes;
    for (std::size_t r = 0; r < records.size(); ++r) {
        const PutRecord& record = records[r];
        const store::PutRow row =
            TRY(transaction.put_record(record.id, record.document, record.if_version));
        if (vectors == VectorsOfPut::kKeep && row.was_created) {
            return fail(ErrorCode::kNotFound, "record \"{}\": there is none", record.id);
        }
        for (std::size_t f = 0; f < fields_.size() && vectors == VectorsOfPut::kReplace; ++f) {
            const store::FieldNumber field = fields_[f].row.number;
            const store::Slot slot = placed.slots[f][r];
            if (slot == kNoSlot && record.others == OtherVectors::kKeep) continue;
            const bool is_set = slot != kNoSlot && slot != kTakenAway;
            TRY(is_set ? transaction.set_vector(field, row.number, slot)
                       : transaction.clear_vector(field, row.number));
        }
        outcomes.push_back({row.version, row.seq, row.was_created});
    }
    return outcomes;
}

Result<void> LocalWriter::add_extents(store::WriteTransaction& transaction,
                                      const Placed& placed) const {
    for (std::size_t f = 0; f < fields_.size(); ++f) {
        if (placed.extents[f].rows == 0) continue;
        TRY(transaction.add_extent(fields_[f].row.number, placed.extents[f]));
    }
    return {};
}

Result<void> LocalWriter::commit(store::WriteTransaction& transaction, const Placed& placed) {
    TRY(transaction.commit());
    for (std::size_t f = 0; f < fields_.size(); ++f) {
        fields_[f].committed += placed.extents[f].rows;
    }
    return {};
}

void LocalWriter::forget_fields() {
    fields_.clear();
    fields_are_loaded_ = false;
}

namespace {

Result<Patched> patch_one(store::WriteTransaction& transaction, const PatchRecord& patch) {
    const std::optional<store::RecordRow> record = TRY(transaction.record(patch.id));
    if (!record) return fail(ErrorCode::kNotFound, "record \"{}\": there is none", patch.id);
    if (patch.if_version && *patch.if_version != record->version) {
        return fail(ErrorCode::kConflict, "record \"{}\": has version {}, not {}", patch.id,
                    record->version, *patch.if_version);
    }
    TRY(validate_patch(patch.id, patch.patch));
    Patched patched{.number = record->number,
                    .outcome = {.version = record->version, .seq = record->seq}};
    PatchOutcome& outcome = patched.outcome;
    outcome.document = TRY(in_context(fmt::format("document of \"{}\"", patch.id),
                                      merge_json(record->document, patch.patch)));
    outcome.was_changed = outcome.document != record->document || !patch.vectors.empty();
    if (!outcome.was_changed) return patched;
    TRY(validate_document(patch.id, outcome.document));
    const store::PutRow row = TRY(transaction.put_record(patch.id, outcome.document, {}));
    outcome.version = row.version;
    outcome.seq = row.seq;
    return patched;
}

}  // namespace

}  // namespace sokkuri::collection
