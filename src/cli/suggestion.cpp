#include "cli/suggestion.h"

#include <fmt/format.h>

#include <algorithm>

namespace sokkuri::cli {
namespace {

constexpr std::size_t kWordBytesMax = 64;  // the distance is quadratic

/// Edits (insert, remove, replace, swap neighbors) from one word to the other.
/// Damerau 1964, in the restricted form: no piece is edited twice.
std::size_t edit_distance(std::string_view from, std::string_view to);

}  // namespace

std::string suggestion(std::string_view word, const std::vector<std::string_view>& known) {
    if (word.size() > kWordBytesMax) return {};
    const std::size_t distance_max = word.size() <= 3 ? 1 : word.size() <= 6 ? 2 : 3;
    std::size_t best_distance = distance_max + 1;
    std::string_view best;
    for (const std::string_view candidate : known) {
        const std::size_t distance = edit_distance(word, candidate);
        if (distance >= best_distance) continue;
        best_distance = distance;
        best = candidate;
    }
    return best.empty() ? "" : fmt::format("; did you mean \"{}\"?", best);
}

namespace {

std::size_t edit_distance(std::string_view from, std::string_view to) {
    std::vector<std::vector<std::size_t>> cost(from.size() + 1,
                                               std::vector<std::size_t>(to.size() + 1));
    for (std::size_t row = 0; row <= from.size(); ++row) {
        for (std::size_t column = 0; column <= to.size(); ++column) {
            if (row == 0 || column == 0) {
                cost[row][column] = row + column;
                continue;
            }
            const std::size_t replace = from[row - 1] == to[column - 1] ? 0 : 1;
            cost[row][column] = std::min({cost[row - 1][column] + 1, cost[row][column - 1] + 1,
                                          cost[row - 1][column - 1] + replace});
            const bool is_swap = row > 1 && column > 1 && from[row - 1] == to[column - 2] &&
                                 from[row - 2] == to[column - 1];
            if (is_swap)
                cost[row][column] = std::min(cost[row][column], cost[row - 2][column - 2] + 1);
        }
    }
    return cost[from.size()][to.size()];
}

}  // namespace
}  // namespace sokkuri::cli
