#include "collection/filter_evaluation.h"

#include "base/json.h"
#include "store/words.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

namespace sokkuri::collection {
namespace {

using store::RecordNumber;
using store::RecordSet;

/// Fewer documents than this are gone through without wishing for an index.
constexpr std::uint64_t kUnindexedMin = 1'024;

/// Of the records that conditions hold for without an index: 2,000 sets of a million records.
constexpr std::size_t kRestBytesMax = std::size_t{256} << 20;

class Evaluation {
 public:
    explicit Evaluation(store::ReadTransaction& transaction)
        : transaction_(transaction), end_(transaction.record_numbers_end()) {}

    Result<FilterOutcome> run(const Filter& filter);

 private:
    /// A condition, and how far its index goes.
    struct Leaf {
        FilterLeaf condition;
        std::optional<store::AttributeIndex> index;
        std::optional<RecordSet> rest;  // those behind the index's mark; unset: none

        std::uint64_t built_to() const { return index ? index->built_to : 0; }
    };

    void collect(const Filter& filter);
    void collect(FilterLeaf leaf) { leaves_.push_back({std::move(leaf), {}, {}}); }
    Result<void> find_indexes();
    Result<void> go_through_documents();
    void test_document(RecordNumber record, std::string_view document);

    // In the order in which the leaves were collected.
    Result<RecordSet> records_of(const Filter& filter);
    Result<RecordSet> next_leaf();
    Result<RecordSet> records_of(const MatchFilter& match);
    Result<RecordSet> records_of(const BoolFilter& clauses);
    Result<RecordSet> records_of(const IdsFilter& ids);
    Result<RecordSet> at_least(std::size_t least, const std::vector<Filter>& filters);
    Result<void> keep_containing(const MatchFilter& match, const store::Word& word,
                                 RecordSet& records);

    store::ReadTransaction& transaction_;
    const std::uint64_t end_;
    std::vector<Leaf> leaves_;
    std::size_t next_ = 0;
    std::size_t rest_bytes_ = 0;  // of all leaves
    JsonReader reader_;
};

void add_one(RecordSet records, std::vector<RecordSet>& digits);
RecordSet counted(std::size_t least, const std::vector<RecordSet>& digits);
bool starts_path(std::string_view path, std::string_view name);

}  // namespace

Result<FilterOutcome> evaluate(store::ReadTransaction& transaction, const Filter& filter) {
    return Evaluation(transaction).run(filter);
}

namespace {

Result<FilterOutcome> Evaluation::run(const Filter& filter) {
    collect(filter);
    TRY(find_indexes());
    TRY(go_through_documents());
    FilterOutcome outcome;
    outcome.records = TRY(records_of(filter));
    for (const Leaf& leaf : leaves_) {
        const bool is_missing = leaf.built_to() + kUnindexedMin <= end_;
        const auto& source = leaf.condition.source();
        const auto& wanted = outcome.wanted;
        if (is_missing && std::find(wanted.begin(), wanted.end(), source) == wanted.end()) {
            outcome.wanted.push_back(source);
        }
    }
    return outcome;
}

void Evaluation::collect(const Filter& filter) {
    if (std::holds_alternative<AllFilter>(filter.node)) collect(FilterLeaf::of_all());
    if (const auto* terms = std::get_if<TermsFilter>(&filter.node)) collect(FilterLeaf::of(*terms));
    if (const auto* range = std::get_if<RangeFilter>(&filter.node)) collect(FilterLeaf::of(*range));
    if (const auto* exists = std::get_if<ExistsFilter>(&filter.node)) {
        collect(FilterLeaf::of(*exists));
    }
    if (const auto* prefix = std::get_if<PrefixFilter>(&filter.node)) {
        collect(FilterLeaf::of(*prefix));
    }
    if (const auto* wildcard = std::get_if<WildcardFilter>(&filter.node)) {
        collect(FilterLeaf::of(*wildcard));
    }
    if (const auto* match = std::get_if<MatchFilter>(&filter.node)) {
        for (const store::Word& word : store::words_of(match->text)) {
            for (std::string& token : store::tokens_of(word))
                collect(FilterLeaf::of_token(match->path, std::move(token)));
        }
    }
    const auto* clauses = std::get_if<BoolFilter>(&filter.node);
    if (clauses == nullptr) return;
    // As records_of goes.
    if (clauses->must.empty()) collect(FilterLeaf::of_all());
    for (const auto* part : {&clauses->must, &clauses->should, &clauses->must_not}) {
        for (const Filter& inner : *part)
            collect(inner);
    }
}

Result<void> Evaluation::find_indexes() {
    const std::vector<store::AttributeIndex> indexes = TRY(transaction_.attributes().indexes());
    for (Leaf& leaf : leaves_) {
        for (const store::AttributeIndex& index : indexes) {
            if (index.source == leaf.condition.source()) leaf.index = index;
        }
    }
    return {};
}

/// Once, for all leaves that do not know them.
Result<void> Evaluation::go_through_documents() {
    std::uint64_t from = end_;
    for (const Leaf& leaf : leaves_)
        from = std::min(from, leaf.built_to());
    if (from >= end_) return {};
    TRY(transaction_.attributes().visit_documents(
        static_cast<RecordNumber>(from), [this](RecordNumber record, std::string_view document) {
            test_document(record, document);
            return rest_bytes_ <= kRestBytesMax;
        }));
    if (rest_bytes_ <= kRestBytesMax) return {};
    return fail(ErrorCode::kExhausted,
                "filter: its {} conditions and words need more than {} bytes of memory",
                leaves_.size(), kRestBytesMax);
}

void Evaluation::test_document(RecordNumber record, std::string_view document) {
    const auto is_asked = [&](std::string_view name) {
        return std::any_of(leaves_.begin(), leaves_.end(), [&](const Leaf& leaf) {
            return record >= leaf.built_to() && starts_path(leaf.condition.source().path, name);
        });
    };
    const auto json = reader_.parse(document, is_asked);
    const JsonValue nothing;  // of a text that is no JSON
    const store::AttributeSource* last = nullptr;
    std::vector<store::AttributeValue> values;
    for (Leaf& leaf : leaves_) {
        if (record < leaf.built_to()) continue;
        const store::AttributeSource& source = leaf.condition.source();
        if (last == nullptr || !(*last == source)) {
            values = store::values_of(json ? *json : nothing, source);
        }
        last = &source;
        if (!leaf.condition.matches(values)) continue;
        if (!leaf.rest) rest_bytes_ += leaf.rest.emplace(end_).size_bytes();
        leaf.rest->set(record);
    }
}

Result<RecordSet> Evaluation::records_of(const Filter& filter) {
    if (const auto* match = std::get_if<MatchFilter>(&filter.node)) return records_of(*match);
    if (const auto* clauses = std::get_if<BoolFilter>(&filter.node)) return records_of(*clauses);
    if (const auto* ids = std::get_if<IdsFilter>(&filter.node)) return records_of(*ids);
    return next_leaf();
}

Result<RecordSet> Evaluation::next_leaf() {
    Leaf& leaf = leaves_[next_++];
    RecordSet records(end_);
    if (leaf.rest) records = *std::move(leaf.rest);
    leaf.rest.reset();
    if (leaf.index) {
        TRY(leaf.condition.add(transaction_.attributes(), *leaf.index, records));
    }
    return records;
}

/// No words: nothing matches.
Result<RecordSet> Evaluation::records_of(const MatchFilter& match) {
    std::optional<RecordSet> found;
    for (const store::Word& word : store::words_of(match.text)) {
        std::optional<RecordSet> with_word;
        for (std::size_t i = store::tokens_of(word).size(); i > 0; --i) {
            RecordSet with_token = TRY(next_leaf());
            if (with_word) {
                *with_word &= with_token;
            } else {
                with_word = std::move(with_token);
            }
        }
        if (!store::is_told_by_tokens(word)) TRY(keep_containing(match, word, *with_word));
        if (!found) {
            found = std::move(with_word);
        } else if (match.words == MatchFilter::Words::kAll) {
            *found &= *with_word;
        } else {
            *found |= *with_word;
        }
    }
    return found ? *std::move(found) : RecordSet(end_);
}

Result<RecordSet> Evaluation::records_of(const BoolFilter& clauses) {
    RecordSet records(end_);
    if (clauses.must.empty()) records = TRY(next_leaf());
    for (std::size_t i = 0; i < clauses.must.size(); ++i) {
        RecordSet inner = TRY(records_of(clauses.must[i]));
        if (i == 0) {
            records = std::move(inner);
        } else {
            records &= inner;
        }
    }
    const RecordSet enough = TRY(at_least(clauses.should_min, clauses.should));
    if (clauses.should_min > 0) records &= enough;
    for (const Filter& filter : clauses.must_not) {
        const RecordSet inner = TRY(records_of(filter));
        records -= inner;
    }
    return records;
}

Result<RecordSet> Evaluation::records_of(const IdsFilter& ids) {
    RecordSet records(end_);
    for (const std::string& id : ids.ids) {
        const std::optional<store::RecordRow> row = TRY(transaction_.record(id));
        if (row) records.set(row->number);
    }
    return records;
}

/// Records for which `least` of the filters hold. Counts in binary, so that n filters take log n
/// sets and O(n) operations on them.
Result<RecordSet> Evaluation::at_least(std::size_t least, const std::vector<Filter>& filters) {
    RecordSet any(end_);
    std::vector<RecordSet> digits;
    for (const Filter& filter : filters) {
        RecordSet inner = TRY(records_of(filter));
        any |= inner;
        if (least > 1) add_one(std::move(inner), digits);
    }
    if (least <= 1) return any;
    if (least >> digits.size() != 0) return RecordSet(end_);
    return counted(least, digits);
}

/// Tokens tell of two neighbors at a time; whether all stand together, the text tells.
Result<void> Evaluation::keep_containing(const MatchFilter& match, const store::Word& word,
                                         RecordSet& records) {
    const auto is_on_path = [&](std::string_view name) { return starts_path(match.path, name); };
    for (const RecordNumber record : records.numbers()) {
        const std::optional<store::RecordRow> row = TRY(transaction_.record(record));
        if (!row) {
            records.reset(record);
            continue;
        }
        const auto json = reader_.parse(row->document, is_on_path);
        bool is_there = false;
        if (json) {
            for (const JsonValue* scalar : store::scalars_at(*json, match.path))
                is_there = is_there || store::contains(store::words_of(scalar->text()), word);
        }
        if (!is_there) records.reset(record);
    }
    return {};
}

/// To the counts of `records`: `digits` has a set for each binary digit, the lowest first.
void add_one(RecordSet records, std::vector<RecordSet>& digits) {
    for (RecordSet& digit : digits) {
        RecordSet carried = digit;
        carried &= records;
        digit |= records;
        digit -= carried;
        records = std::move(carried);
    }
    if (records.count() > 0) digits.push_back(std::move(records));
}

/// Those whose count is at least `least`, digit by digit from the lowest on: a one that `least` has
/// must be there too, a one that it has not outweighs all digits below. `least` is 1 or more and
/// has no more digits than there are.
RecordSet counted(std::size_t least, const std::vector<RecordSet>& digits) {
    std::optional<RecordSet> enough;  // unset: all
    for (std::size_t n = 0; n < digits.size(); ++n) {
        const bool is_one = ((least >> n) & 1U) != 0;
        if (is_one && enough) *enough &= digits[n];
        if (is_one && !enough) enough = digits[n];
        if (!is_one && enough) *enough |= digits[n];
    }
    return *std::move(enough);
}

bool starts_path(std::string_view path, std::string_view name) {
    return path.starts_with(name) && (path.size() == name.size() || path[name.size()] == '.');
}

}  // namespace
}  // namespace sokkuri::collection
