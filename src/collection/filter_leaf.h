// FilterLeaf: one condition on one path, as an attribute index is asked and as a document's values
// are tested where no index has them. Both give the same records. Pure.
#pragma once

#include "base/result.h"
#include "collection/attribute_names.h"
#include "collection/filter.h"
#include "store/attribute_queries.h"
#include "store/attribute_source.h"
#include "store/record_set.h"
#include "store/words.h"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace sokkuri::collection {

class FilterLeaf {
 public:
    static FilterLeaf of(const TermsFilter& terms, const AttributeNames& names);
    static FilterLeaf of(const RangeFilter& range, const AttributeNames& names);
    static FilterLeaf of(const ExistsFilter& exists, const AttributeNames& names);
    static FilterLeaf of(const PrefixFilter& prefix, const AttributeNames& names);
    static FilterLeaf of(const WildcardFilter& wildcard, const AttributeNames& names);
    /// Texts that hold the word (store/words.h).
    static FilterLeaf of_word(const std::string& path, const store::Word& word,
                              const AttributeNames& names);
    /// Every record.
    static FilterLeaf of_all();

    const store::AttributeSource& source() const { return source_; }

    /// `values`: as store::values_of has them of a document.
    bool matches(std::span<const store::AttributeValue> values) const;
    /// Adds what the index has; its source is ours.
    Result<void> add(const store::AttributeQueries& queries, const store::AttributeIndex& index,
                     store::RecordSet& records) const;

 private:
    explicit FilterLeaf(store::AttributeSource source) : source_(std::move(source)) {}
    FilterLeaf(std::string path, store::AttributeKind kind) : source_{std::move(path), kind} {}

    bool matches(const store::AttributeValue& value) const;

    store::AttributeSource source_;
    std::vector<store::AttributeValue> equal_;  // ascending; any of these, or …
    store::ValueRange range_;                   // … one in here …
    std::string pattern_;                       // … that is like this, unless empty …
    std::optional<store::Word> word_;           // … and has this, or …
    std::u32string phrase_;                     // … a run with these letters
    bool is_range_ = false;
};

/// Whether the whole text is like the pattern of a WildcardFilter. O(text × pattern) at worst.
bool is_like(std::string_view text, std::string_view pattern);

}  // namespace sokkuri::collection
