#include "collection/local_search.h"

#include "collection/arranged_search.h"
#include "collection/diverse_search.h"
#include "collection/facets.h"
#include "collection/field_search.h"
#include "collection/record_pages.h"
#include "collection/several_search.h"
#include "collection/validation.h"

#include <utility>

namespace sokkuri::collection {
namespace {

/// What hits must keep to; empty: nothing.
std::optional<Filter> filter_of_hits(const SearchRequest& request) {
    if (!request.excluded) return request.filter;
    BoolFilter filter{.should_min = 0};
    if (request.filter) filter.must.push_back(*request.filter);
    filter.must_not.push_back(*request.excluded);
    return Filter{std::move(filter)};
}

bool is_arranged(const SearchRequest& request) {
    return request.group_cap || request.order || request.diversity;
}

/// The cap bounds the candidates of diversity; what diversity has chosen is put in order.
Result<SearchAnswer> search_arranged(const FieldSearch& field, const AttributeNames& names,
                                     const SearchRequest& request, const RoundSearch& plain) {
    if (!request.diversity) return arranged_search(request, names, plain);
    SearchRequest uncapped = request;
    uncapped.group_cap.reset();
    return arranged_search(
        uncapped, names,
        [&](const SearchRequest& chosen, const std::optional<Filter>& /*left_out*/) {
            return diverse_search(field, chosen, [&](const SearchRequest& candidates) {
                if (!request.group_cap) return plain(candidates, std::nullopt);
                SearchRequest capped = candidates;
                capped.group_cap = request.group_cap;
                return arranged_search(capped, names, plain);
            });
        });
}

}  // namespace

Result<SearchAnswer> LocalSearch::search(store::ReadTransaction& transaction,
                                         const SearchRequest& request) {
    TRY(request.validate());
    const std::shared_ptr<const Snapshot> snapshot = TRY(snapshots_.of(transaction));
    const FieldSnapshot* field = TRY(snapshot->field(request.field));
    if (!request.several) TRY(validate_vector("query", request.query, field->spec));
    const auto plain = [&](const SearchRequest& round, const std::optional<Filter>& left_out) {
        return search_plainly(transaction, *field, round, left_out);
    };
    SearchAnswer answer =
        TRY(is_arranged(request) ? search_arranged({transaction, *field, kernels_, threads_},
                                                   names(), request, plain)
                                 : plain(request, std::nullopt));
    answer.facets = TRY(facets_of(transaction, request.facets, request.filter));
    if (request.excluded) {
        const auto filter = TRY(filter_of(transaction, *field, request.filter));
        answer.rows_searched = filter ? filter->slots().count() : field->live();
    }
    return answer;
}

Result<std::vector<SearchAnswer>> LocalSearch::search(store::ReadTransaction& transaction,
                                                      const SearchRequest& shared,
                                                      std::span<const std::vector<float>> queries) {
    TRY(shared.validate());
    if (queries.size() > kQueriesMax) {
        return fail(ErrorCode::kInvalidArgument, "{} queries: at most {} in one call",
                    queries.size(), kQueriesMax);
    }
    if (shared.several) {
        return fail(ErrorCode::kInvalidArgument, "several vectors are one search, not many");
    }
    if (is_arranged(shared) || !shared.facets.empty()) {
        return fail(ErrorCode::kUnsupported,
                    "many queries in one call: without group cap, order, diversity and facets");
    }
    const std::shared_ptr<const Snapshot> snapshot = TRY(snapshots_.of(transaction));
    const FieldSnapshot* field = TRY(snapshot->field(shared.field));
    for (std::size_t i = 0; i < queries.size(); ++i) {
        TRY(validate_vector(fmt::format("query {}", i), queries[i], field->spec));
    }
    const auto filter = TRY(filter_of(transaction, *field, filter_of_hits(shared)));
    return search_field({transaction, *field, kernels_, threads_, filter.get()}, shared, queries);
}

Result<std::vector<Record>> LocalSearch::sample(store::ReadTransaction& transaction,
                                                const SampleRequest& request) {
    if (!request.filter) return sample_of_records(transaction, request.count, request.seed);
    TRY(request.filter->validate());
    const auto filtered = TRY(records_of(transaction, *request.filter));
    return sample_of_records(transaction, filtered->records, request.count, request.seed);
}

Result<Summary> LocalSearch::summarize(store::ReadTransaction& transaction,
                                       const SummaryRequest& request) {
    TRY(validate(request.facets));
    Summary summary;
    summary.records = TRY(transaction.record_count());
    if (request.filter) {
        TRY(request.filter->validate());
        const auto filtered = TRY(records_of(transaction, *request.filter));
        summary.records = filtered->count;
    }
    summary.facets = TRY(facets_of(transaction, request.facets, request.filter));
    return summary;
}

Result<SearchAnswer> LocalSearch::search_plainly(store::ReadTransaction& transaction,
                                                 const FieldSnapshot& field,
                                                 const SearchRequest& request,
                                                 const std::optional<Filter>& left_out) {
    const std::optional<Filter> hits = filter_of_hits(request);
    const auto filter = TRY(left_out ? filter_without(transaction, field, hits, *left_out)
                                     : filter_of(transaction, field, hits));
    const FieldSearch search{transaction, field, kernels_, threads_, filter.get()};
    return request.several ? search_several(search, request) : search_field(search, request);
}

/// What is left out changes with every question: only the answer of the filter is kept.
Result<std::shared_ptr<const FieldFilter>> LocalSearch::filter_without(
    store::ReadTransaction& transaction, const FieldSnapshot& field,
    const std::optional<Filter>& filter, const Filter& left_out) {
    const auto filtered = TRY(records_of(transaction, filter ? *filter : Filter{}));
    const FilterOutcome outcome = TRY(evaluate(transaction, left_out, names()));
    if (!outcome.wanted.empty()) asked_.wanted(outcome.wanted);
    store::RecordSet records = filtered->records;
    records -= outcome.records;
    return filters_.of_records(transaction, field, records);
}

Result<std::vector<Facet>> LocalSearch::facets_of(store::ReadTransaction& transaction,
                                                  const std::vector<FacetRequest>& facets,
                                                  const std::optional<Filter>& filter) {
    if (facets.empty()) return std::vector<Facet>();
    std::shared_ptr<const FilteredRecords> filtered;
    if (filter) filtered = TRY(records_of(transaction, *filter));
    FacetsOutcome outcome =
        TRY(count_facets(transaction, facets, filtered ? &filtered->records : nullptr, names()));
    if (!outcome.wanted.empty()) asked_.wanted(outcome.wanted);
    return std::move(outcome.facets);
}

Result<std::shared_ptr<const FilteredRecords>> LocalSearch::records_of(
    store::ReadTransaction& transaction, const Filter& filter) {
    return filters_.of(transaction, filter, asked_.wanted, names());
}

Result<std::shared_ptr<const FieldFilter>> LocalSearch::filter_of(
    store::ReadTransaction& transaction, const FieldSnapshot& field,
    const std::optional<Filter>& filter) {
    if (!filter) return std::shared_ptr<const FieldFilter>();
    const std::shared_ptr<const FilteredRecords> filtered = TRY(records_of(transaction, *filter));
    return filters_.of_field(transaction, field, *filtered);
}

}  // namespace sokkuri::collection
