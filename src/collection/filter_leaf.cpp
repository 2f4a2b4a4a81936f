#include "collection/filter_leaf.h"

#include "store/date_text.h"

#include <algorithm>
#include <utility>

namespace sokkuri::collection {
namespace {

using store::AttributeKind;
using store::AttributeLess;
using store::AttributeValue;
using store::ValueBound;
using store::ValueRange;

bool are_dates(const RangeFilter& range);
ValueRange date_range(const RangeFilter& range);
ValueRange plain_range(const RangeFilter& range);
ValueRange range_of_prefix(std::string prefix);
std::string fixed_start(std::string_view pattern);
std::size_t letter_size(std::string_view text);

}  // namespace

FilterLeaf FilterLeaf::of(const TermsFilter& terms) {
    FilterLeaf leaf(terms.path, AttributeKind::kValues);
    leaf.equal_ = terms.values;
    std::sort(leaf.equal_.begin(), leaf.equal_.end(), AttributeLess());
    const auto is_same = [](const auto& a, const auto& b) { return store::compare(a, b) == 0; };
    leaf.equal_.erase(std::unique(leaf.equal_.begin(), leaf.equal_.end(), is_same),
                      leaf.equal_.end());
    return leaf;
}

FilterLeaf FilterLeaf::of(const RangeFilter& range) {
    const bool is_of_dates = are_dates(range);
    FilterLeaf leaf(range.path, is_of_dates ? AttributeKind::kDates : AttributeKind::kValues);
    leaf.range_ = is_of_dates ? date_range(range) : plain_range(range);
    leaf.is_range_ = true;
    return leaf;
}

FilterLeaf FilterLeaf::of(const ExistsFilter& exists) {
    FilterLeaf leaf(exists.path, AttributeKind::kPresence);
    leaf.equal_ = {AttributeValue(true)};
    return leaf;
}

FilterLeaf FilterLeaf::of(const PrefixFilter& prefix) {
    FilterLeaf leaf(prefix.path, AttributeKind::kValues);
    leaf.range_ = range_of_prefix(prefix.prefix);
    leaf.is_range_ = true;
    return leaf;
}

FilterLeaf FilterLeaf::of(const WildcardFilter& wildcard) {
    FilterLeaf leaf(wildcard.path, AttributeKind::kValues);
    leaf.range_ = range_of_prefix(fixed_start(wildcard.pattern));
    leaf.is_range_ = true;
    leaf.pattern_ = wildcard.pattern;
    if (wildcard.pattern.empty()) {
        leaf.is_range_ = false;
        leaf.equal_ = {AttributeValue(std::string())};
    }
    return leaf;
}

FilterLeaf FilterLeaf::of_token(std::string path, std::string token) {
    FilterLeaf leaf(std::move(path), AttributeKind::kWords);
    leaf.equal_ = {AttributeValue(std::move(token))};
    return leaf;
}

FilterLeaf FilterLeaf::of_all() {
    FilterLeaf leaf("", AttributeKind::kPresence);
    leaf.equal_ = {AttributeValue(true)};
    return leaf;
}

bool FilterLeaf::matches(std::span<const AttributeValue> values) const {
    return std::any_of(values.begin(), values.end(),
                       [this](const AttributeValue& value) { return matches(value); });
}

bool FilterLeaf::matches(const AttributeValue& value) const {
    if (!is_range_) {
        return std::binary_search(equal_.begin(), equal_.end(), value, AttributeLess());
    }
    if (!range_.contains(value)) return false;
    return pattern_.empty() || is_like(std::get<std::string>(value), pattern_);
}

Result<void> FilterLeaf::add(const store::AttributeQueries& queries,
                             const store::AttributeIndex& index, store::RecordSet& records) const {
    if (is_range_ && pattern_.empty()) return queries.add_range(index, range_, records);
    if (is_range_) {
        const auto passes = [this](const AttributeValue& value) { return matches(value); };
        return queries.add_passing(index, range_, passes, records);
    }
    for (const AttributeValue& value : equal_)
        TRY(queries.add_equal(index, value, records));
    return {};
}

bool is_like(std::string_view text, std::string_view pattern) {
    // Where the last star stood, and the text that it has taken so far.
    std::size_t star = std::string_view::npos;
    std::size_t star_end = 0;
    std::size_t t = 0;
    std::size_t p = 0;
    while (t < text.size()) {
        const char sign = p < pattern.size() ? pattern[p] : '\0';
        const bool is_escaped = sign == '\\' && p + 1 < pattern.size();
        if (p < pattern.size() && sign == '*') {
            star = ++p;
            star_end = t;
        } else if (p < pattern.size() && sign == '?') {
            t += letter_size(text.substr(t));
            ++p;
        } else if (p < pattern.size() && text[t] == pattern[p + (is_escaped ? 1 : 0)]) {
            ++t;
            p += is_escaped ? 2 : 1;
        } else if (star != std::string_view::npos) {
            p = star;
            star_end += letter_size(text.substr(star_end));
            t = star_end;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*')
        ++p;
    return p == pattern.size();
}

namespace {

bool are_dates(const RangeFilter& range) {
    for (const auto* bound : {&range.low, &range.high}) {
        if (!*bound) continue;
        const auto* text = std::get_if<std::string>(&(*bound)->value);
        if (text == nullptr || !store::parse_date(*text)) return false;
    }
    return true;
}

/// A bound is a time with a length: >= its start, > its end, < its start, <= its end.
ValueRange date_range(const RangeFilter& range) {
    ValueRange dates;
    // Above the texts of all dates there are no others: a range stays one of texts.
    if (range.low) {
        const auto span = *store::parse_date(std::get<std::string>(range.low->value));
        dates.low = ValueBound{range.low->is_inclusive ? span.first : span.end, true};
    }
    if (range.high) {
        const auto span = *store::parse_date(std::get<std::string>(range.high->value));
        dates.high = ValueBound{range.high->is_inclusive ? span.end : span.first, false};
    }
    return dates;
}

ValueRange plain_range(const RangeFilter& range) {
    ValueRange plain;
    if (range.low) plain.low = ValueBound{range.low->value, range.low->is_inclusive};
    if (range.high) plain.high = ValueBound{range.high->value, range.high->is_inclusive};
    return plain;
}

/// Up to the next text that does not start so; in UTF-8 no byte is 0xFF.
ValueRange range_of_prefix(std::string prefix) {
    ValueRange range;
    std::string behind = prefix + '\xFF';
    range.low = ValueBound{std::move(prefix), true};
    range.high = ValueBound{std::move(behind), false};
    return range;
}

/// What every text that is like the pattern starts with.
std::string fixed_start(std::string_view pattern) {
    std::string start;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (pattern[i] == '*' || pattern[i] == '?') break;
        if (pattern[i] == '\\' && i + 1 < pattern.size()) ++i;
        start.push_back(pattern[i]);
    }
    return start;
}

/// Bytes of the first character.
std::size_t letter_size(std::string_view text) {
    std::size_t size = 1;
    while (size < text.size() && (static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80U)
        ++size;
    return size;
}

}  // namespace
}  // namespace sokkuri::collection
