#include "service/vector_matrix.h"

#include "base/shown_text.h"

#include <algorithm>
#include <atomic>
#include <cmath>

namespace sokkuri::service {
namespace {

constexpr std::size_t kBlockValues = std::size_t{1} << 20;

Result<void> check_finite(std::span<const float> values, std::size_t dimension,
                          ThreadPool& threads);

}  // namespace

Result<VectorMatrix> VectorMatrix::load(FileSystem& files, const std::string& path,
                                        ThreadPool& threads) {
    VectorMatrix matrix(TRY(NpyMatrix::open(files, path)));
    const std::size_t dimension = matrix.dimension();
    const std::size_t count = matrix.rows() * dimension;
    if (const auto floats = matrix.npy_.floats()) {
        matrix.values_ = *floats;
        matrix.is_mapped_ = true;
    } else {
        matrix.converted_ = TRY(index::Arena::create(count * sizeof(float)));
        const std::span<float> values = matrix.converted_.as<float>();
        const std::size_t block_rows = std::max<std::size_t>(1, kBlockValues / dimension);
        threads.for_each((matrix.rows() + block_rows - 1) / block_rows, [&](std::size_t block) {
            const std::size_t first = block * block_rows;
            const std::size_t rows = std::min(block_rows, matrix.rows() - first);
            matrix.npy_.convert(first, values.subspan(first * dimension, rows * dimension));
        });
        matrix.values_ = values;
    }
    TRY(in_context(shown_text(path), check_finite(matrix.values_, dimension, threads)));
    return matrix;
}

namespace {

Result<void> check_finite(std::span<const float> values, std::size_t dimension,
                          ThreadPool& threads) {
    std::atomic<std::size_t> first_bad{values.size()};
    const std::size_t blocks = (values.size() + kBlockValues - 1) / kBlockValues;
    threads.for_each(blocks, [&](std::size_t block) {
        const std::size_t begin = block * kBlockValues;
        const auto part = values.subspan(begin, std::min(kBlockValues, values.size() - begin));
        // A sum of zeros is not zero as soon as one of them was infinite or no number.
        float sum = 0;
        for (const float value : part) {
            sum += value * 0.0F;
        }
        if (sum == 0.0F) return;
        const auto bad = std::ranges::find_if(part, [](float v) { return !std::isfinite(v); });
        const std::size_t at = begin + static_cast<std::size_t>(bad - part.begin());
        for (std::size_t seen = first_bad;
             at < seen && !first_bad.compare_exchange_weak(seen, at);) {
        }
    });
    const std::size_t at = first_bad;
    if (at == values.size()) return {};
    return fail(ErrorCode::kInvalidArgument, "row {}: component {} is {}: numbers must be finite",
                at / dimension, at % dimension, values[at]);
}

}  // namespace
}  // namespace sokkuri::service
