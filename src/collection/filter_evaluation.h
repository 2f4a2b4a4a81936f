// Evaluation of filters: a tree becomes the set of records for which it holds, by attribute indexes
// where there are any, through the documents of the records that these do not have yet; and such a
// set is repaired where only some records have changed. Used by filter_cache.h and whoever needs a
// condition of its own.
#pragma once

#include "base/result.h"
#include "collection/attribute_names.h"
#include "collection/filter.h"
#include "collection/filter_plan.h"
#include "store/attribute_source.h"
#include "store/catalog.h"
#include "store/record_set.h"

#include <span>
#include <vector>

namespace sokkuri::collection {

struct FilterOutcome {
    store::RecordSet records;
    /// Indexes that would have spared going through documents.
    std::vector<store::AttributeSource> wanted;
};

/// The filter is valid. With indexes: some steps for each value and block of 65,536 records;
/// without: about two microseconds a document, once for all conditions together. Equal conditions
/// are evaluated once.
Result<FilterOutcome> evaluate(store::ReadTransaction& transaction, const Filter& filter,
                               const AttributeNames& names = {});

/// Puts `records`, which the filter held for in an earlier state, right for that of `transaction`:
/// only the `changed` ones are looked at. O(records / 64) and some microseconds for each of these.
/// Says whether any of them came or went.
Result<bool> repair(store::ReadTransaction& transaction, const FilterPlan& plan,
                    std::span<const store::RecordNumber> changed, store::RecordSet& records);

}  // namespace sokkuri::collection
