#include "collection/farthest_search.h"

#include "index/farthest_rows.h"

#include <algorithm>
#include <utility>

namespace sokkuri::collection {
namespace {

/// A row that knows whose vector it is.
struct Found {
    double distance = 0;
    store::RecordNumber record = 0;
};

Result<std::vector<store::RecordNumber>> numbers_of(store::ReadTransaction& transaction,
                                                    const std::vector<std::string>& ids);
std::vector<index::Neighbor> scan(const FieldSearch& search, const SearchRequest& request,
                                  std::size_t k);
Result<std::vector<Found>> records_of(const FieldSearch& search,
                                      std::span<const index::Neighbor> rows);
Result<SearchAnswer> describe(const FieldSearch& search, const SearchRequest& request,
                              std::span<const Found> found);

}  // namespace

Result<SearchAnswer> search_farthest(const FieldSearch& search, const SearchRequest& request) {
    const std::vector<store::RecordNumber> excluded =
        TRY(numbers_of(search.transaction, request.excluded_ids));
    // The excluded ones are among the farthest at worst.
    const std::size_t wanted = request.offset + request.k;
    const auto rows = scan(search, request, wanted + excluded.size());
    std::vector<Found> found = TRY(records_of(search, rows));
    std::erase_if(found, [&](const Found& one) {
        return std::binary_search(excluded.begin(), excluded.end(), one.record);
    });
    const std::size_t first = std::min(request.offset, found.size());
    const std::size_t end = std::min(wanted, found.size());
    return describe(search, request, std::span(found).subspan(first, end - first));
}

namespace {

/// Ascending.
Result<std::vector<store::RecordNumber>> numbers_of(store::ReadTransaction& transaction,
                                                    const std::vector<std::string>& ids) {
    std::vector<store::RecordNumber> numbers;
    for (const std::string& id : ids) {
        const std::optional<store::RecordRow> row = TRY(transaction.record(id));
        if (row) numbers.push_back(row->number);
    }
    std::sort(numbers.begin(), numbers.end());
    return numbers;
}

std::vector<index::Neighbor> scan(const FieldSearch& search, const SearchRequest& request,
                                  std::size_t k) {
    const FieldSnapshot& field = search.field;
    std::vector<float> vectors;
    for (const std::vector<float>& vector : request.several->vectors) {
        vectors.insert(vectors.end(), vector.begin(), vector.end());
    }
    index::FarthestScan scan{.metric = field.spec.metric,
                             .vectors = vectors,
                             .k = k,
                             .filter = {},
                             .kernels = &search.kernels,
                             .threads = &search.threads};
    if (search.filter != nullptr) {
        scan.filter = search.filter->slot_filter();
    } else if (!field.dead.empty()) {
        scan.filter.left_out = &field.dead;
    }
    return index::farthest_rows(scan, field.rows);
}

Result<std::vector<Found>> records_of(const FieldSearch& search,
                                      std::span<const index::Neighbor> rows) {
    std::vector<store::Slot> slots;
    for (const index::Neighbor& row : rows)
        slots.push_back(row.slot);
    const std::vector<store::RecordNumber> records =
        TRY(search.transaction.records_of_slots(search.field.number, slots));
    std::vector<Found> found;
    for (std::size_t i = 0; i < rows.size(); ++i)
        found.push_back({rows[i].distance, records[i]});
    std::sort(found.begin(), found.end(), [](const Found& a, const Found& b) {
        return a.distance != b.distance ? a.distance > b.distance : a.record < b.record;
    });
    return found;
}

Result<SearchAnswer> describe(const FieldSearch& search, const SearchRequest& request,
                              std::span<const Found> found) {
    using Kind = index::Effort::Kind;
    SearchAnswer answer;
    answer.generation = search.transaction.generation();
    answer.rows_searched =
        search.filter == nullptr ? search.field.live() : search.filter->slots().count();
    answer.method.recall_expected = 1;
    answer.method.rows_decided = answer.rows_searched;
    if (request.effort.kind == Kind::kExact) answer.method.recall_asked = 1;
    if (request.effort.kind == Kind::kRecall) answer.method.recall_asked = request.effort.recall;
    for (const Found& one : found) {
        std::optional<store::RecordRow> row = TRY(search.transaction.record(one.record));
        if (!row) {
            return fail(ErrorCode::kCorruption, "record number {}: has a vector but no record",
                        one.record);
        }
        if (request.documents == Documents::kOmit) row->document.clear();
        answer.hits.push_back(
            {std::move(row->id), static_cast<float>(one.distance), std::move(row->document)});
    }
    return answer;
}

}  // namespace
}  // namespace sokkuri::collection
