#include "collection/load_plan.h"

#include "collection/validation.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace sokkuri::collection {

namespace {

constexpr std::string_view kNoDocument = "{}";
constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();

Result<void> validate_sizes(const LoadBatch& batch, const FieldSpec& field);
Result<void> validate_further(const LoadBatch& batch, const FieldSpec& field,
                              std::span<const FieldSpec> fields);
/// For each row the one before it with the same id; kNone: it is the first.
std::vector<std::size_t> rows_before(std::span<const std::string> ids);
Result<bool> is_committed(const CommittedField& committed, store::RecordNumber record,
                          std::span<const float> vector);
Result<bool> is_in_whole_block(const CommittedField& committed, store::Slot slot);

}  // namespace

Result<void> validate_load(const LoadBatch& batch, const FieldSpec& field,
                           std::span<const FieldSpec> fields) {
    TRY(validate_sizes(batch, field));
    TRY(validate_further(batch, field, fields));
    for (std::size_t row = 0; row < batch.ids.size(); ++row) {
        const std::string& id = batch.ids[row];
        TRY(in_context(fmt::format("row {}", row), validate_id(id)));
        const auto vector = batch.vectors.subspan(row * field.dimension, field.dimension);
        if (index::first_unmeasurable(field.metric, vector)) {
            TRY(validate_vector(fmt::format("row {}: vector of \"{}\"", row, id), vector, field));
        }
        if (batch.documents.empty() || batch.documents[row].empty()) continue;
        TRY(in_context(fmt::format("row {}", row), validate_document(id, batch.documents[row])));
    }
    return {};
}

std::size_t LoadPlan::vectors_written() const {
    return static_cast<std::size_t>(std::ranges::count(rows, true, &Row::writes_vector));
}

Result<LoadPlan> plan_load(const LoadBatch& batch, const CommittedField& committed) {
    const std::vector<std::size_t> before = rows_before(batch.ids);
    const std::size_t dimension = committed.field.dimension;
    LoadPlan plan;
    plan.rows.resize(batch.ids.size());
    for (std::size_t i = 0; i < plan.rows.size(); ++i) {
        LoadPlan::Row& row = plan.rows[i];
        row.document = kNoDocument;
        bool has_vector = false;
        if (before[i] != kNone) {
            row.document = plan.rows[before[i]].document;
        } else if (auto known = TRY(committed.transaction.record(batch.ids[i]))) {
            row.document = std::move(known->document);
            const auto vector = batch.vectors.subspan(i * dimension, dimension);
            has_vector = TRY(is_committed(committed, known->number, vector));
        } else {
            row.is_new = true;
        }
        bool has_document = true;
        if (!batch.documents.empty() && !batch.documents[i].empty()) {
            has_document = row.document == batch.documents[i];
            row.document = batch.documents[i];
        }
        row.writes_vector = !has_vector;
        const bool has_further = !batch.further.empty() && !batch.further[i].empty();
        row.writes_record = !has_vector || !has_document || has_further;
        if (!row.writes_record) ++plan.outcome.unchanged;
    }
    // A row that stays as it is must not lose against an earlier one of the same id.
    for (std::size_t i = 0; i < plan.rows.size(); ++i) {
        if (before[i] == kNone) continue;
        LoadPlan::Row& first = plan.rows[before[i]];
        if (!first.writes_record) --plan.outcome.unchanged;
        first.writes_record = first.writes_vector = true;
    }
    return plan;
}

namespace {

Result<void> validate_sizes(const LoadBatch& batch, const FieldSpec& field) {
    if (batch.ids.size() > kLoadRecordsMax) {
        return fail(ErrorCode::kExhausted, "load: {} records in one batch, at most {}",
                    batch.ids.size(), kLoadRecordsMax);
    }
    if (batch.vectors.size_bytes() > kLoadVectorBytesMax) {
        return fail(ErrorCode::kExhausted, "load: {} bytes of vectors in one batch, at most {}",
                    batch.vectors.size_bytes(), kLoadVectorBytesMax);
    }
    const bool has_bad_mark =
        batch.mark && (batch.mark->name.empty() || batch.mark->name.size() > kLoadMarkBytesMax ||
                       batch.mark->value.size() > kLoadMarkBytesMax);
    if (has_bad_mark) {
        return fail(ErrorCode::kInvalidArgument,
                    "load: a mark of {} bytes named by {}: at most {} each, the name at least 1",
                    batch.mark->value.size(), batch.mark->name.size(), kLoadMarkBytesMax);
    }
    if (batch.vectors.size() != batch.ids.size() * field.dimension) {
        return fail(ErrorCode::kInvalidArgument,
                    "load: {} components for {} ids, field \"{}\" has {} a vector",
                    batch.vectors.size(), batch.ids.size(), field.name, field.dimension);
    }
    if (batch.documents.empty() || batch.documents.size() == batch.ids.size()) return {};
    return fail(ErrorCode::kInvalidArgument, "load: {} documents for {} ids",
                batch.documents.size(), batch.ids.size());
}

Result<void> validate_further(const LoadBatch& batch, const FieldSpec& field,
                              std::span<const FieldSpec> fields) {
    if (!batch.further.empty() && batch.further.size() != batch.ids.size()) {
        return fail(ErrorCode::kInvalidArgument, "load: further vectors for {} rows of {}",
                    batch.further.size(), batch.ids.size());
    }
    for (std::size_t row = 0; row < batch.further.size(); ++row) {
        const std::string& id = batch.ids[row];
        TRY(in_context(fmt::format("row {}", row),
                       validate_vectors(id, batch.further[row], fields)));
        const auto is_own = [&](const FieldVector& vector) {
            return vector.field.empty() || vector.field == field.name;
        };
        if (std::ranges::none_of(batch.further[row], is_own)) continue;
        return fail(ErrorCode::kInvalidArgument,
                    "row {}: two vectors of \"{}\" in field \"{}\": the row's own and another", row,
                    id, field.name);
    }
    return {};
}

std::vector<std::size_t> rows_before(std::span<const std::string> ids) {
    std::unordered_map<std::string_view, std::size_t> last;
    last.reserve(ids.size());
    std::vector<std::size_t> before(ids.size(), kNone);
    for (std::size_t i = 0; i < ids.size(); ++i) {
        const auto [known, is_new] = last.try_emplace(ids[i], i);
        if (is_new) continue;
        before[i] = std::exchange(known->second, i);
    }
    return before;
}

/// Bit by bit: what is there is kept as it is, −0 and 0 are two.
Result<bool> is_committed(const CommittedField& committed, store::RecordNumber record,
                          std::span<const float> vector) {
    const std::optional<store::Slot> slot =
        TRY(committed.transaction.slot_of_record(committed.field.number, record));
    if (!slot) return false;
    const std::span<const std::byte> row = TRY(committed.vectors.row(*slot));
    if (std::memcmp(row.data(), vector.data(), vector.size_bytes()) != 0) return false;
    return is_in_whole_block(committed, *slot);
}

/// A row is proven by its block: with one that is damaged nobody could tell later that this row is
/// not what is wrong with it.
Result<bool> is_in_whole_block(const CommittedField& committed, store::Slot slot) {
    std::unique_ptr<store::BlockCheck>& blocks = committed.blocks;
    if (blocks == nullptr || slot >= blocks->end()) {
        std::vector<store::Extent> extents =
            TRY(committed.transaction.extents(committed.field.number));
        blocks = std::make_unique<store::BlockCheck>(committed.vectors, std::move(extents));
    }
    const auto checked = blocks->check(slot);
    if (!checked && checked.error().code() != ErrorCode::kCorruption) {
        return tl::unexpected(checked.error());
    }
    return checked.has_value();
}

}  // namespace

}  // namespace sokkuri::collection
