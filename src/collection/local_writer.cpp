#include "collection/local_writer.h"

#include "collection/snapshot.h"
#include "collection/validation.h"

#include <limits>

namespace sokkuri::collection {

namespace {

constexpr store::Slot kNoSlot = std::numeric_limits<store::Slot>::max();

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
                    "field \"{}\": exists with dimension {}, metric {}, model fingerprint \"{}\"",
                    field.name, spec.dimension, index::name_of(spec.metric), spec.fingerprint);
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

Result<std::vector<PutOutcome>> LocalWriter::put(std::span<const PutRecord> records,
                                                 VectorsOfPut vectors) {
    if (records.empty()) return std::vector<PutOutcome>();
    // The transaction comes before any vector is written: after a commit that failed halfway, only
    // a new transaction makes sure that its rows are not wanted any more.
    const auto transaction = TRY(catalog_.begin_write());
    TRY(load_fields());
    TRY(validate(records, vectors));
    Result<std::vector<PutOutcome>> outcomes = put_valid(*transaction, records, vectors);
    // After a failure only the catalog knows how far the fields reach (a commit may fail and yet be
    // done): the next put asks it, and its writers overwrite what was appended in vain.
    if (!outcomes) forget_fields();
    return outcomes;
}

Result<void> LocalWriter::validate(std::span<const PutRecord> records, VectorsOfPut vectors) const {
    std::vector<FieldSpec> specs;
    for (const OpenField& field : fields_) {
        FieldSpec spec = TRY(spec_of(field.row));
        specs.push_back(std::move(spec));
    }
    TRY(validate_put(records, specs));
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
    const Placed placed = TRY(append_vectors(records));
    std::vector<PutOutcome> outcomes = TRY(put_rows(transaction, records, placed, vectors));
    TRY(transaction.commit());
    for (std::size_t f = 0; f < fields_.size(); ++f) {
        fields_[f].committed += placed.extents[f].rows;
    }
    return outcomes;
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

Result<LocalWriter::Placed> LocalWriter::append_vectors(std::span<const PutRecord> records) {
    Placed placed;
    placed.slots.assign(fields_.size(), std::vector<store::Slot>(records.size(), kNoSlot));
    placed.extents.resize(fields_.size());
    for (std::size_t f = 0; f < fields_.size(); ++f) {
        OpenField& field = fields_[f];
        std::vector<float> rows;
        store::Slot next = field.committed;
        for (std::size_t r = 0; r < records.size(); ++r) {
            for (const FieldVector& vector : records[r].vectors) {
                const bool is_here =
                    vector.field == field.row.name || (vector.field.empty() && fields_.size() == 1);
                if (!is_here) continue;
                rows.insert(rows.end(), vector.values.begin(), vector.values.end());
                placed.slots[f][r] = next++;
            }
        }
        if (rows.empty()) continue;
        if (field.writer == nullptr) {
            field.writer = TRY(store::VectorWriter::open(
                files_, field_directory(directory_, field.row.number), field.row, field.committed));
        }
        placed.extents[f] = TRY(field.writer->append(std::as_bytes(std::span(rows))));
        TRY(field.writer->sync());
    }
    return placed;
}

Result<std::vector<PutOutcome>> LocalWriter::put_rows(store::WriteTransaction& transaction,
                                                      std::span<const PutRecord> records,
                                                      const Placed& placed, VectorsOfPut vectors) {
    for (std::size_t f = 0; f < fields_.size(); ++f) {
        if (placed.extents[f].rows == 0) continue;
        TRY(transaction.add_extent(fields_[f].row.number, placed.extents[f]));
    }
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
            if (slot == kNoSlot) {
                TRY(transaction.clear_vector(field, row.number));
            } else {
                TRY(transaction.set_vector(field, row.number, slot));
            }
        }
        outcomes.push_back({row.version, row.seq, row.was_created});
    }
    return outcomes;
}

void LocalWriter::forget_fields() {
    fields_.clear();
    fields_are_loaded_ = false;
}

}  // namespace sokkuri::collection
