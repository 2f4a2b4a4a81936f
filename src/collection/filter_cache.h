// FilterCache: answers of filters, by the filter's key and the state of the records. Sealing,
// merging, indexing and new vectors leave answers as they are; where some records have changed, and
// the catalog knows which, the kept answer is put right by looking at these alone. The least
// recently used go first. Safe from any number of threads.
#pragma once

#include "base/guarded.h"
#include "base/result.h"
#include "collection/filter_evaluation.h"
#include "collection/slot_records.h"
#include "collection/snapshot.h"
#include "index/prepared_filter.h"
#include "store/catalog.h"

#include <list>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace sokkuri::collection {

/// A filter in terms of one field's slots, and of its segments from the second search on. Safe from
/// any number of threads.
class FieldFilter {
 public:
    explicit FieldFilter(index::Bitmap slots) : slots_(std::move(slots)) {}

    /// Live slots that pass.
    const index::Bitmap& slots() const { return slots_; }
    index::SlotFilter slot_filter() const {
        return {.left_out = nullptr, .allowed = &slots_, .allowed_count = slots_.count()};
    }
    /// For SegmentQuery::prepared; null while it would not pay.
    const index::PreparedFilter* prepared(const SegmentSnapshot& segment) const;
    /// With what was prepared so far.
    std::size_t size_bytes() const;

 private:
    struct Prepared {
        std::size_t times_asked = 0;
        std::shared_ptr<const index::PreparedFilter> filter;
    };

    const index::Bitmap slots_;
    mutable Guarded<std::map<std::string, Prepared>> prepared_;  // by file: numbers come back
};

/// What a filter is as long as no record is made, changed or removed. Immutable but for what is
/// made when first asked for.
struct FilteredRecords {
    /// Committed and dead slots of a field only grow: how many there are tells which.
    struct OfField {
        store::Slot committed = 0;
        std::uint64_t tombstones = 0;
        std::shared_ptr<const FieldFilter> filter;
    };

    FilteredRecords(store::RecordSet passing, std::uint64_t seq)
        : records(std::move(passing)), count(records.count()), next_seq(seq) {}

    const store::RecordSet records;
    const std::size_t count;       // of them
    const std::uint64_t next_seq;  // of the transactions that it holds in
    mutable Guarded<std::map<store::FieldNumber, OfField>> fields;

    /// With what was made for fields so far.
    std::size_t size_bytes() const;
};

class FilterCache {
 public:
    /// Told of indexes that a filter would have used.
    using Wanted = std::function<void(const std::vector<store::AttributeSource>& sources)>;

    /// The records that pass; the filter is valid. O(records / 64 + changes) microseconds where an
    /// answer is kept and at most kRepairedMax records have changed since.
    Result<std::shared_ptr<const FilteredRecords>> of(store::ReadTransaction& transaction,
                                                      const Filter& filter, const Wanted& wanted,
                                                      const AttributeNames& names = {});
    /// The same in terms of a field, of the transaction's generation.
    Result<std::shared_ptr<const FieldFilter>> of_field(store::ReadTransaction& transaction,
                                                        const FieldSnapshot& field,
                                                        const FilteredRecords& filtered);
    /// Likewise of any records; not kept.
    Result<std::shared_ptr<const FieldFilter>> of_records(store::ReadTransaction& transaction,
                                                          const FieldSnapshot& field,
                                                          const store::RecordSet& records);

    static constexpr std::size_t kFiltersMax = 64;
    /// More changes cost as much as a filter that has its indexes, asked anew.
    static constexpr std::size_t kRepairedMax = 4'096;
    /// Of record sets, and of what was made of them for fields and segments.
    static constexpr std::size_t kBytesMax = 64U << 20;

 private:
    struct Entry {
        std::string key;
        std::shared_ptr<const FilteredRecords> filtered;
    };

    std::shared_ptr<const FilteredRecords> find(const std::string& key);
    static Result<std::shared_ptr<const FilteredRecords>> repaired(
        store::ReadTransaction& transaction, const FilterPlan& plan, const FilteredRecords& known);
    void keep(const std::string& key, std::shared_ptr<const FilteredRecords> filtered);
    void forget_beyond_bounds();

    Guarded<std::list<Entry>> entries_;  // most recently used first
    SlotRecords slot_records_;
};

}  // namespace sokkuri::collection
