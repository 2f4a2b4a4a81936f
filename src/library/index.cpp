// What include/sokkuri/index.h promises, in terms of VectorIndex: checks of what users give, and
// translation.
#include "base/atomic_file.h"
#include "base/shown_text.h"
#include "index/memory_plan.h"
#include "index/multi_vector_search.h"
#include "library/index_file.h"
#include "library/outcome.h"
#include "library/row_set.h"
#include "library/vector_index.h"

#include <algorithm>
#include <sokkuri/index.h>

namespace sokkuri {

using library::outcome_of;

struct Index::Body {
    std::unique_ptr<library::VectorIndex> vectors;
};

namespace {

/// What rows must be.
struct RowForm {
    index::Metric metric;
    std::size_t dimension;
};

/// The floats of `rows`; kInvalidArgument where they are no rows of that form.
Result<std::span<const float>> values_of(const RowsView& rows, const RowForm& form,
                                         std::string_view what);
RowForm form_of(const library::IndexState& state);
Result<index::Metric> metric_of(Metric metric);
library::VectorIndexOptions options_of(const IndexOptions& options);
Result<library::RowStore> stored(const RowsView& rows, index::Metric metric, Keep keep);
library::Place place_of(Keep keep);
Result<std::unique_ptr<library::VectorIndex>> read(const library::IndexSource& source,
                                                   const IndexOptions& options);
/// All but the vector.
Result<index::SegmentQuery> query_of(const Search& search, const index::Bitmap* among,
                                     const index::Effort& otherwise);
Answer answer_of(index::SegmentAnswer found);
/// Every row at its smallest distance; the k nearest to any are among the k nearest to each.
Answer nearest_to_any(std::vector<Answer> answers, std::size_t k);

}  // namespace

Index::Index(std::unique_ptr<Body> body) : body_(std::move(body)) {}
Index::Index(Index&& other) noexcept = default;
Index& Index::operator=(Index&& other) noexcept = default;
Index::~Index() = default;

Outcome<Index> Index::build(const RowsView& rows, const IndexOptions& options) {
    return outcome_of<Index>([&]() -> Result<Index> {
        const index::Metric metric = TRY(metric_of(options.metric));
        library::RowStore store = TRY(stored(rows, metric, options.rows));
        auto vectors =
            TRY(library::VectorIndex::build(metric, std::move(store), options_of(options)));
        return Index(std::make_unique<Body>(Body{std::move(vectors)}));
    });
}

MemoryPlan Index::plan(std::size_t rows, std::size_t dimension) {
    const index::MemoryPlan plan = index::plan_memory(rows, dimension, {});
    return {.row_bytes = plan.raw_bytes,
            .resident_bytes = plan.resident_bytes,
            .build_bytes = plan.build_peak_bytes};
}

Outcome<Row> Index::add(const RowsView& rows) {
    return outcome_of<Row>([&]() -> Result<Row> {
        const RowForm form = form_of(*body_->vectors->state());
        const std::span<const float> values = TRY(values_of(rows, form, "row"));
        const std::size_t first = TRY(body_->vectors->add(values));
        return static_cast<Row>(first);
    });
}

Outcome<std::size_t> Index::remove(std::span<const Row> rows) {
    return outcome_of<std::size_t>([&] { return body_->vectors->remove(rows); });
}

Outcome<Done> Index::compact() {
    return outcome_of<Done>([&]() -> Result<Done> {
        TRY(body_->vectors->compact());
        return Done();
    });
}

Outcome<Answer> Index::search(std::span<const float> query, const Search& search) const {
    return outcome_of<Answer>([&]() -> Result<Answer> {
        const auto state = body_->vectors->state();
        const RowsView one{.values = query.data(), .count = 1, .dimension = query.size()};
        index::SegmentQuery wanted =
            TRY(query_of(search, search.among ? &search.among->body_->rows : nullptr,
                         body_->vectors->default_effort()));
        wanted.vector = TRY(values_of(one, form_of(*state), "query"));
        const auto prepared = search.among ? search.among->body_->prepared_for(*state) : nullptr;
        wanted.prepared = prepared.get();
        return answer_of(library::search_state(*state, wanted, body_->vectors->threads()));
    });
}

Outcome<std::vector<Answer>> Index::search_many(const RowsView& queries,
                                                const Search& search) const {
    return outcome_of<std::vector<Answer>>([&]() -> Result<std::vector<Answer>> {
        const auto state = body_->vectors->state();
        const index::SegmentQuery wanted =
            TRY(query_of(search, search.among ? &search.among->body_->rows : nullptr,
                         body_->vectors->default_effort()));
        const std::span<const float> values = TRY(values_of(queries, form_of(*state), "query"));
        std::vector<Answer> answers;
        if (queries.count == 0) return answers;
        for (index::SegmentAnswer& found :
             library::search_state(*state, values, wanted, body_->vectors->threads())) {
            answers.push_back(answer_of(std::move(found)));
        }
        return answers;
    });
}

Outcome<Answer> Index::search_mean(const RowsView& vectors, std::span<const float> weights,
                                   const Search& search) const {
    const auto mean = outcome_of<std::vector<float>>([&]() -> Result<std::vector<float>> {
        const auto state = body_->vectors->state();
        const RowForm form = form_of(*state);
        const std::span<const float> values = TRY(values_of(vectors, form, "vector"));
        return index::compose_query(form.metric, values, weights, form.dimension);
    });
    return mean ? this->search(*mean, search) : mean.failure();
}

Outcome<Answer> Index::search_any(const RowsView& vectors, const Search& search) const {
    constexpr std::size_t kVectorsMax = index::MultiVectorQuery::kVectorsMax;
    if (vectors.count == 0 || vectors.count > kVectorsMax) {
        return outcome_of<Answer>([&]() -> Result<Answer> {
            return fail(ErrorCode::kInvalidArgument, "{} vectors: 1 to {} are one search",
                        vectors.count, kVectorsMax);
        });
    }
    auto answers = search_many(vectors, search);
    if (!answers) return answers.failure();
    return outcome_of<Answer>(
        [&]() -> Result<Answer> { return nearest_to_any(std::move(*answers), search.k); });
}

Outcome<std::vector<float>> Index::row(Row number) const {
    return outcome_of<std::vector<float>>([&]() -> Result<std::vector<float>> {
        const auto state = body_->vectors->state();
        if (number >= state->rows.count() || state->dead->test(number)) {
            return fail(ErrorCode::kInvalidArgument, "row {}: {}", number,
                        number < state->rows.count() ? "it was removed" : "there is none yet");
        }
        const std::span<const float> row = state->rows.row(number);
        return std::vector<float>(row.begin(), row.end());
    });
}

IndexStats Index::stats() const {
    const auto state = body_->vectors->state();
    IndexStats stats{.dimension = state->rows.dimension(),
                     .rows = state->rows.count(),
                     .removed = state->dead->count(),
                     .in_tail = state->rows.count() - state->indexed,
                     .row_bytes = state->rows.count() * state->rows.dimension() * sizeof(float)};
    if (state->segment == nullptr) return stats;
    stats.code_bytes = state->segment->size_bytes();
    for (const index::CalibrationPoint& point : state->segment->parts().calibration) {
        stats.calibration.push_back({.k = point.k,
                                     .ef = point.ef,
                                     .recall = static_cast<double>(point.recall),
                                     .recall_low = static_cast<double>(point.recall_low)});
    }
    return stats;
}

Outcome<Done> Index::save(const std::function<bool(std::span<const std::byte>)>& take) const {
    return outcome_of<Done>([&]() -> Result<Done> {
        TRY(library::write_index(*body_->vectors->state(), take));
        return Done();
    });
}

Outcome<Done> Index::save(const std::string& path) const {
    const auto write = [&]() -> Result<Done> {
        AtomicFile file = TRY(AtomicFile::create(posix_file_system(), path));
        Result<void> appended;
        const Result<void> written =
            library::write_index(*body_->vectors->state(), [&](std::span<const std::byte> bytes) {
                appended = file.append(bytes);
                return appended.has_value();
            });
        TRY(std::move(appended));
        TRY(Result<void>(written));
        TRY(file.commit());
        return Done();
    };
    return outcome_of<Done>([&] { return in_context(shown_text(path), write()); });
}

Outcome<Index> Index::load(std::span<const std::byte> bytes, const IndexOptions& options) {
    return outcome_of<Index>([&]() -> Result<Index> {
        auto vectors = TRY(read({.bytes = bytes,
                                 .keep = nullptr,
                                 .rows = place_of(options.rows),
                                 .codes = place_of(options.codes)},
                                options));
        return Index(std::make_unique<Body>(Body{std::move(vectors)}));
    });
}

Outcome<Index> Index::load(const std::string& path, const IndexOptions& options) {
    const auto load_mapped = [&]() -> Result<Index> {
        const auto file = TRY(posix_file_system().open(path, OpenMode::kRead));
        const std::uint64_t size = TRY(file->size_bytes());
        if (size == 0) return fail(ErrorCode::kCorruption, "an empty file");
        const std::shared_ptr<const MappedRegion> region =
            TRY(file->map(0, size, MapAccess::kRead));
        auto vectors = TRY(read({.bytes = region->bytes(),
                                 .keep = region,
                                 .rows = library::Place::kWhereItLies,
                                 .codes = place_of(options.codes)},
                                options));
        return Index(std::make_unique<Body>(Body{std::move(vectors)}));
    };
    return outcome_of<Index>([&] { return in_context(shown_text(path), load_mapped()); });
}

namespace {

Result<std::span<const float>> values_of(const RowsView& rows, const RowForm& form,
                                         std::string_view what) {
    if (rows.dimension != form.dimension) {
        return fail(ErrorCode::kInvalidArgument, "{}: dimension {}; the index has {}", what,
                    rows.dimension, form.dimension);
    }
    if (rows.count > library::kRowsMax) {
        return fail(ErrorCode::kInvalidArgument, "{} rows: at most {}", rows.count,
                    library::kRowsMax);
    }
    const std::span<const float> values(rows.values, rows.count * form.dimension);
    TRY(library::check_measurable(form.metric, values, form.dimension, what));
    return values;
}

RowForm form_of(const library::IndexState& state) {
    return {.metric = state.metric, .dimension = state.rows.dimension()};
}

Result<index::Metric> metric_of(Metric metric) {
    switch (metric) {
        case Metric::kCosine:
            return index::Metric::kCosine;
        case Metric::kL2:
            return index::Metric::kL2;
        case Metric::kInnerProduct:
            return index::Metric::kInnerProduct;
        case Metric::kL1:
            return index::Metric::kL1;
        case Metric::kLinf:
            return index::Metric::kLinf;
        case Metric::kHamming:
            return index::Metric::kHamming;
    }
    return fail(ErrorCode::kInvalidArgument, "metric {}: there is none of that number",
                static_cast<int>(metric));
}

library::VectorIndexOptions options_of(const IndexOptions& options) {
    return {.recall = options.recall,
            .threads = options.threads,
            .build = {.seed = options.seed,
                      .memory_max = options.memory_max,
                      .progress = options.progress,
                      .stop = options.stop}};
}

Result<library::RowStore> stored(const RowsView& rows, index::Metric metric, Keep keep) {
    if (rows.dimension == 0 || rows.dimension > library::kDimensionMax) {
        return fail(ErrorCode::kInvalidArgument, "dimension {}: it is 1 to {}", rows.dimension,
                    library::kDimensionMax);
    }
    const std::span<const float> values = TRY(values_of(rows, {metric, rows.dimension}, "row"));
    library::RowStore store(rows.dimension);
    TRY(keep == Keep::kBorrow ? store.borrow(values, nullptr) : store.append(values));
    return store;
}

library::Place place_of(Keep keep) {
    return keep == Keep::kBorrow ? library::Place::kWhereItLies : library::Place::kCopied;
}

Result<std::unique_ptr<library::VectorIndex>> read(const library::IndexSource& source,
                                                   const IndexOptions& options) {
    library::LoadedParts parts = TRY(library::read_index(source));
    return library::VectorIndex::assemble(std::move(parts), options_of(options));
}

Result<index::SegmentQuery> query_of(const Search& search, const index::Bitmap* among,
                                     const index::Effort& otherwise) {
    if (search.k == 0) return fail(ErrorCode::kInvalidArgument, "k = 0: it is at least 1");
    index::SegmentQuery query{
        .k = search.k, .effort = otherwise, .distance_max = search.distance_max};
    if (among != nullptr) query.filter = {.allowed = among, .allowed_count = among->count()};
    if (!search.effort) return query;
    const Effort& effort = *search.effort;
    switch (effort.kind) {
        case Effort::Kind::kExact:
            query.effort = {.kind = index::Effort::Kind::kExact};
            return query;
        case Effort::Kind::kRecall:
            if (!(effort.share > 0 && effort.share <= 1)) break;
            query.effort = {.kind = index::Effort::Kind::kRecall, .recall = effort.share};
            return query;
        case Effort::Kind::kEf:
            if (effort.width == 0) break;
            query.effort = {.kind = index::Effort::Kind::kEf, .ef = effort.width};
            return query;
    }
    return fail(ErrorCode::kInvalidArgument,
                "effort: recall {} (above 0, at most 1), ef {} (at least 1)", effort.share,
                effort.width);
}

Answer answer_of(index::SegmentAnswer found) {
    Answer answer{.recall_expected = found.report.recall_expected};
    answer.neighbors.reserve(found.neighbors.size());
    for (const index::Neighbor& neighbor : found.neighbors) {
        answer.neighbors.push_back({.row = neighbor.slot, .distance = neighbor.distance});
    }
    return answer;
}

Answer nearest_to_any(std::vector<Answer> answers, std::size_t k) {
    Answer any{.recall_expected = answers.front().recall_expected};
    for (const Answer& answer : answers) {
        any.neighbors.insert(any.neighbors.end(), answer.neighbors.begin(), answer.neighbors.end());
    }
    const auto by_row = [](const Neighbor& a, const Neighbor& b) {
        return a.row != b.row ? a.row < b.row : a.distance < b.distance;
    };
    std::ranges::sort(any.neighbors, by_row);
    const auto again = std::ranges::unique(any.neighbors, {}, &Neighbor::row);
    any.neighbors.erase(again.begin(), again.end());
    std::ranges::stable_sort(any.neighbors, {}, &Neighbor::distance);
    if (any.neighbors.size() > k) any.neighbors.resize(k);
    return any;
}

}  // namespace
}  // namespace sokkuri
