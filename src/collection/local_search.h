// LocalSearch: the questions to a local collection that filters take part in: search, sample,
// counts by value; all within one read transaction and the snapshot of its generation. Safe from
// any number of threads.
#pragma once

#include "base/result.h"
#include "base/thread_pool.h"
#include "collection/collection.h"
#include "collection/filter_cache.h"
#include "collection/snapshot.h"
#include "simd/kernels.h"
#include "store/catalog.h"

#include <functional>
#include <span>
#include <vector>

namespace sokkuri::collection {

class LocalSearch {
 public:
    /// `names`: asked with each question. `wanted`: told of indexes that filters would use.
    struct Asked {
        std::function<AttributeNames()> names;
        FilterCache::Wanted wanted;
    };

    /// All of it outlives this.
    LocalSearch(Snapshots& snapshots, const simd::Kernels& kernels, ThreadPool& threads,
                Asked asked)
        : snapshots_(snapshots), kernels_(kernels), threads_(threads), asked_(std::move(asked)) {}

    /// Collection::search, search_many, sample and summarize.
    Result<SearchAnswer> search(store::ReadTransaction& transaction, const SearchRequest& request);
    Result<std::vector<SearchAnswer>> search(store::ReadTransaction& transaction,
                                             const SearchRequest& shared,
                                             std::span<const std::vector<float>> queries);
    Result<std::vector<Record>> sample(store::ReadTransaction& transaction,
                                       const SampleRequest& request);
    Result<Summary> summarize(store::ReadTransaction& transaction, const SummaryRequest& request);

 private:
    Result<SearchAnswer> search_plainly(store::ReadTransaction& transaction,
                                        const FieldSnapshot& field, const SearchRequest& request,
                                        const std::optional<Filter>& left_out);
    Result<std::shared_ptr<const FieldFilter>> filter_without(store::ReadTransaction& transaction,
                                                              const FieldSnapshot& field,
                                                              const std::optional<Filter>& filter,
                                                              const Filter& left_out);
    Result<std::vector<Facet>> facets_of(store::ReadTransaction& transaction,
                                         const std::vector<FacetRequest>& facets,
                                         const std::optional<Filter>& filter);
    Result<std::shared_ptr<const FilteredRecords>> records_of(store::ReadTransaction& transaction,
                                                              const Filter& filter);
    /// Null without a filter.
    Result<std::shared_ptr<const FieldFilter>> filter_of(store::ReadTransaction& transaction,
                                                         const FieldSnapshot& field,
                                                         const std::optional<Filter>& filter);

    Snapshots& snapshots_;
    const simd::Kernels& kernels_;
    ThreadPool& threads_;
    AttributeNames names() const { return asked_.names ? asked_.names() : AttributeNames(); }

    const Asked asked_;
    FilterCache filters_;
};

}  // namespace sokkuri::collection
