#include "service/several_parts.h"

#include "service/query_vector.h"

#include <algorithm>
#include <utility>

namespace sokkuri::service {
namespace {

constexpr std::size_t kPartsMax = collection::SeveralVectors::kVectorsMax;

void add(SearchTimings& all, const SearchTimings& one);

}  // namespace

Result<SeveralParts> vectors_of_parts(const Library& library, const SearchQuery& query,
                                      const collection::FieldSpec& field, SearchTimings& timings) {
    const auto& several = std::get<BySeveral>(query.what);
    if (several.parts.empty() || several.parts.size() > kPartsMax) {
        return fail(ErrorCode::kInvalidArgument, "{} parts: 1 to {} are one search",
                    several.parts.size(), kPartsMax);
    }
    SeveralParts parts;
    parts.vectors.combine = several.combine;
    for (std::size_t i = 0; i < several.parts.size(); ++i) {
        const BySeveral::Part& part = several.parts[i];
        SearchQuery one = query;
        std::visit([&](const auto& what) { one.what = what; }, part.what);
        SearchTimings taken;
        QueryVector vector = TRY(
            in_context(fmt::format("part {}", i + 1), query_vector(library, one, field, taken)));
        add(timings, taken);
        if (std::holds_alternative<ByItem>(part.what)) parts.item_ids.push_back(vector.item_id);
        parts.vectors.vectors.push_back(std::move(vector.values));
        parts.vectors.weights.push_back(part.weight);
    }
    const bool are_equal =
        std::ranges::all_of(parts.vectors.weights, [](float w) { return w == 1; });
    if (are_equal) parts.vectors.weights.clear();
    return parts;
}

namespace {

void add(SearchTimings& all, const SearchTimings& one) {
    all.load_ms += one.load_ms;
    all.decode_ms += one.decode_ms;
    all.infer_ms += one.infer_ms;
}

}  // namespace
}  // namespace sokkuri::service
