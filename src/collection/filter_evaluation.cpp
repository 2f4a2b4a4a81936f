#include "collection/filter_evaluation.h"

#include "base/json.h"
#include "collection/filter_leaf.h"
#include "store/attribute_queries.h"

#include <algorithm>
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

using Node = FilterPlan::Node;

/// What the conditions of a plan say of documents, one after the other.
class DocumentTest {
 public:
    explicit DocumentTest(const FilterPlan& plan) : plan_(plan) {}

    /// Calls `holds(leaf)` for each leaf that is `asked` for and holds for the document.
    template <typename Asked, typename Holds>
    void run(std::string_view document, Asked asked, Holds holds);

 private:
    const FilterPlan& plan_;
    JsonReader reader_;
};

class Evaluation {
 public:
    Evaluation(store::ReadTransaction& transaction, const FilterPlan& plan)
        : transaction_(transaction),
          end_(transaction.record_numbers_end()),
          plan_(plan),
          leaves_(plan.leaves().size()) {}

    Result<FilterOutcome> run();

 private:
    /// What is known of a condition of the plan, in its place there.
    struct Leaf {
        std::optional<store::AttributeIndex> index;
        std::optional<RecordSet> rest;   // those behind the index's mark; unset: none
        std::optional<RecordSet> found;  // all, for when it is asked for again
        std::size_t times_used = 0;

        std::uint64_t built_to() const { return index ? index->built_to : 0; }
    };

    Result<void> find_indexes();
    Result<void> go_through_documents();
    Result<RecordSet> records_of(const Node& node);
    Result<RecordSet> records_of_leaf(std::size_t leaf);
    Result<RecordSet> records_of_clauses(const Node& clauses);
    Result<RecordSet> records_with(const std::vector<std::string>& ids);
    Result<RecordSet> at_least(std::size_t least, const std::vector<Node>& nodes);

    store::ReadTransaction& transaction_;
    const std::uint64_t end_;
    const FilterPlan& plan_;
    std::vector<Leaf> leaves_;
    std::size_t rest_bytes_ = 0;  // of all leaves
};

void add_one(RecordSet records, std::vector<RecordSet>& digits);
RecordSet counted(std::size_t least, const std::vector<RecordSet>& digits);

}  // namespace

Result<FilterOutcome> evaluate(store::ReadTransaction& transaction, const Filter& filter,
                               const AttributeNames& names) {
    const FilterPlan plan(filter, names);
    return Evaluation(transaction, plan).run();
}

Result<bool> repair(store::ReadTransaction& transaction, const FilterPlan& plan,
                    std::span<const RecordNumber> changed, RecordSet& records) {
    records.grow(transaction.record_numbers_end());
    DocumentTest test(plan);
    std::vector<bool> leaves;
    bool has_changed = false;
    for (const RecordNumber record : changed) {
        const std::optional<store::RecordRow> row = TRY(transaction.record(record));
        bool holds = false;
        if (row) {
            leaves.assign(plan.leaves().size(), false);
            test.run(
                row->document, [](std::size_t /*leaf*/) { return true; },
                [&](std::size_t leaf) { leaves[leaf] = true; });
            holds = plan.holds(row->id, leaves);
        }
        if (holds == records.test(record)) continue;
        has_changed = true;
        holds ? records.set(record) : records.reset(record);
    }
    return has_changed;
}

namespace {

Result<FilterOutcome> Evaluation::run() {
    TRY(find_indexes());
    TRY(go_through_documents());
    FilterOutcome outcome;
    outcome.records = TRY(records_of(plan_.root()));
    for (std::size_t i = 0; i < leaves_.size(); ++i) {
        const bool is_missing = leaves_[i].built_to() + kUnindexedMin <= end_;
        const auto& source = plan_.leaves()[i].source();
        const auto& wanted = outcome.wanted;
        if (is_missing && std::find(wanted.begin(), wanted.end(), source) == wanted.end()) {
            outcome.wanted.push_back(source);
        }
    }
    return outcome;
}

Result<void> Evaluation::find_indexes() {
    const std::vector<store::AttributeIndex> indexes = TRY(transaction_.attributes().indexes());
    for (std::size_t i = 0; i < leaves_.size(); ++i) {
        for (const store::AttributeIndex& index : indexes) {
            if (index.source == plan_.leaves()[i].source()) leaves_[i].index = index;
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
    DocumentTest test(plan_);
    const auto visit = [&](RecordNumber record, std::string_view document) {
        test.run(
            document, [&](std::size_t leaf) { return record >= leaves_[leaf].built_to(); },
            [&](std::size_t leaf) {
                std::optional<RecordSet>& rest = leaves_[leaf].rest;
                if (!rest) rest_bytes_ += rest.emplace(end_).size_bytes();
                const std::size_t before = rest->size_bytes();
                rest->set(record);
                rest_bytes_ += rest->size_bytes() - before;
            });
        return rest_bytes_ <= kRestBytesMax;
    };
    TRY(transaction_.attributes().visit_documents(static_cast<RecordNumber>(from), visit));
    if (rest_bytes_ <= kRestBytesMax) return {};
    return fail(ErrorCode::kExhausted,
                "filter: its {} conditions and words need more than {} bytes of memory",
                leaves_.size(), kRestBytesMax);
}

template <typename Asked, typename Holds>
void DocumentTest::run(std::string_view document, Asked asked, Holds holds) {
    const std::vector<FilterLeaf>& leaves = plan_.leaves();
    const auto is_asked = [&](std::string_view name) {
        for (std::size_t i = 0; i < leaves.size(); ++i) {
            if (asked(i) && store::leads_to(leaves[i].source().path, name)) return true;
        }
        return false;
    };
    const auto json = reader_.parse(document, is_asked);
    const JsonValue nothing;  // of a text that is no JSON
    const store::AttributeSource* last = nullptr;
    std::vector<store::AttributeValue> values;
    for (std::size_t i = 0; i < leaves.size(); ++i) {
        if (!asked(i)) continue;
        const store::AttributeSource& source = leaves[i].source();
        if (last == nullptr || !(*last == source)) {
            values = store::values_of(json ? *json : nothing, source);
        }
        last = &source;
        if (leaves[i].matches(values)) holds(i);
    }
}

Result<RecordSet> Evaluation::records_of(const Node& node) {
    switch (node.kind) {
        case Node::Kind::kLeaf:
            return records_of_leaf(node.leaf);
        case Node::Kind::kIds:
            return records_with(node.ids);
        case Node::Kind::kClauses:
            return records_of_clauses(node);
    }
    return RecordSet(end_);
}

/// Kept until the tree has named it for the last time.
Result<RecordSet> Evaluation::records_of_leaf(std::size_t number) {
    Leaf& leaf = leaves_[number];
    const bool is_last = ++leaf.times_used == plan_.uses(number);
    if (!leaf.found) {
        RecordSet records(end_);
        if (leaf.rest) records = *std::move(leaf.rest);
        leaf.rest.reset();
        if (leaf.index) {
            TRY(plan_.leaves()[number].add(transaction_.attributes(), *leaf.index, records));
        }
        leaf.found = std::move(records);
    }
    RecordSet records = is_last ? *std::move(leaf.found) : *leaf.found;
    if (is_last) leaf.found.reset();
    return records;
}

Result<RecordSet> Evaluation::records_of_clauses(const Node& clauses) {
    std::optional<RecordSet> records;
    for (const Node& node : clauses.must) {
        RecordSet inner = TRY(records_of(node));
        if (records) {
            *records &= inner;
        } else {
            records = std::move(inner);
        }
    }
    if (clauses.should_min > 0) {
        RecordSet enough = TRY(at_least(clauses.should_min, clauses.should));
        if (records) {
            *records &= enough;
        } else {
            records = std::move(enough);
        }
    }
    for (const Node& node : clauses.must_not) {
        const RecordSet inner = TRY(records_of(node));
        *records -= inner;
    }
    return *std::move(records);
}

Result<RecordSet> Evaluation::records_with(const std::vector<std::string>& ids) {
    RecordSet records(end_);
    for (const std::string& id : ids) {
        const std::optional<store::RecordRow> row = TRY(transaction_.record(id));
        if (row) records.set(row->number);
    }
    return records;
}

/// Records for which `least` of the nodes hold. Counts in binary, so that n nodes take log n sets
/// and O(n) operations on them.
Result<RecordSet> Evaluation::at_least(std::size_t least, const std::vector<Node>& nodes) {
    RecordSet any(end_);
    std::vector<RecordSet> digits;
    for (const Node& node : nodes) {
        RecordSet inner = TRY(records_of(node));
        any |= inner;
        if (least > 1) add_one(std::move(inner), digits);
    }
    if (least <= 1) return any;
    if (least >> digits.size() != 0) return RecordSet(end_);
    return counted(least, digits);
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

}  // namespace
}  // namespace sokkuri::collection
