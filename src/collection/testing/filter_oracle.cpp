#include "collection/testing/filter_oracle.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <regex>
#include <vector>

namespace sokkuri::collection {
namespace {

using Scalars = std::vector<JsonValue>;

// clang-format off
const std::vector<std::string> kPaths = {"color", "price", "tags", "camera.model", "parts.size",
                                         "taken", "title", "camera", "nowhere"};
const std::vector<std::string> kTexts = {"red", "blue", "dark red", "Red", "", "赤い靴", "re*d"};
const std::vector<std::string> kTitles = {"Red shoes for rain", "赤いスニーカー size 27", "東京の靴",
                                          "shoes, 京都", "ハンドバッグ", "Hundred words"};
// Beyond 64 bits, and beyond a double.
const std::vector<std::string> kNumbers = {"123456789012345678901", "-98765432109876543210",
                                           "18446744073709551615", "1e400"};
const std::vector<std::string> kDates = {"2024-01-05", "2024-01-31", "2024-02-01", "2023-12-31"};
// clang-format on

void gather(const JsonValue& value, const std::string& path, Scalars& found);
bool below(const JsonValue& value, const std::string& path);
bool compares(const JsonValue& value);
double number_of(const JsonValue& value);
bool is_equal(const JsonValue& left, const AttributeValue& right);
bool is_in_range(const JsonValue& value, const RangeFilter& range);
bool is_above(const JsonValue& value, const RangeFilter::Bound& bound);
bool is_below(const JsonValue& value, const RangeFilter::Bound& bound);
bool is_date(const std::string& text);
std::regex regex_of(const std::string& pattern);
bool has_words(const std::string& text, const MatchFilter& match);
bool has_word(const std::string& text, const std::string& word);

const std::string& one_of(const std::vector<std::string>& texts, std::mt19937& random) {
    return texts[random() % texts.size()];
}

}  // namespace

bool holds(const Filter& filter, const std::string& id, const JsonValue& document) {
    const auto any = [&](const std::string& path, const auto& test) {
        Scalars found;
        gather(document, path, found);
        return std::any_of(found.begin(), found.end(), test);
    };
    if (const auto* terms = std::get_if<TermsFilter>(&filter.node)) {
        return any(terms->path, [&](const JsonValue& value) {
            return std::any_of(terms->values.begin(), terms->values.end(),
                               [&](const auto& wanted) { return is_equal(value, wanted); });
        });
    }
    if (const auto* range = std::get_if<RangeFilter>(&filter.node)) {
        return any(range->path, [&](const auto& value) { return is_in_range(value, *range); });
    }
    if (const auto* exists = std::get_if<ExistsFilter>(&filter.node)) {
        return below(document, exists->path);
    }
    if (const auto* prefix = std::get_if<PrefixFilter>(&filter.node)) {
        return any(prefix->path, [&](const JsonValue& value) {
            return value.is_string() && value.text().starts_with(prefix->prefix);
        });
    }
    if (const auto* wildcard = std::get_if<WildcardFilter>(&filter.node)) {
        const std::regex pattern = regex_of(wildcard->pattern);
        return any(wildcard->path, [&](const JsonValue& value) {
            return value.is_string() && std::regex_match(std::string(value.text()), pattern);
        });
    }
    if (const auto* ids = std::get_if<IdsFilter>(&filter.node)) {
        return std::find(ids->ids.begin(), ids->ids.end(), id) != ids->ids.end();
    }
    if (const auto* match = std::get_if<MatchFilter>(&filter.node)) {
        // Words of several texts of one record count together: the title is one text.
        return any(match->path, [&](const JsonValue& value) {
            return value.is_string() && has_words(std::string(value.text()), *match);
        });
    }
    const auto* clauses = std::get_if<BoolFilter>(&filter.node);
    if (clauses == nullptr) return true;
    const auto inner = [&](const Filter& other) { return holds(other, id, document); };
    const auto should = std::count_if(clauses->should.begin(), clauses->should.end(), inner);
    return std::all_of(clauses->must.begin(), clauses->must.end(), inner) &&
           std::none_of(clauses->must_not.begin(), clauses->must_not.end(), inner) &&
           static_cast<std::size_t>(should) >= clauses->should_min;
}

std::string random_document(std::mt19937& random) {
    std::string text;
    JsonWriter out(text);
    out.begin_object();
    if (random() % 4 != 0) out.member("color", one_of(kTexts, random));
    if (random() % 4 != 0) {
        out.key("price");
        if (random() % 5 == 0) {
            out.value(one_of(kTexts, random));
        } else if (random() % 8 == 0) {
            out.raw(one_of(kNumbers, random));
        } else if (random() % 2 == 0) {
            out.value(static_cast<std::int64_t>(random() % 20) - 5);
        } else {
            out.value(static_cast<double>(random() % 40) / 4 - 5);
        }
    }
    if (random() % 3 != 0) {
        out.key("tags").begin_array();
        for (std::size_t n = random() % 4; n > 0; --n) {
            if (random() % 4 == 0) {
                out.value(random() % 2 == 0);
            } else {
                out.value(one_of(kTexts, random));
            }
        }
        out.end_array();
    }
    if (random() % 3 == 0) {
        out.key("camera").begin_object();
        if (random() % 3 != 0) out.member("model", one_of(kTexts, random));
        if (random() % 3 == 0) out.key("lens").null();
        out.end_object();
    }
    if (random() % 3 == 0) {
        out.key("parts").begin_array();
        for (std::size_t n = random() % 3; n > 0; --n) {
            out.begin_object().member("size", static_cast<std::int64_t>(random() % 9)).end_object();
        }
        out.end_array();
    }
    if (random() % 2 == 0) out.member("taken", one_of(kDates, random));
    if (random() % 2 == 0) out.member("title", one_of(kTitles, random));
    out.end_object();
    return text;
}

namespace {

AttributeValue random_value(std::mt19937& random) {
    switch (random() % 5) {
        case 0:
            return static_cast<std::int64_t>(random() % 20) - 5;
        case 1:
            return static_cast<double>(random() % 40) / 4 - 5;
        case 2:
            return random() % 2 == 0;
        default:
            return one_of(kTexts, random);
    }
}

Filter random_range(std::mt19937& random) {
    const bool is_of_dates = random() % 3 == 0;
    const bool is_of_texts = !is_of_dates && random() % 3 == 0;
    RangeFilter range{.path = is_of_dates ? "taken" : one_of(kPaths, random)};
    const auto bound = [&] {
        RangeFilter::Bound made{.value = false, .is_inclusive = random() % 2 == 0};
        if (is_of_dates) {
            made.value = one_of({"2024-01", "2024-01-31", "2024-02", "2023-12-31"}, random);
        } else if (is_of_texts) {
            made.value = one_of(kTexts, random);
        } else if (random() % 2 == 0) {
            made.value = static_cast<std::int64_t>(random() % 20) - 5;
        } else {
            made.value = static_cast<double>(random() % 40) / 4 - 5;
        }
        return made;
    };
    const auto ends = random() % 3;
    if (ends != 0) range.low = bound();
    if (ends != 1) range.high = bound();
    return {std::move(range)};
}

Filter random_bool(std::mt19937& random, std::size_t ids, int depth) {
    BoolFilter clauses;
    for (auto* part : {&clauses.must, &clauses.should, &clauses.must_not}) {
        for (std::size_t n = random() % 3; n > 0; --n)
            part->push_back(random_filter(random, ids, depth - 1));
    }
    clauses.should_min = clauses.should.empty() ? 0 : random() % (clauses.should.size() + 1);
    return {std::move(clauses)};
}

}  // namespace

Filter random_filter(std::mt19937& random, std::size_t ids, int depth) {
    switch (random() % (depth > 0 ? 12U : 8U)) {
        case 0:
            return random_range(random);
        case 1:
            return {ExistsFilter{one_of(kPaths, random)}};
        case 2:
            return {PrefixFilter{one_of(kPaths, random), one_of({"r", "", "赤", "da"}, random)}};
        case 3:
            return {WildcardFilter{
                one_of(kPaths, random),
                one_of({"*", "*ed", "r?d", "?い*", "re\\*d", "*a*r*", "", "dark*"}, random)}};
        case 4: {
            IdsFilter listed;
            for (std::size_t n = random() % 5; n > 0; --n)
                listed.ids.push_back(fmt::format("{}", random() % (ids * 2)));
            return {std::move(listed)};
        }
        case 5:
            return {MatchFilter{
                .path = "title",
                .text = one_of({"shoes", "靴", "京都", "スニーカー", "red 27", "東京の靴 words",
                                "hundred RAIN", "ンドバ", "!"},
                               random),
                .words = random() % 2 == 0 ? MatchFilter::Words::kAll : MatchFilter::Words::kAny}};
        case 6:
            if (random() % 8 == 0) return {};
            return random_range(random);
        case 7: {
            TermsFilter terms{.path = one_of(kPaths, random)};
            for (std::size_t n = random() % 4; n > 0; --n)
                terms.values.push_back(random_value(random));
            return {std::move(terms)};
        }
        default:
            return random_bool(random, ids, depth);
    }
}

namespace {

void gather(const JsonValue& value, const std::string& path, Scalars& found) {
    for (const JsonValue& item : value.items())
        gather(item, path, found);
    if (value.is_array()) return;
    if (path.empty()) {
        if (!value.is_object() && !value.is_null()) found.push_back(value);
        return;
    }
    const std::size_t dot = path.find('.');
    const JsonValue* member = value.find(path.substr(0, dot));
    if (member == nullptr) return;
    gather(*member, dot == std::string::npos ? "" : path.substr(dot + 1), found);
}

bool below(const JsonValue& value, const std::string& path) {
    Scalars found;
    gather(value, path, found);
    if (!found.empty()) return true;
    // Members below: one level is all that the documents have.
    return std::any_of(kPaths.begin(), kPaths.end(), [&](const std::string& longer) {
        if (!longer.starts_with(path + ".")) return false;
        Scalars deeper;
        gather(value, longer, deeper);
        return !deeper.empty();
    });
}

/// A number that a double comes near to.
bool compares(const JsonValue& value) {
    return value.is_number() && value.as_double().has_value();
}

double number_of(const JsonValue& value) {
    return value.as_double().value();
}

bool is_equal(const JsonValue& left, const AttributeValue& right) {
    if (const auto* flag = std::get_if<bool>(&right)) {
        return left.is_bool() && left.as_bool().value() == *flag;
    }
    if (const auto* text = std::get_if<std::string>(&right)) {
        return left.is_string() && left.text() == *text;
    }
    if (!compares(left)) return false;
    const auto* integer = std::get_if<std::int64_t>(&right);
    const double wanted =
        integer != nullptr ? static_cast<double>(*integer) : std::get<double>(right);
    return number_of(left) == wanted;
}

bool is_in_range(const JsonValue& value, const RangeFilter& range) {
    return (!range.low || is_above(value, *range.low)) &&
           (!range.high || is_below(value, *range.high));
}

/// Below, between or above: of dates, whose form is one, as many letters as the bound has.
int order_of(const JsonValue& value, const RangeFilter::Bound& bound, bool& is_comparable) {
    const auto* text = std::get_if<std::string>(&bound.value);
    is_comparable = text == nullptr ? compares(value) : value.is_string();
    if (!is_comparable) return 0;
    if (text == nullptr) {
        const auto* integer = std::get_if<std::int64_t>(&bound.value);
        const double other =
            integer != nullptr ? static_cast<double>(*integer) : std::get<double>(bound.value);
        return number_of(value) < other ? -1 : number_of(value) > other ? 1 : 0;
    }
    const std::string own(value.text());
    if (!is_date(*text)) return own.compare(*text);
    is_comparable = is_date(own);
    return own.substr(0, text->size()).compare(*text);
}

bool is_above(const JsonValue& value, const RangeFilter::Bound& bound) {
    bool is_comparable = false;
    const int order = order_of(value, bound, is_comparable);
    return is_comparable && (order > 0 || (order == 0 && bound.is_inclusive));
}

bool is_below(const JsonValue& value, const RangeFilter::Bound& bound) {
    bool is_comparable = false;
    const int order = order_of(value, bound, is_comparable);
    return is_comparable && (order < 0 || (order == 0 && bound.is_inclusive));
}

bool is_date(const std::string& text) {
    return text.starts_with("202");
}

std::regex regex_of(const std::string& pattern) {
    std::string regex;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (pattern[i] == '*') {
            regex += "[^]*";
        } else if (pattern[i] == '?') {
            regex += "([\\x01-\\x7f]|[\\xc0-\\xff][\\x80-\\xbf]+)";
        } else {
            if (pattern[i] == '\\') ++i;
            if (pattern[i] == '*') regex += '\\';
            regex += pattern[i];
        }
    }
    return std::regex(regex);
}

bool has_words(const std::string& text, const MatchFilter& match) {
    std::size_t count = 0;
    std::size_t there = 0;
    for (std::size_t start = 0; start < match.text.size();) {
        const std::size_t end = std::min(match.text.find(' ', start), match.text.size());
        const std::string word = match.text.substr(start, end - start);
        start = end + 1;
        if (word == "!") continue;
        ++count;
        there += has_word(text, word) ? 1 : 0;
    }
    return count > 0 && (match.words == MatchFilter::Words::kAll ? there == count : there > 0);
}

bool has_word(const std::string& text, const std::string& word) {
    if (static_cast<unsigned char>(word.front()) >= 0x80) {
        return text.find(word) != std::string::npos;
    }
    const auto lower = [](std::string letters) {
        for (char& letter : letters)
            letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
        return letters;
    };
    const std::string padded = " " + lower(text) + " ";
    const auto is_end = [](char sign) {
        return std::isalnum(static_cast<unsigned char>(sign)) == 0;
    };
    for (std::size_t at = padded.find(lower(word)); at != std::string::npos;
         at = padded.find(lower(word), at + 1)) {
        if (is_end(padded[at - 1]) && is_end(padded[at + word.size()])) return true;
    }
    return false;
}

}  // namespace
}  // namespace sokkuri::collection
