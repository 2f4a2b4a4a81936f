// Filter: which records a search, a count or a sample may answer, as one typed tree over the
// attributes of documents. A path names members by dots ("camera.model"); arrays on the way, and at
// its end, match when any of their items does. Made by filter_json.h and filter_text.h, evaluated
// by filter_evaluation.h. Plain values.
#pragma once

#include "base/result.h"
#include "store/attribute_value.h"

#include <cstddef>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace sokkuri::collection {

using AttributeValue = store::AttributeValue;

/// Every record.
struct AllFilter {};

/// Records with one of these values at the path. Numbers match by value (1 and 1.0), texts
/// byte by byte, true and false only themselves.
struct TermsFilter {
    std::string path;
    std::vector<AttributeValue> values = {};
};

/// Records with a value of the bounds' class (number, text) between them. Bounds that are dates
/// (ISO 8601, from year and month on) compare instants, and only with values that are dates; a
/// bound that names a longer time ("2024-05") stands for its start under >= and <, for its end
/// under <= and >.
struct RangeFilter {
    struct Bound {
        AttributeValue value;
        bool is_inclusive = true;
    };
    std::string path;
    std::optional<Bound> low = {};
    std::optional<Bound> high = {};
};

/// Records with any value but null at the path or below it.
struct ExistsFilter {
    std::string path;
};

/// Records with a text that starts so.
struct PrefixFilter {
    std::string path;
    std::string prefix;
};

/// Records with a text of that whole pattern: * is any text, ? any one character, \ takes the next
/// character as it is.
struct WildcardFilter {
    std::string path;
    std::string pattern;
};

struct IdsFilter {
    std::vector<std::string> ids;
};

/// Records with a text that has the words of `text`, upper and lower case alike. Writing without
/// spaces (Japanese, Chinese, Korean, Thai) matches anywhere inside a text, other words as a whole.
struct MatchFilter {
    enum class Words { kAny, kAll };
    std::string path;
    std::string text;
    Words words = Words::kAny;
};

struct Filter;

/// All of `must`, none of `must_not`, and at least `should_min` of `should`.
struct BoolFilter {
    std::vector<Filter> must = {};
    std::vector<Filter> should = {};
    std::vector<Filter> must_not = {};
    std::size_t should_min = 1;  // 0 where `should` is empty
};

struct Filter {
    std::variant<AllFilter, TermsFilter, RangeFilter, ExistsFilter, PrefixFilter, WildcardFilter,
                 IdsFilter, MatchFilter, BoolFilter>
        node;

    static constexpr std::size_t kDepthMax = 32;
    static constexpr std::size_t kNodesMax = 1'024;
    static constexpr std::size_t kValuesMax = 65'536;  // of one terms or ids
    static constexpr std::size_t kTokensMax = 1'024;   // of all matches: words and pairs of letters
    static constexpr std::size_t kPathBytesMax = 1'024;
    static constexpr std::size_t kTextBytesMax = 32'768;  // of one value

    /// kInvalidArgument names what is wrong, its value and the bound.
    Result<void> validate() const;
};

/// All of them hold; the one itself where there is one.
Filter all_of(std::vector<Filter> filters);

/// A text that only the same tree has: the name of its cached answer.
std::string key_of(const Filter& filter);

/// 1 to kPathBytesMax bytes of UTF-8.
Result<void> validate_path(const std::string& path);

}  // namespace sokkuri::collection
