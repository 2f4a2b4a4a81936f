// LocalWriter::load: vectors from where they lie straight into the chunk files, then one
// transaction.
#include "collection/load_plan.h"
#include "collection/local_writer.h"
#include "collection/snapshot.h"
#include "collection/validation.h"

#include <algorithm>

namespace sokkuri::collection {

Result<LoadOutcome> LocalWriter::load(const LoadBatch& batch) {
    if (batch.ids.empty() && !batch.mark) return LoadOutcome{};
    // Before any vector is written, as in put.
    const auto transaction = TRY(catalog_.begin_write());
    TRY(load_fields());
    OpenField* field = TRY(field_named(batch.field));
    const FieldSpec spec = TRY(spec_of(field->row));
    TRY(validate_load(batch, spec));
    Result<LoadOutcome> outcome = load_valid(*transaction, batch, *field);
    if (!outcome) forget_fields();  // as in put
    return outcome;
}

Result<LocalWriter::OpenField*> LocalWriter::field_named(std::string_view name) {
    std::vector<std::string_view> names;
    for (const OpenField& field : fields_) {
        names.push_back(field.row.name);
    }
    const std::size_t position = TRY(find_field(names, name));
    return &fields_[position];
}

Result<LoadOutcome> LocalWriter::load_valid(store::WriteTransaction& transaction,
                                            const LoadBatch& batch, OpenField& field) {
    LoadPlan plan = TRY(plan_batch(batch, field));
    if (plan.outcome.unchanged == batch.ids.size() && !batch.mark) return plan.outcome;
    if (batch.mark) TRY(transaction.set_mark("load " + batch.mark->name, batch.mark->value));
    const store::Extent extent = TRY(append_rows(batch, plan, field));
    if (extent.rows > 0) TRY(transaction.add_extent(field.row.number, extent));
    store::Slot slot = extent.first_slot;
    for (std::size_t i = 0; i < batch.ids.size(); ++i) {
        const LoadPlan::Row& row = plan.rows[i];
        if (!row.writes_record) continue;
        const store::PutRow put = TRY(transaction.put_record(batch.ids[i], row.document, {}));
        if (row.writes_vector) TRY(transaction.set_vector(field.row.number, put.number, slot++));
        ++(put.was_created ? plan.outcome.created : plan.outcome.replaced);
    }
    TRY(transaction.commit());
    field.committed += extent.rows;
    return plan.outcome;
}

Result<LoadPlan> LocalWriter::plan_batch(const LoadBatch& batch, OpenField& field) {
    if (field.reader == nullptr) {
        field.reader = TRY(store::VectorReader::open(
            files_, field_directory(directory_, field.row.number), field.row));
    }
    const auto committed = TRY(catalog_.begin_read());
    return plan_load(batch, {*committed, field.row, *field.reader});
}

/// The vectors that the plan writes, synced; no rows where it writes none.
Result<store::Extent> LocalWriter::append_rows(const LoadBatch& batch, const LoadPlan& plan,
                                               OpenField& field) {
    const std::size_t rows = plan.vectors_written();
    if (rows == 0) return store::Extent{.first_slot = field.committed};
    std::vector<float> chosen;
    std::span<const float> vectors = batch.vectors;
    if (rows < plan.rows.size()) {
        const std::size_t dimension = field.row.dimension;
        chosen.reserve(rows * dimension);
        for (std::size_t i = 0; i < plan.rows.size(); ++i) {
            if (!plan.rows[i].writes_vector) continue;
            const auto vector = vectors.subspan(i * dimension, dimension);
            chosen.insert(chosen.end(), vector.begin(), vector.end());
        }
        vectors = chosen;
    }
    if (field.writer == nullptr) {
        field.writer = TRY(store::VectorWriter::open(
            files_, field_directory(directory_, field.row.number), field.row, field.committed));
    }
    const store::Extent extent = TRY(field.writer->append(std::as_bytes(vectors)));
    TRY(field.writer->sync());
    return extent;
}

}  // namespace sokkuri::collection
