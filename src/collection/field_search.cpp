#include "collection/field_search.h"

#include "index/segment_search.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace sokkuri::collection {

namespace {

using Path = SearchMethod::Path;

/// What segments and tail know of one query, before anybody asks whose the slots are.
class Gathered {
 public:
    explicit Gathered(const index::Effort& effort);

    void add(const SegmentSnapshot& segment, index::SegmentAnswer answer);
    void add_coded(const SegmentSnapshot& run, index::SegmentAnswer answer);
    void add_scanned(std::vector<index::Neighbor> neighbors);
    /// All that no segment holds: found for certain.
    void count_tail(const FieldSnapshot& field);

    /// Of the k-th nearest so far: what is farther is not wanted. Infinite while there are fewer.
    double bound(std::size_t k);
    /// The k nearest and all that are exactly as far as the k-th, nearest first.
    std::vector<index::Neighbor> nearest(std::size_t k);
    SearchMethod method() const;

 private:
    void take(const SegmentSnapshot& segment, index::SegmentAnswer& answer);
    void count_each_once();
    static bool is_nearer(const index::Neighbor& a, const index::Neighbor& b) {
        return a.distance < b.distance;
    }

    std::vector<index::Neighbor> neighbors_;
    SearchMethod method_;
    bool is_measured_ = true;   // wherever graphs were searched
    double expected_rows_ = 0;  // rows, each by the share of its kind that is expected to be found
    double rows_ = 0;
};

/// A neighbor that knows whose vector it is.
struct FoundRecord {
    double distance;
    store::RecordNumber record;
};

/// What no segment holds: exactly, whatever the effort.
void search_tail(const FieldSearch& search, index::SegmentQuery query, Gathered& gathered);
void search_tail(const FieldSearch& search, index::SegmentQuery query,
                 std::span<const float> vectors, std::span<Gathered> gathered);
std::size_t wanted(const SearchRequest& request, std::span<const store::RecordNumber> excluded);
index::SegmentQuery segment_query(const SearchRequest& request, std::size_t k);
void set_filter(index::SegmentQuery& query, const FieldSearch& search,
                const SegmentSnapshot& segment);
/// Of the rows without codes.
index::ExactScan tail_scan(const FieldSearch& search, const index::SegmentQuery& query);
Result<SearchAnswer> answer_of(const FieldSearch& search, const SearchRequest& request,
                               std::span<const store::RecordNumber> excluded, Gathered gathered);
/// Ascending, each once.
Result<std::vector<store::RecordNumber>> numbers_of(store::ReadTransaction& transaction,
                                                    std::span<const std::string> ids);
Result<std::vector<FoundRecord>> records_of(const FieldSearch& search,
                                            std::span<const index::Neighbor> neighbors);
Path path_of(index::SearchReport::Path path);

}  // namespace

Result<SearchAnswer> search_field(const FieldSearch& search, const SearchRequest& request) {
    const FieldSnapshot& field = search.field;
    const std::vector<store::RecordNumber> excluded =
        TRY(numbers_of(search.transaction, request.excluded_ids));
    index::SegmentQuery query = segment_query(request, wanted(request, excluded));
    query.vector = request.query;
    Gathered gathered(request.effort);
    for (const SegmentSnapshot& segment : field.segments) {
        if (!segment.is_usable()) continue;
        set_filter(query, search, segment);
        gathered.add(segment, index::search_segment(*segment.opened.segment, field.rows, query,
                                                    &search.threads));
    }
    search_tail(search, query, gathered);
    return answer_of(search, request, excluded, std::move(gathered));
}

Result<std::vector<SearchAnswer>> search_field(const FieldSearch& search,
                                               const SearchRequest& shared,
                                               std::span<const std::vector<float>> queries) {
    const FieldSnapshot& field = search.field;
    const std::vector<store::RecordNumber> excluded =
        TRY(numbers_of(search.transaction, shared.excluded_ids));
    std::vector<float> vectors;
    for (const std::vector<float>& vector : queries) {
        vectors.insert(vectors.end(), vector.begin(), vector.end());
    }
    index::SegmentQuery query = segment_query(shared, wanted(shared, excluded));
    std::vector<Gathered> gathered(queries.size(), Gathered(shared.effort));
    for (const SegmentSnapshot& segment : field.segments) {
        if (!segment.is_usable()) continue;
        set_filter(query, search, segment);
        std::vector<index::SegmentAnswer> answers = index::search_segment(
            *segment.opened.segment, field.rows, vectors, query, &search.threads);
        for (std::size_t i = 0; i < queries.size(); ++i) {
            gathered[i].add(segment, std::move(answers[i]));
        }
    }
    search_tail(search, query, vectors, gathered);
    std::vector<SearchAnswer> answers;
    for (std::size_t i = 0; i < queries.size(); ++i) {
        SearchAnswer answer = TRY(answer_of(search, shared, excluded, std::move(gathered[i])));
        answers.push_back(std::move(answer));
    }
    return answers;
}

namespace {

Gathered::Gathered(const index::Effort& effort) {
    if (effort.kind == index::Effort::Kind::kExact) method_.recall_asked = 1;
    if (effort.kind == index::Effort::Kind::kRecall) method_.recall_asked = effort.recall;
}

void Gathered::add(const SegmentSnapshot& segment, index::SegmentAnswer answer) {
    take(segment, answer);
    const index::SearchReport& report = answer.report;
    const bool is_exact = path_of(report.path) == Path::kExact;
    is_measured_ = is_measured_ && (is_exact || report.recall_expected);
    const auto rows = static_cast<double>(segment.live);
    expected_rows_ += rows * (is_exact ? 1.0 : report.recall_expected.value_or(0));
    rows_ += rows;
}

void Gathered::add_coded(const SegmentSnapshot& run, index::SegmentAnswer answer) {
    take(run, answer);
}

void Gathered::add_scanned(std::vector<index::Neighbor> neighbors) {
    neighbors_.insert(neighbors_.end(), neighbors.begin(), neighbors.end());
}

void Gathered::count_tail(const FieldSnapshot& field) {
    const auto rows = static_cast<double>(field.tail_live);
    expected_rows_ += rows;
    rows_ += rows;
}

void Gathered::take(const SegmentSnapshot& segment, index::SegmentAnswer& answer) {
    // A file's bytes may say anything; slots of others are not its to return.
    std::erase_if(answer.neighbors, [&](const index::Neighbor& neighbor) {
        return neighbor.slot < segment.row.first_slot || neighbor.slot >= segment.row.end_slot();
    });
    neighbors_.insert(neighbors_.end(), answer.neighbors.begin(), answer.neighbors.end());
    const index::SearchReport& report = answer.report;
    method_.path = std::max(method_.path, path_of(report.path));
    method_.ef = std::max(method_.ef, report.ef);
    method_.rows_decided += report.rows_decided;
}

double Gathered::bound(std::size_t k) {
    count_each_once();
    if (neighbors_.size() < k) return std::numeric_limits<double>::infinity();
    const auto kth = neighbors_.begin() + static_cast<std::ptrdiff_t>(k - 1);
    std::nth_element(neighbors_.begin(), kth, neighbors_.end(), is_nearer);
    return kth->distance;
}

/// A run of the tail may reach into a segment that has overtaken it.
void Gathered::count_each_once() {
    std::ranges::sort(neighbors_, {}, &index::Neighbor::slot);
    const auto copies = std::ranges::unique(neighbors_, {}, &index::Neighbor::slot);
    neighbors_.erase(copies.begin(), copies.end());
}

std::vector<index::Neighbor> Gathered::nearest(std::size_t k) {
    count_each_once();
    std::sort(neighbors_.begin(), neighbors_.end(), is_nearer);
    if (neighbors_.size() > k) {
        neighbors_.erase(
            std::upper_bound(neighbors_.begin(), neighbors_.end(), neighbors_[k - 1], is_nearer),
            neighbors_.end());
    }
    return std::move(neighbors_);
}

/// A neighbor is as likely in one segment as that has rows.
SearchMethod Gathered::method() const {
    SearchMethod method = method_;
    if (is_measured_) method.recall_expected = rows_ > 0 ? expected_rows_ / rows_ : 1.0;
    return method;
}

void search_tail(const FieldSearch& search, index::SegmentQuery query, Gathered& gathered) {
    const FieldSnapshot& field = search.field;
    query.effort = {.kind = index::Effort::Kind::kExact};
    const double asked = query.distance_max;
    for (const SegmentSnapshot& run : field.coded) {
        set_filter(query, search, run);
        query.distance_max = std::min(asked, gathered.bound(query.k));
        gathered.add_coded(
            run, index::search_segment(*run.opened.segment, field.rows, query, &search.threads));
    }
    query.distance_max = std::min(asked, gathered.bound(query.k));
    gathered.add_scanned(index::nearest_rows(tail_scan(search, query), field.scanned));
    gathered.count_tail(field);
}

void search_tail(const FieldSearch& search, index::SegmentQuery query,
                 std::span<const float> vectors, std::span<Gathered> gathered) {
    const FieldSnapshot& field = search.field;
    query.effort = {.kind = index::Effort::Kind::kExact};
    for (const SegmentSnapshot& run : field.coded) {
        set_filter(query, search, run);
        std::vector<index::SegmentAnswer> answers =
            index::search_segment(*run.opened.segment, field.rows, vectors, query, &search.threads);
        for (std::size_t i = 0; i < gathered.size(); ++i) {
            gathered[i].add_coded(run, std::move(answers[i]));
        }
    }
    std::vector<std::vector<index::Neighbor>> scanned = index::nearest_rows_of_each(
        tail_scan(search, query), vectors, field.spec.dimension, field.scanned);
    for (std::size_t i = 0; i < gathered.size(); ++i) {
        gathered[i].add_scanned(std::move(scanned[i]));
        gathered[i].count_tail(field);
    }
}

/// The excluded ones are among the nearest at worst.
std::size_t wanted(const SearchRequest& request, std::span<const store::RecordNumber> excluded) {
    return request.offset + request.k + excluded.size();
}

index::SegmentQuery segment_query(const SearchRequest& request, std::size_t k) {
    index::SegmentQuery query;
    query.k = k;
    query.effort = request.effort;
    if (request.distance_max) query.distance_max = *request.distance_max;
    return query;
}

/// What the filter lets through, which is alive; without one, what has not died since the segment
/// was made.
void set_filter(index::SegmentQuery& query, const FieldSearch& search,
                const SegmentSnapshot& segment) {
    query.filter = {};
    query.prepared = nullptr;
    if (search.filter != nullptr) {
        query.filter = search.filter->slot_filter();
        query.prepared = search.filter->prepared(segment);
        return;
    }
    if (segment.live == segment.row.live) return;
    query.filter.left_out = &search.field.dead;
    query.prepared = &segment.living->of(*segment.opened.segment, query.filter);
}

index::ExactScan tail_scan(const FieldSearch& search, const index::SegmentQuery& query) {
    const FieldSnapshot& field = search.field;
    return {.metric = field.spec.metric,
            .query = query.vector,
            .k = query.k,
            .left_out = field.dead.empty() ? nullptr : &field.dead,
            .allowed = search.filter == nullptr ? nullptr : &search.filter->slots(),
            .distance_max = query.distance_max,
            .kernels = &search.kernels,
            .threads = &search.threads};
}

Result<SearchAnswer> answer_of(const FieldSearch& search, const SearchRequest& request,
                               std::span<const store::RecordNumber> excluded, Gathered gathered) {
    std::vector<FoundRecord> found =
        TRY(records_of(search, gathered.nearest(wanted(request, excluded))));
    std::erase_if(found, [&](const FoundRecord& f) {
        return std::binary_search(excluded.begin(), excluded.end(), f.record) ||
               (request.distance_max && f.distance > *request.distance_max);
    });
    found.erase(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(
                                                   std::min(request.offset, found.size())));
    if (found.size() > request.k) found.resize(request.k);

    SearchAnswer answer;
    answer.method = gathered.method();
    answer.rows_searched =
        search.filter == nullptr ? search.field.live() : search.filter->slots().count();
    answer.generation = search.transaction.generation();
    for (const FoundRecord& f : found) {
        std::optional<store::RecordRow> row = TRY(search.transaction.record(f.record));
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

Result<std::vector<store::RecordNumber>> numbers_of(store::ReadTransaction& transaction,
                                                    std::span<const std::string> ids) {
    std::vector<store::RecordNumber> numbers;
    for (const std::string& id : ids) {
        const std::optional<store::RecordRow> row = TRY(transaction.record(id));
        if (row) numbers.push_back(row->number);
    }
    std::sort(numbers.begin(), numbers.end());
    numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
    return numbers;
}

Result<std::vector<FoundRecord>> records_of(const FieldSearch& search,
                                            std::span<const index::Neighbor> neighbors) {
    std::vector<store::Slot> slots;
    for (const index::Neighbor& neighbor : neighbors) {
        slots.push_back(neighbor.slot);
    }
    const std::vector<store::RecordNumber> records =
        TRY(search.transaction.records_of_slots(search.field.number, slots));
    std::vector<FoundRecord> found;
    for (std::size_t i = 0; i < neighbors.size(); ++i) {
        found.push_back({neighbors[i].distance, records[i]});
    }
    std::sort(found.begin(), found.end(), [](const FoundRecord& a, const FoundRecord& b) {
        return a.distance != b.distance ? a.distance < b.distance : a.record < b.record;
    });
    return found;
}

Path path_of(index::SearchReport::Path path) {
    switch (path) {
        case index::SearchReport::Path::kGraph:
            return Path::kGraph;
        case index::SearchReport::Path::kFilteredGraph:
            return Path::kFilteredGraph;
        case index::SearchReport::Path::kFilteredScan:
            return Path::kFilteredScan;
        case index::SearchReport::Path::kExactBounds:
        case index::SearchReport::Path::kExactRows:
            return Path::kExact;
    }
    return Path::kExact;
}

}  // namespace

}  // namespace sokkuri::collection
