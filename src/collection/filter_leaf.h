// FilterLeaf: one condition on one path, as an attribute index is asked and as a document's values
// are tested where no index has them. Both give the same records. Pure.
#pragma once

#include "base/result.h"
#include "collection/filter.h"
#include "store/attribute_queries.h"
#include "store/attribute_source.h"
#include "store/record_set.h"

#include <optional>
#include <span>
#include <vector>

namespace sokkuri::collection {

class FilterLeaf {
 public:
    static FilterLeaf of(const TermsFilter& terms);
    static FilterLeaf of(const RangeFilter& range);
    static FilterLeaf of(const ExistsFilter& exists);
    static FilterLeaf of(const PrefixFilter& prefix);
    static FilterLeaf of(const WildcardFilter& wildcard);
    /// Texts that hold the token (store/words.h).
    static FilterLeaf of_token(std::string path, std::string token);
    /// Every record.
    static FilterLeaf of_all();

    const store::AttributeSource& source() const { return source_; }

    /// `values`: as store::values_of has them of a document.
    bool matches(std::span<const store::AttributeValue> values) const;
    /// Adds what the index has; its source is ours.
    Result<void> add(const store::AttributeQueries& queries, const store::AttributeIndex& index,
                     store::RecordSet& records) const;

 private:
    FilterLeaf(std::string path, store::AttributeKind kind) : source_{std::move(path), kind} {}

    bool matches(const store::AttributeValue& value) const;

    store::AttributeSource source_;
    std::vector<store::AttributeValue> equal_;  // ascending; any of these, or …
    store::ValueRange range_;                   // … one in here …
    std::string pattern_;                       // … that is like this, unless empty
    bool is_range_ = false;
};

/// Whether the whole text is like the pattern of a WildcardFilter. O(text × pattern) at worst.
bool is_like(std::string_view text, std::string_view pattern);

}  // namespace sokkuri::collection
