// LocalWriter::load: vectors from where they lie straight into the chunk files, records into one
// transaction beside that. It commits when both are done.
#include "collection/load_plan.h"
#include "collection/local_writer.h"
#include "collection/snapshot.h"
#include "collection/validation.h"

#include <future>

namespace sokkuri::collection {

namespace {

/// Less is on the disk sooner than a thread has begun.
constexpr std::size_t kBesideBytesMin = 1U << 20;

/// The vectors that the plan writes: those of the batch, or copies in `chosen`.
std::span<const float> written_vectors(const LoadBatch& batch, const LoadPlan& plan,
                                       std::size_t dimension, std::vector<float>& chosen);
/// Appended and synced.
Result<store::Extent> append_rows(store::VectorWriter& writer, std::span<const float> vectors);

}  // namespace

Result<LoadOutcome> LocalWriter::load(const LoadBatch& batch) {
    if (batch.ids.empty() && !batch.mark) return LoadOutcome{};
    // Before any vector is written, as in put.
    const auto transaction = TRY(catalog_.begin_write());
    TRY(load_fields());
    OpenField* field = TRY(field_named(batch.field));
    const FieldSpec spec = TRY(spec_of(field->row));
    const std::vector<FieldSpec> fields = TRY(specs());
    TRY(validate_load(batch, spec, fields));
    FieldsInDoubt doubt(*this);  // as in put
    const LoadOutcome outcome = TRY(load_valid(*transaction, batch, *field));
    doubt.settle();
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
    std::vector<float> chosen;
    const std::span<const float> vectors =
        written_vectors(batch, plan, field.row.dimension, chosen);
    if (!vectors.empty()) TRY(open_writer(field));
    // Joined at the latest where this function ends, and it ends before the transaction does.
    std::future<Result<store::Extent>> appended = std::async(
        vectors.size_bytes() < kBesideBytesMin ? std::launch::deferred : std::launch::async,
        [&]() -> Result<store::Extent> {
            if (vectors.empty()) return store::Extent{};
            return append_rows(*field.writer, vectors);
        });
    // Of other fields: their writers are not the one that works beside.
    const Placed further = TRY(append_further(batch));
    TRY(add_extents(transaction, further));
    TRY(write_rows(transaction, batch, plan,
                   {.field = field.row.number, .first_slot = field.committed, .further = further}));
    const store::Extent extent = TRY(appended.get());
    if (extent.rows > 0) TRY(transaction.add_extent(field.row.number, extent));
    TRY(commit(transaction, further));
    field.committed += extent.rows;
    return plan.outcome;
}

/// The slots are those behind the committed ones, in the order of the rows.
Result<void> LocalWriter::write_rows(store::WriteTransaction& transaction, const LoadBatch& batch,
                                     LoadPlan& plan, const PlacedLoad& placed) {
    store::Slot slot = placed.first_slot;
    for (std::size_t i = 0; i < batch.ids.size(); ++i) {
        const LoadPlan::Row& row = plan.rows[i];
        if (!row.writes_record) continue;
        const store::PutRow put =
            TRY(row.is_new ? transaction.add_record(batch.ids[i], row.document)
                           : transaction.put_record(batch.ids[i], row.document, {}));
        if (row.writes_vector) TRY(transaction.set_vector(placed.field, put.number, slot++));
        if (!batch.further.empty()) TRY(set_vectors(transaction, placed.further, i, put.number));
        ++(put.was_created ? plan.outcome.created : plan.outcome.replaced);
    }
    return {};
}

Result<LoadPlan> LocalWriter::plan_batch(const LoadBatch& batch, OpenField& field) {
    if (field.reader == nullptr) {
        field.reader = TRY(store::VectorReader::open(
            files_, field_directory(directory_, field.row.number), field.row));
    }
    const auto committed = TRY(catalog_.begin_read());
    // Damage may have come since the batch before.
    if (field.blocks != nullptr) field.blocks->forget();
    return plan_load(batch, {*committed, field.row, *field.reader, field.blocks});
}

Result<LocalWriter::Placed> LocalWriter::append_further(const LoadBatch& batch) {
    VectorsOfRecords records;
    for (const std::vector<FieldVector>& vectors : batch.further)
        records.emplace_back(vectors);
    return append_vectors(records);
}

Result<void> LocalWriter::open_writer(OpenField& field) {
    if (field.writer != nullptr) return {};
    field.writer = TRY(store::VectorWriter::open(
        files_, field_directory(directory_, field.row.number), field.row, field.committed));
    return {};
}

namespace {

std::span<const float> written_vectors(const LoadBatch& batch, const LoadPlan& plan,
                                       std::size_t dimension, std::vector<float>& chosen) {
    const std::size_t rows = plan.vectors_written();
    if (rows == plan.rows.size()) return batch.vectors;
    chosen.reserve(rows * dimension);
    for (std::size_t i = 0; i < plan.rows.size(); ++i) {
        if (!plan.rows[i].writes_vector) continue;
        const auto vector = batch.vectors.subspan(i * dimension, dimension);
        chosen.insert(chosen.end(), vector.begin(), vector.end());
    }
    return chosen;
}

Result<store::Extent> append_rows(store::VectorWriter& writer, std::span<const float> vectors) {
    const store::Extent extent = TRY(writer.append(std::as_bytes(vectors)));
    TRY(writer.sync());
    return extent;
}

}  // namespace

}  // namespace sokkuri::collection
