#include "index/tiers.h"

#include "index/candidate_pool.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace sokkuri::index {

namespace {

// Each time the noise is known better and the k-th best is nearer; three say nearly all there is.
constexpr int kTimes = 3;
// Of the noise: beyond it lies one row in a thousand.
constexpr double kDeviations = 3;

/// Spread evenly. Returns how many there are.
std::size_t move_sample_to_front(std::span<std::uint64_t> keys, std::size_t wanted);
/// Beyond it lies the coarse measure of next to no row whose fine one is within `kth`. By a line
/// from fine to coarse over rows from all over: that a filter chose rows by what is fine bends no
/// such line.
double limit_by_sample(std::span<const std::uint64_t> keys, std::span<const float> fine,
                       double kth);
/// The same by what the two differ by on the worse half of the best: near rows may lie on no line
/// with all others, and what lies beyond the best is like the worst of them.
double limit_by_worse_half(std::span<const std::uint64_t> keys, std::span<const float> fine,
                           double kth);

/// coarse = mean_coarse + slope · (fine − mean_fine), off by `deviation`.
struct Line {
    double count = 0;
    double mean_coarse = 0;
    double mean_fine = 0;
    double slope = 0;
    double spread = 0;  // Σ (fine − mean_fine)²
    double deviation = 0;
};
Line fit(std::span<const std::uint64_t> keys, std::span<const float> fine);
/// The k-th smallest; the largest where there are fewer.
double kth_of(std::vector<float> values, std::size_t k);

}  // namespace

std::vector<float> measure_enough(const Tiers& tiers) {
    const std::span<std::uint64_t> keys = tiers.keys;
    const auto at = [&](std::size_t i) { return keys.begin() + static_cast<std::ptrdiff_t>(i); };
    const std::size_t sampled = move_sample_to_front(keys, tiers.sampled);
    std::size_t end = std::min(sampled + std::max(tiers.first, tiers.k), keys.size());
    const std::size_t worse = sampled + (end - sampled) / 2;
    std::nth_element(at(sampled), at(end), keys.end());
    std::nth_element(at(sampled), at(worse), at(end));

    std::vector<float> fine;
    for (int time = 0; time < kTimes && end > fine.size(); ++time) {
        const std::size_t begin = fine.size();
        fine.resize(end);
        tiers.measure(keys.subspan(begin, end - begin), std::span(fine).subspan(begin));
        if (end == keys.size()) break;
        const double kth = kth_of(fine, tiers.k);
        const double limit = std::max(limit_by_sample(keys.first(sampled), fine, kth),
                                      limit_by_worse_half(keys.subspan(worse, end - worse),
                                                          std::span(fine).subspan(worse), kth));
        const auto beyond = std::partition(at(end), keys.end(), [&](std::uint64_t key) {
            return candidate_of_key(key).score <= limit;
        });
        end = static_cast<std::size_t>(beyond - keys.begin());
    }
    return fine;
}

namespace {

std::size_t move_sample_to_front(std::span<std::uint64_t> keys, std::size_t wanted) {
    const std::size_t count = std::min(wanted, keys.size());
    for (std::size_t i = 0; i < count; ++i) {
        std::swap(keys[i], keys[i * keys.size() / count]);
    }
    return count;
}

double limit_by_sample(std::span<const std::uint64_t> keys, std::span<const float> fine,
                       double kth) {
    const Line line = fit(keys, fine);
    if (line.count == 0) return -std::numeric_limits<double>::infinity();
    const double away = kth - line.mean_fine;
    const double leverage = line.spread > 0 ? away * away / line.spread : 0;
    return line.mean_coarse + line.slope * away +
           kDeviations * line.deviation * std::sqrt(1 + 1 / line.count + leverage);
}

double limit_by_worse_half(std::span<const std::uint64_t> keys, std::span<const float> fine,
                           double kth) {
    double sum = 0;
    double squares = 0;
    for (std::size_t i = 0; i < keys.size(); ++i) {
        const double difference = double{fine[i]} - double{candidate_of_key(keys[i]).score};
        sum += difference;
        squares += difference * difference;
    }
    const auto count = static_cast<double>(keys.size());
    const double mean = sum / count;
    return kth - mean + kDeviations * std::sqrt(std::max(0.0, squares / count - mean * mean));
}

Line fit(std::span<const std::uint64_t> keys, std::span<const float> fine) {
    Line line{.count = static_cast<double>(keys.size())};
    if (keys.empty()) return line;
    for (std::size_t i = 0; i < keys.size(); ++i) {
        line.mean_coarse += double{candidate_of_key(keys[i]).score} / line.count;
        line.mean_fine += double{fine[i]} / line.count;
    }
    double together = 0;
    double coarse_spread = 0;
    for (std::size_t i = 0; i < keys.size(); ++i) {
        const double coarse = double{candidate_of_key(keys[i]).score} - line.mean_coarse;
        const double away = double{fine[i]} - line.mean_fine;
        together += coarse * away;
        coarse_spread += coarse * coarse;
        line.spread += away * away;
    }
    line.slope = line.spread > 0 ? together / line.spread : 0;
    const double left = std::max(0.0, coarse_spread - line.slope * together);
    line.deviation = std::sqrt(left / std::max(1.0, line.count - 2));
    return line;
}

double kth_of(std::vector<float> values, std::size_t k) {
    const auto kth = values.begin() + static_cast<std::ptrdiff_t>(std::min(k, values.size()) - 1);
    std::nth_element(values.begin(), kth, values.end());
    return *kth;
}

}  // namespace

}  // namespace sokkuri::index
