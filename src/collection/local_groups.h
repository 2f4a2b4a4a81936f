// LocalGroups: the questions to a local collection that are about groups of records, each within
// one read transaction and the snapshot of its generation. Safe from any number of threads.
#pragma once

#include "base/result.h"
#include "base/thread_pool.h"
#include "collection/filter_cache.h"
#include "collection/group_cache.h"
#include "collection/groups.h"
#include "collection/slot_records.h"
#include "collection/snapshot.h"
#include "simd/kernels.h"
#include "store/catalog.h"

#include <memory>
#include <vector>

namespace sokkuri::collection {

class LocalGroups {
 public:
    /// All of it outlives this. `wanted`: told of indexes that would spare going through documents.
    LocalGroups(Snapshots& snapshots, const simd::Kernels& kernels, ThreadPool& threads,
                FilterCache::Wanted wanted)
        : snapshots_(snapshots), kernels_(kernels), threads_(threads), wanted_(std::move(wanted)) {}

    /// Collection::groups, similar_groups and vector_of_group.
    Result<GroupPage> list(store::ReadTransaction& transaction, const GroupsRequest& request);
    Result<SimilarGroups> similar(store::ReadTransaction& transaction,
                                  const SimilarGroupsRequest& request);
    Result<std::vector<float>> vector_of(store::ReadTransaction& transaction,
                                         const GroupName& name);

 private:
    Result<GroupCache::Table> table_of(store::ReadTransaction& transaction,
                                       const FieldSnapshot& field, const GroupBy& by);
    /// The one at that place of the table.
    Result<Group> describe(store::ReadTransaction& transaction, const FieldSnapshot& field,
                           const GroupTable& table, std::size_t group, std::size_t examples);
    std::vector<index::Neighbor> examples_of(const FieldSnapshot& field, const GroupTable& table,
                                             std::size_t group);

    Snapshots& snapshots_;
    const simd::Kernels& kernels_;
    ThreadPool& threads_;
    const FilterCache::Wanted wanted_;
    SlotRecords slot_records_;
    GroupCache tables_;
};

}  // namespace sokkuri::collection
