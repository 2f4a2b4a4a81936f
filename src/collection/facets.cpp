#include "collection/facets.h"

#include "store/attribute_gathering.h"
#include "store/attribute_queries.h"

#include <algorithm>
#include <map>
#include <utility>

namespace sokkuri::collection {
namespace {

using store::AttributeValue;

/// Fewer documents than this are gone through without wishing for an index.
constexpr std::uint64_t kUnindexedMin = 1'024;

/// The counts of one attribute, as they grow.
class Counting {
 public:
    Counting(const FacetRequest& request, store::AttributeSource source,
             const store::RecordSet* records)
        : request_(request), source_(std::move(source)), records_(records) {}

    Result<void> add_index(const store::AttributeQueries& queries,
                           const store::AttributeIndex& index);
    Result<void> add_documents(const store::AttributeQueries& queries, store::RecordNumber from);
    Facet facet() &&;

 private:
    void add(AttributeValue value, std::uint64_t count);
    bool has_room() const {
        return counts_.size() <= kFacetValuesMax && text_bytes_ <= kFacetBytesMax;
    }
    Result<void> check() const;

    const FacetRequest& request_;
    const store::AttributeSource source_;
    const store::RecordSet* records_;
    std::map<AttributeValue, std::uint64_t, store::AttributeLess> counts_;
    std::size_t text_bytes_ = 0;  // of the values
};

Result<Facet> count_facet(store::ReadTransaction& transaction, const store::AttributeSource& source,
                          Counting counting, std::vector<store::AttributeSource>& wanted);

}  // namespace

Result<FacetsOutcome> count_facets(store::ReadTransaction& transaction,
                                   const std::vector<FacetRequest>& requests,
                                   const store::RecordSet* records, const AttributeNames& names) {
    FacetsOutcome outcome;
    for (const FacetRequest& request : requests) {
        const store::AttributeSource source = names.source_of(request.path);
        Facet facet = TRY(
            count_facet(transaction, source, Counting(request, source, records), outcome.wanted));
        outcome.facets.push_back(std::move(facet));
    }
    return outcome;
}

namespace {

Result<Facet> count_facet(store::ReadTransaction& transaction, const store::AttributeSource& source,
                          Counting counting, std::vector<store::AttributeSource>& wanted) {
    const store::AttributeQueries& queries = transaction.attributes();
    const std::vector<store::AttributeIndex> indexes = TRY(queries.indexes());
    const auto index =
        std::find_if(indexes.begin(), indexes.end(),
                     [&](const store::AttributeIndex& known) { return known.source == source; });
    const std::uint64_t built_to = index == indexes.end() ? 0 : index->built_to;
    const std::uint64_t end = transaction.record_numbers_end();
    if (built_to > 0) TRY(counting.add_index(queries, *index));
    if (built_to < end) {
        TRY(counting.add_documents(queries, static_cast<store::RecordNumber>(built_to)));
    }
    if (built_to + kUnindexedMin <= end) wanted.push_back(source);
    return std::move(counting).facet();
}

Result<void> Counting::add_index(const store::AttributeQueries& queries,
                                 const store::AttributeIndex& index) {
    const auto take = [this](const AttributeValue& value, std::uint64_t count) {
        add(value, count);
        return has_room();
    };
    TRY(queries.count(index, records_, take));
    return check();
}

Result<void> Counting::add_documents(const store::AttributeQueries& queries,
                                     store::RecordNumber from) {
    store::DocumentValues documents;
    const auto visit = [&](store::RecordNumber record, std::string_view document) {
        if (records_ != nullptr && !records_->test(record)) return true;
        for (AttributeValue& value : documents.of(source_, document))
            add(std::move(value), 1);
        return has_room();
    };
    TRY(queries.visit_documents(from, visit));
    return check();
}

Facet Counting::facet() && {
    Facet facet{.path = request_.path, .counts = {}, .values = counts_.size()};
    for (const auto& [value, count] : counts_)
        facet.counts.push_back({value, count});
    const std::size_t listed = std::min(request_.values_max, facet.counts.size());
    const auto middle = facet.counts.begin() + static_cast<std::ptrdiff_t>(listed);
    std::partial_sort(facet.counts.begin(), middle, facet.counts.end(),
                      [](const FacetCount& a, const FacetCount& b) {
                          return a.records != b.records ? a.records > b.records
                                                        : store::compare(a.value, b.value) < 0;
                      });
    facet.counts.erase(middle, facet.counts.end());
    return facet;
}

void Counting::add(AttributeValue value, std::uint64_t count) {
    const auto [entry, is_new] = counts_.try_emplace(std::move(value));
    entry->second += count;
    const auto* text = std::get_if<std::string>(&entry->first);
    if (is_new && text != nullptr) text_bytes_ += text->size();
}

Result<void> Counting::check() const {
    if (text_bytes_ > kFacetBytesMax) {
        return fail(ErrorCode::kExhausted,
                    "facet of {}: its different values have more than {} bytes", request_.path,
                    kFacetBytesMax);
    }
    if (counts_.size() <= kFacetValuesMax) return {};
    return fail(ErrorCode::kExhausted, "facet of {}: more than {} different values", request_.path,
                kFacetValuesMax);
}

}  // namespace
}  // namespace sokkuri::collection
