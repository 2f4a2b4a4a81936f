#include "service/sample.h"

#include "service/main_field.h"

#include <algorithm>
#include <cmath>

namespace sokkuri::service {
namespace {

struct Candidate {
    std::string id;
    std::vector<float> vector;
    double liveliness = 0;  // how alike its nearest neighbors are, copies aside
};

/// Items at equal steps through the collection.
Result<std::vector<Candidate>> candidates_of(const Library& library, const std::string& field);
Result<double> liveliness_of(const Library& library, const std::string& field,
                             const Candidate& candidate);
double cosine(const std::vector<float>& left, const std::vector<float>& right);

}  // namespace

Result<std::vector<std::string>> pick_varied(const Library& library, std::size_t count) {
    const std::optional<collection::FieldSpec> field = TRY(main_field(library.collection()));
    if (!field) return std::vector<std::string>();
    std::vector<Candidate> candidates = TRY(candidates_of(library, field->name));
    for (Candidate& candidate : candidates) {
        candidate.liveliness = TRY(liveliness_of(library, field->name, candidate));
    }
    // Greedy: the liveliest one that is farthest from those already taken.
    std::vector<const Candidate*> taken;
    while (taken.size() < std::min(count, candidates.size())) {
        const Candidate* best = nullptr;
        double best_worth = 0;
        for (const Candidate& candidate : candidates) {
            double nearest = 0;
            for (const Candidate* other : taken) {
                nearest = std::max(nearest, cosine(candidate.vector, other->vector));
            }
            const bool is_taken = std::ranges::find(taken, &candidate) != taken.end();
            const double worth = candidate.liveliness - nearest;
            if (is_taken || (best != nullptr && worth <= best_worth)) continue;
            best = &candidate;
            best_worth = worth;
        }
        taken.push_back(best);
    }
    std::vector<std::string> ids;
    for (const Candidate* candidate : taken) {
        ids.push_back(candidate->id);
    }
    return ids;
}

namespace {

Result<std::vector<Candidate>> candidates_of(const Library& library, const std::string& field) {
    const std::uint64_t items = TRY(library.collection().count());
    const std::uint64_t step = std::max<std::uint64_t>(1, items / kSampleCandidatesMax);
    std::vector<Candidate> candidates;
    std::uint64_t row = 0;
    const collection::ScanRequest request{.field = field,
                                          .documents = collection::Documents::kOmit};
    TRY(library.collection().scan(request, [&](const collection::ScannedRecord& scanned) {
        const bool is_wanted = row++ % step == 0 && !scanned.vector.empty();
        if (is_wanted) {
            candidates.push_back(
                {scanned.record.id, {scanned.vector.begin(), scanned.vector.end()}, 0});
        }
        return candidates.size() < kSampleCandidatesMax;
    }));
    return candidates;
}

Result<double> liveliness_of(const Library& library, const std::string& field,
                             const Candidate& candidate) {
    constexpr std::size_t kNeighbors = 8;
    constexpr float kCopyDistance = 0.02F;  // copies of the same picture make a dull example
    const collection::SearchRequest request{.field = field,
                                            .query = candidate.vector,
                                            .k = kNeighbors,
                                            .distance_max = std::nullopt,
                                            .excluded_ids = {candidate.id},
                                            .documents = collection::Documents::kOmit};
    const collection::SearchAnswer answer = TRY(library.collection().search(request));
    double sum = 0;
    for (const collection::Hit& hit : answer.hits) {
        if (hit.distance > kCopyDistance) sum += 1.0 - static_cast<double>(hit.distance);
    }
    return answer.hits.empty() ? 0 : sum / static_cast<double>(answer.hits.size());
}

double cosine(const std::vector<float>& left, const std::vector<float>& right) {
    double dot = 0;
    double left_norm = 0;
    double right_norm = 0;
    for (std::size_t i = 0; i < std::min(left.size(), right.size()); ++i) {
        const double a = static_cast<double>(left[i]);
        const double b = static_cast<double>(right[i]);
        dot += a * b;
        left_norm += a * a;
        right_norm += b * b;
    }
    const double norms = std::sqrt(left_norm * right_norm);
    return norms > 0 ? dot / norms : 0;
}

}  // namespace
}  // namespace sokkuri::service
