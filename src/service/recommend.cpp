#include "service/recommend.h"

#include <cmath>

namespace sokkuri::service {
namespace {

using Combine = collection::SeveralVectors::Combine;

Result<void> check_weights(const std::vector<BySeveral::Part>& parts);
Result<BySeveral> unlike(const Taste& taste);

}  // namespace

Result<BySeveral> search_of(const Taste& taste) {
    const std::size_t count = taste.positive.size() + taste.negative.size();
    constexpr std::size_t kPartsMax = collection::SeveralVectors::kVectorsMax;
    if (count == 0 || count > kPartsMax) {
        return fail(ErrorCode::kInvalidArgument,
                    "{} items or vectors to recommend by: must be 1 to {}", count, kPartsMax);
    }
    TRY(in_context("positive", check_weights(taste.positive)));
    TRY(in_context("negative", check_weights(taste.negative)));
    if (taste.wish == Taste::Wish::kUnlike) return unlike(taste);
    BySeveral several{.parts = taste.positive, .combine = Combine::kMean};
    for (BySeveral::Part part : taste.negative) {
        part.weight = -part.weight;
        several.parts.push_back(std::move(part));
    }
    return several;
}

namespace {

Result<void> check_weights(const std::vector<BySeveral::Part>& parts) {
    for (const BySeveral::Part& part : parts) {
        if (std::isfinite(part.weight) && part.weight > 0) continue;
        return fail(ErrorCode::kInvalidArgument, "weight {}: must be above 0", part.weight);
    }
    return {};
}

Result<BySeveral> unlike(const Taste& taste) {
    if (!taste.negative.empty()) {
        return fail(ErrorCode::kInvalidArgument,
                    "least: what is unlike all that is given knows no negatives");
    }
    for (const BySeveral::Part& part : taste.positive) {
        if (part.weight == 1) continue;
        return fail(ErrorCode::kInvalidArgument,
                    "least: what is unlike all that is given knows no weights, such as {}",
                    part.weight);
    }
    return BySeveral{.parts = taste.positive, .combine = Combine::kFarthest};
}

}  // namespace
}  // namespace sokkuri::service
