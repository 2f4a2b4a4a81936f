#include "collection/tail_search.h"

#include "base/check.h"

#include <algorithm>

namespace sokkuri::collection {

namespace {

/// A neighbor that knows whose vector it is.
struct Found {
    double distance;
    store::RecordNumber record;
};

Result<std::vector<store::RecordNumber>> numbers_of(store::ReadTransaction& transaction,
                                                    std::span<const std::string> ids);
Result<std::vector<Found>> found_records(store::ReadTransaction& transaction,
                                         const FieldSnapshot& field,
                                         std::span<const index::Neighbor> neighbors);

}  // namespace

Result<SearchAnswer> search_tail(store::ReadTransaction& transaction, const FieldSnapshot& field,
                                 const SearchRequest& request, const TailScan& scan) {
    const std::vector<store::RecordNumber> excluded =
        TRY(numbers_of(transaction, request.excluded_ids));
    const index::ExactScan exact{.metric = field.spec.metric,
                                 .query = request.query,
                                 .k = request.offset + request.k + excluded.size(),
                                 .left_out = field.dead.empty() ? nullptr : &field.dead,
                                 .kernels = &scan.kernels,
                                 .threads = &scan.threads};
    const std::vector<index::Neighbor> neighbors = index::nearest_rows(exact, field.rows);
    std::vector<Found> found = TRY(found_records(transaction, field, neighbors));
    std::erase_if(found, [&](const Found& f) {
        return std::find(excluded.begin(), excluded.end(), f.record) != excluded.end() ||
               (request.distance_max && f.distance > *request.distance_max);
    });
    found.erase(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(
                                                   std::min(request.offset, found.size())));
    if (found.size() > request.k) found.resize(request.k);

    SearchAnswer answer;
    answer.rows_scanned = field.committed - field.tombstones;
    for (const Found& f : found) {
        std::optional<store::RecordRow> row = TRY(transaction.record(f.record));
        if (!row) {
            return fail(ErrorCode::kCorruption, "record number {}: has a vector but no record",
                        f.record);
        }
        if (request.documents == Documents::kOmit) row->document.clear();
        answer.hits.push_back(
            {std::move(row->id), static_cast<float>(f.distance), std::move(row->document)});
    }
    return answer;
}

std::span<const float> row_of(const FieldSnapshot& field, store::Slot slot) {
    CHECK(slot < field.committed);
    const auto after = std::upper_bound(
        field.rows.begin(), field.rows.end(), slot,
        [](store::Slot wanted, const index::RowsView& view) { return wanted < view.first; });
    const index::RowsView& view = *(after - 1);
    return view.values.subspan((slot - view.first) * field.spec.dimension, field.spec.dimension);
}

namespace {

Result<std::vector<store::RecordNumber>> numbers_of(store::ReadTransaction& transaction,
                                                    std::span<const std::string> ids) {
    std::vector<store::RecordNumber> numbers;
    for (const std::string& id : ids) {
        const std::optional<store::RecordRow> row = TRY(transaction.record(id));
        if (row) numbers.push_back(row->number);
    }
    return numbers;
}

Result<std::vector<Found>> found_records(store::ReadTransaction& transaction,
                                         const FieldSnapshot& field,
                                         std::span<const index::Neighbor> neighbors) {
    std::vector<store::Slot> slots;
    for (const index::Neighbor& neighbor : neighbors) {
        slots.push_back(neighbor.slot);
    }
    const std::vector<store::RecordNumber> records =
        TRY(transaction.records_of_slots(field.number, slots));
    std::vector<Found> found;
    for (std::size_t i = 0; i < neighbors.size(); ++i) {
        found.push_back({neighbors[i].distance, records[i]});
    }
    std::sort(found.begin(), found.end(), [](const Found& a, const Found& b) {
        return a.distance != b.distance ? a.distance < b.distance : a.record < b.record;
    });
    return found;
}

}  // namespace

}  // namespace sokkuri::collection
