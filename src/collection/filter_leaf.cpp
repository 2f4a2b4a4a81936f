#include "collection/filter_leaf.h"

#include "base/json.h"
#include "store/date_text.h"
#include "store/spellings.h"

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
/// What texts with the word are indexed by; of a part of a run that part alone.
std::vector<std::string> spellings(const store::Word& word);
/// What a directory of that name is called: 2019 is "2019".
AttributeValue as_text(const AttributeValue& value);

}  // namespace

FilterLeaf FilterLeaf::of(const TermsFilter& terms, const AttributeNames& names) {
    FilterLeaf leaf(names.source_of(terms.path));
    leaf.equal_ = terms.values;
    if (names.is_directory(terms.path)) {
        std::transform(leaf.equal_.begin(), leaf.equal_.end(), leaf.equal_.begin(), as_text);
    }
    std::sort(leaf.equal_.begin(), leaf.equal_.end(), AttributeLess());
    const auto is_same = [](const auto& a, const auto& b) { return store::compare(a, b) == 0; };
    leaf.equal_.erase(std::unique(leaf.equal_.begin(), leaf.equal_.end(), is_same),
                      leaf.equal_.end());
    return leaf;
}

FilterLeaf FilterLeaf::of(const RangeFilter& range, const AttributeNames& names) {
    FilterLeaf leaf(names.source_of(range.path));
    leaf.is_range_ = true;
    leaf.range_ = plain_range(range);
    if (names.is_directory(range.path)) {
        for (auto* bound : {&leaf.range_.low, &leaf.range_.high}) {
            if (*bound) (*bound)->value = as_text((*bound)->value);
        }
    } else if (are_dates(range)) {
        leaf.source_.kind = AttributeKind::kDates;
        leaf.range_ = date_range(range);
    }
    return leaf;
}

/// Every path of a file has a directory.
FilterLeaf FilterLeaf::of(const ExistsFilter& exists, const AttributeNames& names) {
    if (names.is_directory(exists.path)) return of(PrefixFilter{exists.path, ""}, names);
    FilterLeaf leaf(exists.path, AttributeKind::kPresence);
    leaf.equal_ = {AttributeValue(true)};
    return leaf;
}

FilterLeaf FilterLeaf::of(const PrefixFilter& prefix, const AttributeNames& names) {
    FilterLeaf leaf(names.source_of(prefix.path));
    leaf.range_ = range_of_prefix(prefix.prefix);
    leaf.is_range_ = true;
    return leaf;
}

FilterLeaf FilterLeaf::of(const WildcardFilter& wildcard, const AttributeNames& names) {
    FilterLeaf leaf(names.source_of(wildcard.path));
    leaf.range_ = range_of_prefix(fixed_start(wildcard.pattern));
    leaf.is_range_ = true;
    leaf.pattern_ = wildcard.pattern;
    if (wildcard.pattern.empty()) {
        leaf.is_range_ = false;
        leaf.equal_ = {AttributeValue(std::string())};
    }
    return leaf;
}

/// Directories are few: all of them are looked at.
FilterLeaf FilterLeaf::of_word(const std::string& path, const store::Word& word,
                               const AttributeNames& names) {
    if (names.is_directory(path)) {
        FilterLeaf leaf = of(PrefixFilter{path, ""}, names);
        leaf.word_ = word;
        return leaf;
    }
    const bool is_phrase = !store::is_told_by_token(word);
    FilterLeaf leaf(path, is_phrase ? AttributeKind::kRuns : AttributeKind::kWords);
    if (is_phrase) {
        leaf.equal_ = {AttributeValue(store::utf8_of(word.letters))};
        leaf.phrase_ = word.letters;
        return leaf;
    }
    for (std::string& spelling : spellings(word))
        leaf.equal_.emplace_back(std::move(spelling));
    std::sort(leaf.equal_.begin(), leaf.equal_.end(), AttributeLess());
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
    if (!phrase_.empty()) {
        const auto& run = std::get<std::string>(value);
        return run.find(std::get<std::string>(equal_.front())) != std::string::npos;
    }
    if (!is_range_) {
        return std::binary_search(equal_.begin(), equal_.end(), value, AttributeLess());
    }
    if (!range_.contains(value)) return false;
    if (word_) return store::contains(store::words_of(std::get<std::string>(value)), *word_);
    return pattern_.empty() || is_like(std::get<std::string>(value), pattern_);
}

Result<void> FilterLeaf::add(const store::AttributeQueries& queries,
                             const store::AttributeIndex& index, store::RecordSet& records) const {
    if (!phrase_.empty()) return queries.add_containing(index, phrase_, records);
    const bool is_told_by_range = pattern_.empty() && !word_;
    if (is_range_ && is_told_by_range) return queries.add_range(index, range_, records);
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

std::vector<std::string> spellings(const store::Word& word) {
    if (word.kind == store::Word::Kind::kRun) return {store::utf8_of(word.letters)};
    return store::spellings_of(word);
}

AttributeValue as_text(const AttributeValue& value) {
    if (std::holds_alternative<std::string>(value)) return value;
    std::string text;
    JsonWriter(text).value(store::json_of(value));
    return text;
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
