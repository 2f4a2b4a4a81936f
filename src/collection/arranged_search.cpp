#include "collection/arranged_search.h"

#include "base/json.h"
#include "store/attribute_source.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>
#include <utility>

namespace sokkuri::collection {
namespace {

using store::AttributeValue;

// Nearest records looked at for each hit that is missing: groups are seldom much larger at first.
constexpr std::size_t kLooksPerHit = 4;
constexpr std::size_t kLooksMin = 32;

/// Hits under a cap, as rounds of searches bring them.
class CappedHits {
 public:
    CappedHits(const SearchRequest& request, const AttributeNames& names)
        : request_(request),
          cap_(*request.group_cap),
          source_(names.source_of(cap_.path)),
          wanted_(request.offset + request.k) {}

    Result<SearchAnswer> find(const RoundSearch& search);

 private:
    SearchRequest next_round() const;
    std::optional<Filter> full_groups() const;
    std::size_t looks_max() const;
    void take(std::vector<Hit> hits);

    const SearchRequest& request_;
    const GroupCap& cap_;
    const store::AttributeSource source_;
    const std::size_t wanted_;
    std::vector<Hit> kept_;
    std::map<AttributeValue, std::size_t, store::AttributeLess> hits_by_group_;
    std::size_t rounds_ = 0;
};

bool is_farthest_first(const SearchRequest& request);
SearchRequest plain(const SearchRequest& request);
std::vector<AttributeValue> values_of(const std::string& document,
                                      const store::AttributeSource& source);
void put_in_order(std::vector<Hit>& hits, const HitOrder& order,
                  const store::AttributeSource& source);
bool goes_before(const std::optional<AttributeValue>& left,
                 const std::optional<AttributeValue>& right, HitOrder::Direction direction);

}  // namespace

Result<SearchAnswer> arranged_search(const SearchRequest& request, const AttributeNames& names,
                                     const RoundSearch& search) {
    SearchAnswer answer = TRY(request.group_cap ? CappedHits(request, names).find(search)
                                                : search(plain(request), std::nullopt));
    if (request.order) {
        put_in_order(answer.hits, *request.order, names.source_of(request.order->path));
    }
    if (request.documents == Documents::kInclude) return answer;
    for (Hit& hit : answer.hits)
        hit.document.clear();
    return answer;
}

namespace {

Result<SearchAnswer> CappedHits::find(const RoundSearch& search) {
    std::optional<SearchAnswer> first;
    for (;;) {
        const SearchRequest round = next_round();
        SearchAnswer answer = TRY(search(round, full_groups()));
        const bool was_last = answer.hits.size() < round.k;
        take(std::move(answer.hits));
        if (first) {
            first->method.add(answer.method);
        } else {
            first = std::move(answer);
        }
        ++rounds_;
        if (was_last || kept_.size() >= wanted_) break;
    }
    // By a graph, a later round may find what an earlier one has passed over.
    std::stable_sort(kept_.begin(), kept_.end(), [this](const Hit& left, const Hit& right) {
        return is_farthest_first(request_) ? left.distance > right.distance
                                           : left.distance < right.distance;
    });
    const std::size_t offset = std::min(request_.offset, kept_.size());
    first->hits.assign(std::make_move_iterator(kept_.begin() + static_cast<std::ptrdiff_t>(offset)),
                       std::make_move_iterator(kept_.end()));
    return *std::move(first);
}

/// Without the records that are kept, and without the groups that are full: what is left lies
/// behind all that was looked at.
SearchRequest CappedHits::next_round() const {
    SearchRequest round = plain(request_);
    round.offset = 0;
    for (const Hit& hit : kept_)
        round.excluded_ids.push_back(hit.id);
    const std::size_t looks = std::max(kLooksPerHit * (wanted_ - kept_.size()), kLooksMin)
                              << std::min<std::size_t>(rounds_, 10);
    round.k = std::min(looks, looks_max());
    return round;
}

/// Not a part of the filter: whoever searches keeps answers of filters, and nobody asks for this
/// one again.
std::optional<Filter> CappedHits::full_groups() const {
    TermsFilter full{.path = cap_.path};
    for (const auto& [group, hits] : hits_by_group_) {
        if (hits >= cap_.hits_max) full.values.push_back(group);
    }
    if (full.values.empty()) return std::nullopt;
    return Filter{std::move(full)};
}

/// As many as one search may be asked for.
std::size_t CappedHits::looks_max() const {
    return request_.hits_max();
}

void CappedHits::take(std::vector<Hit> hits) {
    for (Hit& hit : hits) {
        if (kept_.size() >= wanted_) return;
        const std::vector<AttributeValue> groups = values_of(hit.document, source_);
        const bool is_held_back = std::any_of(
            groups.begin(), groups.end(),
            [this](const AttributeValue& group) { return hits_by_group_[group] >= cap_.hits_max; });
        if (is_held_back) continue;
        for (const AttributeValue& group : groups)
            ++hits_by_group_[group];
        kept_.push_back(std::move(hit));
    }
}

bool is_farthest_first(const SearchRequest& request) {
    return request.several && request.several->combine == SeveralVectors::Combine::kFarthest;
}

/// With documents: values are read from them.
SearchRequest plain(const SearchRequest& request) {
    SearchRequest inner = request;
    inner.group_cap.reset();
    inner.order.reset();
    inner.facets.clear();
    inner.documents = Documents::kInclude;
    return inner;
}

std::vector<AttributeValue> values_of(const std::string& document,
                                      const store::AttributeSource& source) {
    const auto json = parse_json(document);
    if (!json) return {};
    return store::values_of(*json, source);
}

void put_in_order(std::vector<Hit>& hits, const HitOrder& order,
                  const store::AttributeSource& source) {
    std::vector<std::optional<AttributeValue>> keys;
    for (const Hit& hit : hits) {
        std::vector<AttributeValue> values = values_of(hit.document, source);
        const bool is_ascending = order.direction == HitOrder::Direction::kAscending;
        keys.push_back(values.empty()
                           ? std::nullopt
                           : std::optional(is_ascending ? values.front() : values.back()));
    }
    std::vector<std::size_t> positions(hits.size());
    std::iota(positions.begin(), positions.end(), std::size_t{0});
    std::stable_sort(positions.begin(), positions.end(), [&](std::size_t left, std::size_t right) {
        return goes_before(keys[left], keys[right], order.direction);
    });
    std::vector<Hit> ordered;
    for (const std::size_t position : positions)
        ordered.push_back(std::move(hits[position]));
    hits = std::move(ordered);
}

bool goes_before(const std::optional<AttributeValue>& left,
                 const std::optional<AttributeValue>& right, HitOrder::Direction direction) {
    if (!left || !right) return left.has_value() && !right.has_value();
    const auto order = store::compare(*left, *right);
    return direction == HitOrder::Direction::kAscending ? order < 0 : order > 0;
}

}  // namespace
}  // namespace sokkuri::collection
