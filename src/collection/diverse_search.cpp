#include "collection/diverse_search.h"

#include "base/check.h"
#include "collection/several_search.h"
#include "index/distance.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

namespace sokkuri::collection {
namespace {

/// Candidates of one turn of a thread, and components from which on threads are worth their start.
constexpr std::size_t kTurnCandidates = 64;
constexpr std::size_t kSharedComponentsMin = 1U << 18;

/// A hit that may be chosen. Distances of hits are float32: of these rows they may be infinite.
struct Candidate {
    std::span<const float> vector;
    double distance = 0;          // to the query
    double distance_to_hits = 0;  // to the nearest of those that are chosen
    bool is_chosen = false;
};

Result<std::size_t> candidates_of(const SearchRequest& request, std::size_t dimension);
/// That a candidate's distance is the least to.
Result<std::vector<std::vector<float>>> queries_of(const FieldSearch& search,
                                                   const SearchRequest& request);
Result<std::vector<Candidate>> candidates_among(const FieldSearch& search,
                                                const SearchRequest& request,
                                                const std::vector<Hit>& hits);
/// Positions, in the order of choice.
std::vector<std::size_t> choose(const FieldSearch& search, double strength, std::size_t count,
                                std::vector<Candidate> candidates);
std::size_t best_of(const std::vector<Candidate>& candidates, double strength);
/// Their distances to the hits, now that the candidate at `position` is one.
void come_nearer(const FieldSearch& search, std::vector<Candidate>& candidates,
                 std::size_t position);

}  // namespace

Result<SearchAnswer> diverse_search(const FieldSearch& search, const SearchRequest& request,
                                    const PlainSearch& find) {
    SearchRequest wide = request;
    wide.diversity.reset();
    wide.offset = 0;
    wide.k = TRY(candidates_of(request, search.field.spec.dimension));
    SearchAnswer answer = TRY(find(wide));
    std::vector<Candidate> candidates = TRY(candidates_among(search, request, answer.hits));
    const std::vector<std::size_t> chosen = choose(
        search, request.diversity->strength, request.offset + request.k, std::move(candidates));
    std::vector<Hit> hits;
    for (std::size_t i = request.offset; i < chosen.size(); ++i)
        hits.push_back(std::move(answer.hits[chosen[i]]));
    answer.hits = std::move(hits);
    return answer;
}

namespace {

Result<std::size_t> candidates_of(const SearchRequest& request, std::size_t dimension) {
    const std::size_t wanted = request.offset + request.k;
    const std::size_t asked = request.diversity->candidates;
    if (asked > request.hits_max()) {
        return fail(ErrorCode::kInvalidArgument,
                    "diversity: {} candidates: at most {} for each of {} vectors", asked,
                    request.hits_max(), request.several->vectors.size());
    }
    const std::size_t wished =
        std::max(Diversity::kCandidatesMin, Diversity::kCandidatesPerHit * request.k);
    const std::size_t possible = std::min(Diversity::kCandidatesMax, request.hits_max());
    const std::size_t chosen = asked > 0 ? asked : std::max(std::min(wished, possible), wanted);
    if (std::uint64_t{chosen} * wanted * dimension <= Diversity::kComponentsMax) return chosen;
    return fail(ErrorCode::kInvalidArgument,
                "diversity: {} of {} candidates with vectors of {} components: their product must "
                "be at most {}",
                wanted, chosen, dimension, Diversity::kComponentsMax);
}

Result<std::vector<std::vector<float>>> queries_of(const FieldSearch& search,
                                                   const SearchRequest& request) {
    using Queries = std::vector<std::vector<float>>;
    if (!request.several) return Queries{request.query};
    if (request.several->combine != SeveralVectors::Combine::kMean) return request.several->vectors;
    std::vector<float> mean = TRY(mean_query(search.field.spec, *request.several));
    return Queries{std::move(mean)};
}

Result<std::vector<Candidate>> candidates_among(const FieldSearch& search,
                                                const SearchRequest& request,
                                                const std::vector<Hit>& hits) {
    const FieldSnapshot& field = search.field;
    const std::vector<std::vector<float>> queries = TRY(queries_of(search, request));
    std::vector<index::Decider> deciders;
    for (const std::vector<float>& query : queries)
        deciders.emplace_back(field.spec.metric, query, search.kernels);
    std::vector<Candidate> candidates;
    for (const Hit& hit : hits) {
        const std::optional<store::RecordRow> record = TRY(search.transaction.record(hit.id));
        std::optional<store::Slot> slot;
        if (record) slot = TRY(search.transaction.slot_of_record(field.number, record->number));
        if (!slot || *slot >= field.committed) {
            return fail(ErrorCode::kCorruption, "record \"{}\": was found without a vector",
                        hit.id);
        }
        Candidate candidate{field.row(*slot), std::numeric_limits<double>::infinity(),
                            std::numeric_limits<double>::infinity()};
        for (const index::Decider& distance_to : deciders) {
            candidate.distance = std::min(candidate.distance, distance_to(candidate.vector.data()));
        }
        candidates.push_back(candidate);
    }
    return candidates;
}

/// The first hit is the nearest.
std::vector<std::size_t> choose(const FieldSearch& search, double strength, std::size_t count,
                                std::vector<Candidate> candidates) {
    std::vector<std::size_t> chosen;
    while (chosen.size() < std::min(count, candidates.size())) {
        if (!chosen.empty()) come_nearer(search, candidates, chosen.back());
        const std::size_t best = chosen.empty() ? 0 : best_of(candidates, strength);
        candidates[best].is_chosen = true;
        chosen.push_back(best);
    }
    return chosen;
}

void come_nearer(const FieldSearch& search, std::vector<Candidate>& candidates,
                 std::size_t position) {
    const index::Decider distance_to(search.field.spec.metric, candidates[position].vector,
                                     search.kernels);
    const auto turn = [&](std::size_t number) {
        const std::size_t first = number * kTurnCandidates;
        const std::size_t end = std::min(first + kTurnCandidates, candidates.size());
        for (std::size_t i = first; i < end; ++i) {
            Candidate& candidate = candidates[i];
            if (candidate.is_chosen) continue;
            candidate.distance_to_hits =
                std::min(candidate.distance_to_hits, distance_to(candidate.vector.data()));
        }
    };
    const std::size_t turns = (candidates.size() + kTurnCandidates - 1) / kTurnCandidates;
    if (candidates.size() * search.field.spec.dimension >= kSharedComponentsMin) {
        search.threads.for_each(turns, turn);
        return;
    }
    for (std::size_t number = 0; number < turns; ++number)
        turn(number);
}

/// Of those that are left (there is one), the first among equals.
std::size_t best_of(const std::vector<Candidate>& candidates, double strength) {
    std::optional<std::size_t> best;
    double least = 0;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
        const Candidate& candidate = candidates[i];
        if (candidate.is_chosen) continue;
        const double cost =
            (1 - strength) * candidate.distance - strength * candidate.distance_to_hits;
        if (best && !(cost < least)) continue;
        least = cost;
        best = i;
    }
    CHECK(best.has_value());
    return *best;
}

}  // namespace
}  // namespace sokkuri::collection
