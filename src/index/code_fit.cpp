#include "index/code_fit.h"

#include "index/codes.h"

#include <algorithm>
#include <vector>

namespace sokkuri::index {

namespace {

/// Rows that the space cannot hold are scanned by every query.
constexpr double kLooseShareMax = 0.001;
constexpr double kLooseMin = 64;
constexpr std::size_t kSampleRows = 4'096;

}  // namespace

CodeFit fit_of_rows(const L2Space& space, const HeadModel& model, std::span<const Slot> slots,
                    const Building& building) {
    const std::size_t step = slots.size() / kSampleRows + 1;
    RowEncoder encoder(space, model, building.from.kernels);
    std::vector<float> mapped(space.dimension());
    // Nobody wants the codes: they all go to the same place.
    std::vector<std::uint8_t> head(model.layout.row_bytes());
    HeadBounds bounds = {};
    const std::vector<RowEncoder::Target> targets(RowEncoder::kBlockRows,
                                                  {head.data(), &bounds, nullptr});
    std::vector<const float*> block;
    const auto encode_block = [&] {
        encoder.encode(block, std::span(targets).first(block.size()));
        block.clear();
    };
    std::size_t loose = 0;
    std::size_t sampled = 0;
    for (std::size_t i = 0; i < slots.size(); i += step) {
        const float* const row = building.from.rows[slots[i]];
        ++sampled;
        if (!space.map_row(row, mapped.data())) {
            ++loose;
            continue;
        }
        block.push_back(row);
        if (block.size() == RowEncoder::kBlockRows) encode_block();
    }
    encode_block();
    const double count = std::max<double>(1, static_cast<double>(sampled));
    return {.error = encoder.mean_error(),
            .tail = encoder.mean_tail(),
            .loose_share = static_cast<double>(loose) / count};
}

bool leaves_many_loose(const CodeFit& fit, double incoming, double rows) {
    return fit.loose_share * incoming > kLooseMin + kLooseShareMax * rows;
}

}  // namespace sokkuri::index
