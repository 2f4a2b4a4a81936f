#include "collection/diverse_search.h"

#include "index/distance.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace sokkuri::collection {
namespace {

/// A hit that may be chosen.
struct Candidate {
    std::span<const float> vector;
    double distance = 0;          // to the query
    double distance_to_hits = 0;  // to the nearest of those that are chosen
    bool is_chosen = false;
};

std::size_t candidates_of(const SearchRequest& request);
Result<std::vector<Candidate>> candidates_among(const FieldSearch& search,
                                                const std::vector<Hit>& hits);
/// Positions, in the order of choice.
std::vector<std::size_t> choose(const FieldSearch& search, double strength, std::size_t count,
                                std::vector<Candidate> candidates);
std::size_t best_of(const std::vector<Candidate>& candidates, double strength, bool is_first);

}  // namespace

Result<SearchAnswer> diverse_search(const FieldSearch& search, const SearchRequest& request,
                                    const PlainSearch& find) {
    SearchRequest wide = request;
    wide.diversity.reset();
    wide.offset = 0;
    wide.k = candidates_of(request);
    SearchAnswer answer = TRY(find(wide));
    std::vector<Candidate> candidates = TRY(candidates_among(search, answer.hits));
    const std::vector<std::size_t> chosen = choose(
        search, request.diversity->strength, request.offset + request.k, std::move(candidates));
    std::vector<Hit> hits;
    for (std::size_t i = request.offset; i < chosen.size(); ++i)
        hits.push_back(std::move(answer.hits[chosen[i]]));
    answer.hits = std::move(hits);
    return answer;
}

namespace {

std::size_t candidates_of(const SearchRequest& request) {
    if (request.diversity->candidates > 0) return request.diversity->candidates;
    const std::size_t wished =
        std::max(Diversity::kCandidatesMin, Diversity::kCandidatesPerHit * request.k);
    return std::min(wished, Diversity::kCandidatesMax);
}

Result<std::vector<Candidate>> candidates_among(const FieldSearch& search,
                                                const std::vector<Hit>& hits) {
    const FieldSnapshot& field = search.field;
    std::vector<Candidate> candidates;
    for (const Hit& hit : hits) {
        const std::optional<store::RecordRow> record = TRY(search.transaction.record(hit.id));
        std::optional<store::Slot> slot;
        if (record) slot = TRY(search.transaction.slot_of_record(field.number, record->number));
        if (!slot || *slot >= field.committed) {
            return fail(ErrorCode::kCorruption, "record \"{}\": was found without a vector",
                        hit.id);
        }
        candidates.push_back({field.row(*slot), static_cast<double>(hit.distance),
                              std::numeric_limits<double>::infinity()});
    }
    return candidates;
}

std::vector<std::size_t> choose(const FieldSearch& search, double strength, std::size_t count,
                                std::vector<Candidate> candidates) {
    std::vector<std::size_t> chosen;
    while (chosen.size() < std::min(count, candidates.size())) {
        const std::size_t best = best_of(candidates, strength, chosen.empty());
        candidates[best].is_chosen = true;
        chosen.push_back(best);
        const index::Decider distance_to(search.field.spec.metric, candidates[best].vector,
                                         search.kernels);
        for (Candidate& candidate : candidates) {
            if (candidate.is_chosen) continue;
            candidate.distance_to_hits =
                std::min(candidate.distance_to_hits, distance_to(candidate.vector.data()));
        }
    }
    return chosen;
}

/// Of those that are left, the first among equals. The first hit is the nearest.
std::size_t best_of(const std::vector<Candidate>& candidates, double strength, bool is_first) {
    if (is_first) return 0;
    std::size_t best = 0;
    double least = std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < candidates.size(); ++i) {
        const Candidate& candidate = candidates[i];
        if (candidate.is_chosen) continue;
        const double cost =
            (1 - strength) * candidate.distance - strength * candidate.distance_to_hits;
        if (cost >= least) continue;
        least = cost;
        best = i;
    }
    return best;
}

}  // namespace
}  // namespace sokkuri::collection
